/** A spectrum: its values over their index, as they are now. */

import { newestAsker } from "../asking.js";
import { Chart } from "../plotting/chart.js";
import { element } from "../plotting/controls.js";
import { formatNumber, formatTime } from "../plotting/format.js";
import { Chip, Part, put } from "../plotting/part.js";
import { nearest } from "../plotting/samples.js";

const HEIGHT_PX = 210;
const EMPTY = { xs: new Float64Array(0), ys: new Float64Array(0) };

/** @param {import("../plotting/part.js").PartHost} host */
export function mount(host) {
  return new Curve(host);
}

class Curve extends Part {
  /** @param {import("../plotting/part.js").PartHost} host */
  constructor(host) {
    super(host, "ipytango-curve");
    this._view = crypto.getRandomValues(new Uint32Array(1))[0].toString(36);
    this._data = /** @type {any} */ ({ count: 0, state: "connecting" });
    this._whole = EMPTY;
    this._near = EMPTY;
    /** @type {[number, number] | null} */
    this._zoom = null;
    /** @type {number | null} */
    this._cursor = null;
    this._askRange = newestAsker((wanted) => this.ask("range", wanted), host.signal);
    this._chip = new Chip();
    this._facts = element("span", "ipytango-plot-facts");
    this.chips.append(this._chip.el, this._facts);
    this._tools = this._makeTools();
    this._chart = new Chart(this.body, {
      time: false,
      height: this.config.height ?? HEIGHT_PX,
      log: this.config.log,
      scales: [{ key: "y", title: this.config.unit, labels: this.config.labels ?? undefined }],
      signal: host.signal,
      onRange: (low, high) => this._show([low, high]),
      onReset: () => this._show(null),
      onCursor: (x) => {
        this._cursor = x;
        this._read();
      },
    });
    this._chip.describe(this.config);
    this.redraw();
  }

  _makeTools() {
    const reset = this.addChartTools("The whole curve", () => this._chart, () => this._show(null));
    return { reset };
  }

  /** @param {any} config */
  configure(config) {
    const before = this.config;
    super.configure(config);
    this._chip.describe(config);
    if (config.unit !== before.unit || String(config.labels) !== String(before.labels)) {
      this._chart.scales = [{ key: "y", title: config.unit, labels: config.labels ?? undefined }];
    }
  }

  /**
   * @param {any} data
   * @param {any[]} buffers positions and values: of the whole curve, then of each range asked for
   */
  draw(data, buffers) {
    this.setClock(data.now);
    this._data = data;
    this._whole = { xs: buffers[0], ys: buffers[1] };
    const own = data.views.indexOf(this._view);
    if (own >= 0 && this._zoom) {
      this._near = { xs: buffers[2 + 2 * own], ys: buffers[3 + 2 * own] };
    }
    this.redraw();
  }

  /** @param {[number, number] | null} zoom */
  _show(zoom) {
    const [low, high] = zoom ?? [0, 0];
    const last = Math.max(this._data.count - 1, 1);
    const whole = zoom === null || (low <= 0 && high >= last);
    this._zoom = whole ? null : [Math.max(low, 0), Math.min(Math.max(high, 2), last)];
    this._near = EMPTY;
    this._tools.reset.classList.toggle("ipytango-on", !whole);
    // In full.
    this._askRange({ view: this._view, range: this._zoom, columns: this._chart.columns });
    this.redraw();
  }

  get _shown() {
    // Until the range comes in full, what is there of the whole curve.
    return this._zoom && this._near.xs.length ? this._near : this._whole;
  }

  paint() {
    const { xs, ys } = this._shown;
    const [low, high] = this._zoom ?? [0, Math.max(this._data.count - 1, 1)];
    const { colour, labels } = this.config;
    this._chart.show(low, high, [
      { scale: "y", colour, xs, ys, steps: Boolean(labels), dots: true },
    ]);
    this._read();
  }

  _read() {
    const { xs, ys } = this._shown;
    const { count, least, greatest, mean, deviation, invalid, time, state } = this._data;
    const { format, labels, colour } = this.config;
    const found = this._cursor === null ? -1 : nearest(xs, this._cursor);
    this._chip.show(this._data);
    if (found >= 0) {
      const value = ys[found];
      put(this._chip.value, labels ? (labels[value] ?? "–") : formatNumber(value, format));
      put(this._facts, `at ${xs[found]}`);
      this._chart.point([{ x: xs[found], y: value, scale: "y", colour }]);
      return;
    }
    this._chart.point([]);
    put(this._chip.value, "");
    const facts = [`${count} values`];
    if (least !== undefined && least !== null && !labels) {
      const write = (/** @type {number} */ value) => formatNumber(value, format);
      facts.push(`min ${write(least)}`, `max ${write(greatest)}`);
      facts.push(`mean ${formatNumber(mean)}`, `σ ${formatNumber(deviation)}`);
    }
    if (invalid) facts.push(`${invalid} not a number`);
    if (time) facts.push(formatTime(time));
    put(this._facts, state === "connecting" ? "" : facts.join("  ·  "));
  }
}
