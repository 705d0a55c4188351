/** The small parts that plots are made of besides what they draw. Text goes in as text only. */

const SVG = "http://www.w3.org/2000/svg";

/** Paths in a square of 16 by 16. */
const ICONS = {
  pause: "M4 2.5h3v11H4zM9 2.5h3v11H9z",
  resume: "M4 2.2v11.6L13.5 8z",
  reset: "M2 6V2h4v1.6H3.6V6zM10 2h4v4h-1.6V3.6H10zM2 10h1.6v2.4H6V14H2zM12.4 10H14v4h-4v-1.6h2.4z",
  save: "M7.2 2h1.6v6.2l2.1-2.1L12 7.2l-4 4-4-4 1.1-1.1 2.1 2.1zM2.5 12.4h11V14h-11z",
};

/**
 * Make an element with classes and text.
 *
 * @param {string} tag
 * @param {string} [className]
 * @param {string} [text]
 */
export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/** @param {keyof typeof ICONS} name */
function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/**
 * A row of buttons; all of them are gone with the signal.
 */
export class Toolbar {
  /** @param {AbortSignal} signal */
  constructor(signal) {
    this.el = element("div", "ipytango-plot-tools");
    this._signal = signal;
  }

  /**
   * @param {keyof typeof ICONS | null} name
   * @param {string} title
   * @param {(event: Event) => void} action
   * @param {string} [text]
   */
  button(name, title, action, text = "") {
    const button = /** @type {HTMLButtonElement} */ (element("button", "ipytango-plot-tool", text));
    button.type = "button";
    if (name) button.append(icon(name));
    button.title = title;
    button.setAttribute("aria-label", title);
    button.addEventListener("click", action, { signal: this._signal });
    this.el.append(button);
    return button;
  }

  /**
   * @param {string} title
   * @param {[string, string][]} options value and text
   * @param {string} chosen
   * @param {(value: string) => void} action
   */
  choice(title, options, chosen, action) {
    const select = /** @type {HTMLSelectElement} */ (element("select", "ipytango-plot-choice"));
    select.title = title;
    select.setAttribute("aria-label", title);
    for (const [value, text] of options) select.append(new Option(text, value));
    select.value = chosen;
    select.addEventListener("change", () => action(select.value), { signal: this._signal });
    this.el.append(select);
    return select;
  }
}

/**
 * Change a button between pause and resume.
 *
 * @param {HTMLButtonElement} button
 * @param {boolean} paused
 */
export function showPaused(button, paused) {
  const title = paused ? "Resume" : "Pause (nothing is lost: what comes meanwhile is kept)";
  button.replaceChildren(icon(paused ? "resume" : "pause"));
  button.title = title;
  button.setAttribute("aria-label", paused ? "Resume" : "Pause");
  button.classList.toggle("ipytango-on", paused);
}

/**
 * Hand a file to the person.
 *
 * @param {Blob | null} blob
 * @param {string} name
 */
export function download(blob, name) {
  if (blob === null) return;
  const link = /** @type {HTMLAnchorElement} */ (element("a"));
  link.href = URL.createObjectURL(blob);
  link.download = name.replace(/[^\w.-]+/g, "_");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/**
 * Put canvases on a background below each other and hand the picture to the person.
 *
 * @param {HTMLCanvasElement[]} canvases
 * @param {string} background
 * @param {string} name
 */
export function downloadPicture(canvases, background, name) {
  const all = document.createElement("canvas");
  all.width = Math.max(...canvases.map((canvas) => canvas.width));
  all.height = canvases.reduce((sum, canvas) => sum + canvas.height, 0);
  const pen = all.getContext("2d");
  if (pen === null) return;
  pen.fillStyle = background === "transparent" ? "#fff" : background;
  pen.fillRect(0, 0, all.width, all.height);
  let top = 0;
  for (const canvas of canvases) {
    pen.drawImage(canvas, 0, top);
    top += canvas.height;
  }
  all.toBlob((blob) => download(blob, name));
}
