/** What the parts of a plot (trends, a curve, a picture) have in common: head, tools, marks. */

import { asker } from "../asking.js";
import { drawnSoon } from "../dom.js";
import { download, downloadPicture, element, showPaused, Toolbar } from "./controls.js";

/**
 * @typedef {object} PartHost
 * @property {HTMLElement} el
 * @property {any} config
 * @property {(op: string, argument: object) => Promise<any>} send
 * @property {AbortSignal} signal
 *
 * @typedef {{state: string, quality?: string, failure?: string | null}} Status
 */

export class Part {
  /** @param {PartHost} host @param {string} className */
  constructor(host, className) {
    this.host = host;
    this.ask = asker({
      send: (op, argument = {}) => host.send(op, argument),
      mark: (text) => this.say(text),
    });
    this.config = host.config;
    this.el = element("section", `ipytango-plot-part ${className}`);
    this.head = element("header", "ipytango-plot-head");
    this.chips = element("div", "ipytango-plot-chips");
    this.tools = new Toolbar(host.signal);
    this.body = element("div", "ipytango-plot-body");
    this.note = element("div", "ipytango-plot-note");
    this.note.hidden = true;
    this.head.append(this.chips, this.tools.el);
    this.el.append(this.head, this.note, this.body);
    host.el.append(this.el);
    /** Draw soon, once, however often it was asked for. */
    this.redraw = drawnSoon(host.signal, () => this.paint());
    /** @type {HTMLButtonElement | undefined} */
    this._pause = undefined;
    /** Seconds since the epoch on the kernel's clock, when the newest frame came, and that on ours. */
    this._clock = { kernel: Date.now() / 1000, here: performance.now() };
    this._staleAt = /** @type {number | null} */ (null);
  }

  /** Now on the kernel's clock; it stands still while nothing comes. */
  get now() {
    const { kernel, here } = this._clock;
    const shown = this._staleAt ?? performance.now();
    return kernel + Math.max(shown - here, 0) / 1000;
  }

  /** @param {number} kernelNow */
  setClock(kernelNow) {
    this._clock = { kernel: kernelNow, here: performance.now() };
  }

  /** @param {number | null} since */
  stale(since) {
    this._staleAt = since === null ? null : performance.now();
    this.el.classList.toggle("ipytango-stale", since !== null);
  }

  /**
   * The tools of a chart: logarithmic or not, back from a zoom, pause, saving.
   * @param {string} back what a reset shows @param {() => import("./chart.js").Chart} chart
   * @param {() => void} reset @returns {HTMLButtonElement} that of the reset
   */
  addChartTools(back, chart, reset) {
    const log = this.tools.button(null, "Logarithmic scale", () => {
      chart().log = !chart().log;
      log.classList.toggle("ipytango-on", chart().log);
    }, "log");
    log.classList.toggle("ipytango-on", this.config.log);
    const hint = `${back} (double click). Drag zooms, Shift + drag moves, Ctrl + wheel zooms.`;
    const button = this.tools.button("reset", hint, reset);
    this.addPause();
    this.addSaving(
      () => [chart().canvas],
      () => chart().background,
    );
    return button;
  }

  addPause() {
    this._pause = this.tools.button("pause", "Pause", () => {
      const on = !this.config.paused;
      this.configure({ ...this.config, paused: on }); // at once; the kernel confirms it
      this.ask(on ? "pause" : "resume");
    });
    this._pause.dataset.ipytangoAsks = "";
    showPaused(this._pause, this.config.paused);
  }

  /** @param {() => HTMLCanvasElement[]} canvases @param {() => string} background */
  addSaving(canvases, background) {
    const name = () => `${this.title}-${new Date().toISOString().slice(0, 19)}`;
    const table = this.tools.button("save", "Save as CSV", async () => {
      const text = await this.ask("csv");
      if (text !== undefined) download(new Blob([text], { type: "text/csv" }), `${name()}.csv`);
    }, "CSV");
    table.dataset.ipytangoAsks = "";
    this.tools.button("save", "Save as PNG", () => {
      downloadPicture(canvases(), background(), `${name()}.png`);
    }, "PNG");
  }

  get title() {
    return String(this.config.attribute ?? "trend");
  }

  /** @param {string} text */
  say(text) {
    this.note.textContent = text;
    this.note.hidden = text === "";
  }

  /** @param {any} config */
  configure(config) {
    this.config = config;
    if (this._pause) showPaused(this._pause, config.paused);
    this.redraw();
  }

  paint() {}
}

/** A coloured name with a value, its unit and its marks. */
export class Chip {
  /** @param {string} tag */
  constructor(tag = "span") {
    this.el = element(tag, "ipytango-plot-chip");
    this.swatch = element("span", "ipytango-plot-swatch");
    this.name = element("span", "ipytango-plot-name");
    this.value = element("span", "ipytango-plot-value");
    this.unit = element("span", "ipytango-plot-unit");
    this.mark = element("span", "ipytango-plot-mark");
    this.mark.hidden = true;
    this.el.append(this.swatch, this.name, this.value, this.unit, this.mark);
  }

  /** @param {{label: string, attribute: string, unit: string, colour: string}} facts */
  describe({ label, attribute, unit, colour }) {
    put(this.name, label);
    this.el.title = attribute;
    put(this.unit, unit);
    this.swatch.style.backgroundColor = colour;
  }

  /** @param {Status} status */
  show(status) {
    showMark(this.mark, status);
  }
}

/** Change a text only where it is another: layout is dear. @param {Element} el @param {string} text */
export function put(el, text) {
  if (el.textContent !== text) el.textContent = text;
}

/** @param {HTMLElement} el @param {Status} status */
function showMark(el, { state, quality, failure }) {
  const word = state !== "live" && state !== "" ? state : quality === "VALID" ? "" : (quality ?? "");
  el.hidden = word === "";
  put(el, word.toLowerCase());
  el.dataset.mark = word.toLowerCase();
  el.title = failure ?? "";
}
