// Text as it is: for what needs no view of its own, and to test the hub.

/** @type {import("../types.js").Mount} */
export function mount({ el, config, send, signal, mark }) {
  const text = document.createElement("pre");
  text.className = "ipytango-plain";
  el.append(text);

  const configure = (/** @type {any} */ { title = "" }) => text.setAttribute("title", title);
  configure(config);

  text.addEventListener(
    "ask",
    () => send("echo", text.textContent).then(mark, (error) => mark(error.message)),
    { signal },
  );
  return {
    configure,
    draw(data, buffers) {
      const lines = [data.text];
      if (data.tell) lines.push(...buffers.map(told));
      text.textContent = lines.join("\n");
    },
  };
}

/** @param {import("../types.js").Buffer} buffer */
function told(buffer) {
  return `${buffer.constructor.name} ${buffer.shape}: ${buffer}`;
}
