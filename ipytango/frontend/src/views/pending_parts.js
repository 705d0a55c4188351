// What the cards of one and of many pending results share.

/**
 * @param {string} tag @param {string} [name] @param {string} [text]
 * @returns {HTMLElement}
 */
export function part(tag, name = "", text = "") {
  const made = document.createElement(tag);
  if (name) made.className = `ipytango-pending-${name}`;
  if (text) made.textContent = text;
  return made;
}

/** A duration as a person reads it, as the kernel writes it too. @param {number} seconds */
export function secondsText(seconds) {
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.floor(seconds);
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/**
 * Show HTML from the kernel. The one place that does: it is made by IPython's formatters or by our
 * escaping templates, so it is what the notebook would show as this cell's output anyway. Scripts
 * in it do not run (a template's content is inert, and `innerHTML` runs none); handlers in
 * attributes would, and are taken out.
 * @param {HTMLElement} place @param {string} html
 */
export function showHtml(place, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  for (const element of template.content.querySelectorAll("*")) {
    if (element.localName === "script") element.remove();
    for (const { name, value } of [...element.attributes]) {
      const runs = name.startsWith("on") || /^\s*javascript:/i.test(value);
      if (runs) element.removeAttribute(name);
    }
  }
  place.replaceChildren(template.content);
}

/**
 * A time that counts while something is pending and somebody sees it.
 * @param {HTMLElement} place @param {AbortSignal} signal @param {(text: string) => string} [word]
 */
export function counter(place, signal, word = (text) => text) {
  let zero = 0; // in the page's own time: its clock and the kernel's may differ
  /** @type {number|undefined} */
  let timer;
  const show = () => {
    place.textContent = word(secondsText(Math.max(0, performance.now() - zero) / 1000));
  };
  const stop = () => clearInterval(timer);
  signal.addEventListener("abort", stop);
  return {
    /** @param {number} seconds that have passed until now */
    run(seconds) {
      zero = performance.now() - seconds * 1000;
      stop();
      timer = setInterval(show, 100);
      show();
    },
    stop,
  };
}

/** For so long nobody has to ask again. */
const CANCELLING_MS = 3000;

/**
 * A button that cancels; the frame that says what came of it takes it away.
 * @param {import("../types.js").Host} host @param {string} label
 */
export function canceller(host, label) {
  const button = /** @type {HTMLButtonElement} */ (part("button", "cancel", label));
  button.type = "button";
  const ready = () => {
    button.disabled = false;
    button.textContent = label;
  };
  button.addEventListener(
    "click",
    async () => {
      button.disabled = true;
      button.textContent = "cancelling…";
      try {
        await host.send("cancel");
        setTimeout(ready, CANCELLING_MS); // what refuses to end may be asked again
      } catch (error) {
        host.mark(String(error));
        ready();
      }
    },
    { signal: host.signal },
  );
  return button;
}
