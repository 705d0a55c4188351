/** Scalars over time. */

import { Chart } from "../plotting/chart.js";
import { element } from "../plotting/controls.js";
import { formatNumber, formatSpan, formatTime } from "../plotting/format.js";
import { Chip, Part, put } from "../plotting/part.js";
import { holdingAt, nearest, QUALITIES, Samples } from "../plotting/samples.js";

const WINDOWS_S = [10, 30, 60, 300, 900, 3600, 6 * 3600, 24 * 3600];
const HEIGHT_PX = 230;
const FASTEST_SLIDE_MS = 100;
const OLD_AFTER_S = 10;
/** Colours of marks on points; the same in the kernel's own pictures. */
const MARKS = /** @type {Record<string, string>} */ ({ WARNING: "#c99700", ALARM: "#e0501b" });

/** @param {import("../plotting/part.js").PartHost} host */
export function mount(host) {
  return new Trend(host);
}

class Trend extends Part {
  /** @param {import("../plotting/part.js").PartHost} host */
  constructor(host) {
    super(host, "ipytango-trend");
    /** @type {Map<string, Series>} */
    this._series = new Map();
    /** @type {[number, number] | null} */
    this._zoom = null;
    /** @type {number | null} */
    this._cursor = null;
    this._frozenAt = /** @type {number | null} */ (null);
    this._at = element("span", "ipytango-plot-at");
    this._tools = this._makeTools();
    this._chart = new Chart(this.body, {
      time: true,
      height: this.config.height ?? HEIGHT_PX,
      log: this.config.log,
      scales: this.config.scales,
      signal: host.signal,
      onRange: (low, high) => this._show([low, high]),
      onReset: () => this._show(null),
      onCursor: (x) => {
        this._cursor = x;
        this._read();
      },
    });
    this._arrange();
    this._slide();
  }

  get title() {
    return this.config.series.length === 1 ? this.config.series[0].attribute : "trend";
  }

  _makeTools() {
    this.tools.el.append(this._at);
    const known = new Set([...WINDOWS_S, this.config.window].filter(Boolean));
    /** @type {[string, string][]} */
    const options = [...known]
      .sort((one, other) => one - other)
      .map((window) => [String(window), formatSpan(window)]);
    options.push(["", "all"]);
    const chosen = String(this.config.window ?? "");
    const window = this.tools.choice("Time window", options, chosen, (value) => {
      const seconds = value === "" ? null : Number(value);
      this.configure({ ...this.config, window: seconds });
      this._show(null);
      this.ask("window", { window: seconds });
    });
    const reset = this.addChartTools("Back to the newest", () => this._chart, () => this._show(null));
    return { window, reset };
  }

  /** @param {any} config */
  configure(config) {
    const { scales, series, paused } = this.config;
    if (config.paused !== paused) this._frozenAt = config.paused ? (config.paused_at ?? this._edge()) : null;
    super.configure(config);
    this._tools.window.value = String(config.window ?? "");
    if (this._tools.window.selectedIndex < 0) this._tools.window.value = "";
    if (JSON.stringify(config.series) !== JSON.stringify(series)) this._arrange();
    if (JSON.stringify(config.scales) !== JSON.stringify(scales)) this._chart.scales = config.scales;
  }

  _arrange() {
    for (const facts of this.config.series) {
      let series = this._series.get(facts.key);
      if (!series) {
        series = new Series(this.config.kept_points, this.host.signal, () => this.redraw());
        this._series.set(facts.key, series);
      }
      series.describe(facts);
    }
    this.chips.replaceChildren(...this._shown.map(({ chip }) => chip.el));
    if (this.config.paused) this._frozenAt ??= this.config.paused_at ?? this._edge();
  }

  /** @returns {Series[]} in the order of the configuration */
  get _shown() {
    return this.config.series.map((/** @type {any} */ { key }) => this._series.get(key));
  }

  /**
   * @param {any} data
   * @param {any[]} buffers times, values and qualities, of all series behind each other
   */
  draw(data, [times, values, qualities]) {
    this.setClock(data.now);
    let at = 0;
    let lost = false;
    for (const { key, start, count, ...status } of data.series) {
      const [from, to] = [at, at + count];
      at = to;
      const series = this._series.get(key);
      if (!series) continue; // its configuration is still to come, and everything after it
      if (data.whole) series.samples.clear();
      else if (start !== series.next) lost = true;
      series.next = start + count;
      series.status = status;
      series.samples.append(
        times.subarray(from, to),
        values.subarray(from, to),
        qualities.subarray(from, to),
      );
    }
    if (lost) this.ask("whole");
    this.redraw();
  }

  /** Where time has got to: the kernel's now, or the newest of devices whose clock is ahead. */
  _edge() {
    const edge = this.now;
    return Math.max(edge, this._newest());
  }

  /** When the newest sample was. */
  _newest() {
    return Math.max(...this._shown.map(({ samples: { times } }) => times.at(-1) ?? -Infinity));
  }

  /** @returns {[number, number]} */
  _span() {
    if (this._zoom) return this._zoom;
    const edge = this._frozenAt ?? this._edge();
    if (this.config.window) return [edge - this.config.window, edge];
    const starts = this._shown.map(({ samples: { times } }) => times[0] ?? Infinity);
    return [Math.min(edge - 1, ...starts), edge];
  }

  /** @param {[number, number] | null} zoom */
  _show(zoom) {
    this._zoom = zoom;
    this._tools.reset.classList.toggle("ipytango-on", zoom !== null);
    this.redraw();
  }

  paint() {
    const [low, high] = this._span();
    const edge = this._frozenAt ?? this.now;
    /** @type {import("../plotting/chart.js").Line[]} */
    const lines = [];
    /** @type {import("../plotting/chart.js").Limit[]} */
    const limits = [];
    for (const { facts, samples, status, hidden } of this._shown) {
      if (hidden) continue;
      const { times, values, qualities } = samples;
      const told = status.source === "change"; // it would have told of another value
      limits.push(...limitsOf(facts));
      lines.push({
        scale: facts.scale,
        colour: facts.colour,
        xs: times,
        ys: values,
        steps: facts.steps,
        hold: told ? status.hold : Infinity,
        until: told && status.state === "live" ? edge : undefined,
        dots: true,
        mark: (i) => MARKS[QUALITIES[qualities[i]]] ?? null,
      });
    }
    this._chart.show(low, high, lines, limits);
    this._read();
  }

  /** Write the values at the cursor, or else the newest. */
  _read() {
    const at = this._cursor;
    /** @type {{x: number, y: number, scale: string, colour: string}[]} */
    const dots = [];
    for (const { facts, samples, status, chip, hidden } of this._shown) {
      const { times, values, qualities } = samples;
      const told = facts.steps || status.source === "change";
      const found = at === null ? times.length - 1 : (told ? holdingAt : nearest)(times, at);
      const value = found < 0 ? NaN : values[found];
      const quality = found < 0 ? "VALID" : QUALITIES[qualities[found]];
      const { scale, colour, labels, format } = facts;
      put(chip.value, labels ? (labels[value] ?? "–") : formatNumber(value, format));
      chip.show(at === null ? { ...status, quality } : { state: "", quality });
      if (at !== null && found >= 0 && !hidden) {
        dots.push({ x: told ? Math.max(at, times[found]) : times[found], y: value, scale, colour });
      }
    }
    this._chart.point(dots);
    put(this._at, this._when(at));
    this._at.hidden = !this._at.textContent;
  }

  /** @param {number | null} at */
  _when(at) {
    if (at !== null) return formatTime(at);
    const told = this._shown.some(({ status: { source, state } }) => source === "change" && state === "live");
    const newest = this._newest();
    const age = this.now - newest;
    if (this.config.paused) return "paused";
    return Number.isFinite(newest) && age > OLD_AFTER_S && !told ? `${formatSpan(age)} old` : "";
  }

  /** Move on with time, a pixel at once, also when nothing comes. */
  _slide() {
    let seen = true;
    const sight = new IntersectionObserver((entries) => {
      seen = entries[entries.length - 1].isIntersecting;
      if (seen) this.redraw();
    });
    sight.observe(this.el);
    let timer = 0;
    const step = () => {
      const [low, high] = this._span();
      const perPixel = (1000 * (high - low)) / this._chart.columns;
      timer = window.setTimeout(step, Math.min(Math.max(perPixel, FASTEST_SLIDE_MS), 1000));
      const still = this.config.paused || this._zoom !== null || this._staleAt !== null;
      if (seen && !still) this.redraw();
    };
    step();
    this.host.signal.addEventListener("abort", () => {
      sight.disconnect();
      clearTimeout(timer);
    });
  }
}

/** One attribute's line. */
class Series {
  /** @param {number} limit @param {AbortSignal} signal @param {() => void} changed */
  constructor(limit, signal, changed) {
    this.samples = new Samples(limit);
    /** The number of the sample that is expected next. */
    this.next = 0;
    this.status = /** @type {any} */ ({ state: "connecting" });
    this.facts = /** @type {any} */ ({});
    this.hidden = false;
    this.chip = new Chip("button");
    this.chip.el.setAttribute("type", "button");
    this.chip.el.addEventListener(
      "click",
      () => {
        this.hidden = !this.hidden;
        this.chip.el.classList.toggle("ipytango-off", this.hidden);
        changed();
      },
      { signal },
    );
  }

  /** @param {any} facts */
  describe(facts) {
    this.facts = facts;
    this.chip.describe(facts);
  }
}

/** @param {any} facts @returns {import("../plotting/chart.js").Limit[]} */
function limitsOf(facts) {
  return [
    ["min_warning", MARKS.WARNING],
    ["max_warning", MARKS.WARNING],
    ["min_alarm", MARKS.ALARM],
    ["max_alarm", MARKS.ALARM],
  ]
    .filter(([key]) => Number.isFinite(facts[key]))
    .map(([key, colour]) => ({ scale: facts.scale, value: facts[key], colour, dash: [5, 4] }));
}
