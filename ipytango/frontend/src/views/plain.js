// A line of text: for what needs no view of its own, and for tests.

/** @type {import("../types.js").Mount} */
export function mount(host) {
  const line = document.createElement("pre");
  line.className = "ipytango-plain";
  host.el.append(line);
  return {
    draw(data) {
      line.textContent = data.text;
    },
  };
}
