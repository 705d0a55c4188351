/**
 * Lines over a common x axis: the frame, scales, cursor and mouse are uPlot's, the lines our own
 * (each has its own positions, and gaps).
 */

import uPlot from "uplot";
import { formatTicks, formatTimeTicks } from "./format.js";
import { lowerBound } from "./samples.js";
import { onThemeChange, themeOf } from "./theme.js";
import { extent, padded, trace } from "./trace.js";

/**
 * @typedef {object} ScaleSpec
 * @property {string} key
 * @property {string} [title] beside its axis
 * @property {string} [colour] of the axis, where it belongs to one line only
 * @property {string[]} [labels] names of 0, 1, 2...; without them it is a scale of numbers
 *
 * @typedef {object} Line
 * @property {string} scale
 * @property {string} colour
 * @property {ArrayLike<number>} xs ascending
 * @property {ArrayLike<number>} ys
 * @property {boolean} [steps]
 * @property {number} [hold]
 * @property {number} [until] the last value holds up to this x
 * @property {boolean} [dots] mark each point, where there is room
 * @property {(index: number) => string | null} [mark] the colour of a mark on a point
 *
 * @typedef {{scale: string, value: number, colour: string, dash: number[]}} Limit
 *
 * @typedef {object} ChartOptions
 * @property {boolean} time whether x is seconds since the epoch
 * @property {number} height CSS pixels
 * @property {boolean} log
 * @property {ScaleSpec[]} scales
 * @property {AbortSignal} signal
 * @property {(low: number, high: number) => void} onRange a range was chosen with the mouse
 * @property {() => void} onReset
 * @property {(x: number | null) => void} onCursor
 */

const WHEEL_ZOOM = 1.2;
/** Between the labels of an index. */
const WHOLE_STEPS = Array.from({ length: 10 }, (_none, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();
const DOT_SPACE_PX = 8;

export class Chart {
  /**
   * @param {HTMLElement} el
   * @param {ChartOptions} options
   */
  constructor(el, options) {
    this.el = el;
    this._options = options;
    this._theme = themeOf(el);
    /** @type {Record<string, [number, number]>} */
    this._ranges = {};
    /** @type {[number, number]} */
    this._x = [0, 1];
    /** @type {Line[]} */
    this._lines = [];
    /** @type {Limit[]} */
    this._limits = [];
    this._dots = document.createElement("div");
    this._dots.className = "ipytango-plot-dots";
    this._plot = this._build();
    this._watch();
    this._listen();
  }

  /** The canvas with axes and lines. */
  get canvas() {
    return this._plot.ctx.canvas;
  }

  /** Width of the plotting area in device pixels. */
  get columns() {
    return Math.max(Math.round(this._plot.bbox.width), 1);
  }

  get background() {
    return this._theme.background;
  }

  /** Whether the values are on a logarithmic scale. */
  set log(on) {
    this._rebuild({ ...this._options, log: on });
  }

  get log() {
    return this._options.log;
  }

  /** @param {ScaleSpec[]} scales */
  set scales(scales) {
    this._rebuild({ ...this._options, scales });
  }

  /**
   * Draw these lines with x from `low` to `high`.
   *
   * @param {number} low
   * @param {number} high
   * @param {Line[]} lines
   * @param {Limit[]} [limits]
   */
  show(low, high, lines, limits = []) {
    this._x = high > low ? [low, high] : [low - 0.5, low + 0.5];
    this._lines = lines;
    this._limits = limits;
    this._range();
    this._plot.setScale("x", { min: this._x[0], max: this._x[1] });
  }

  /**
   * Put dots on the cursor's line.
   *
   * @param {{x: number, y: number, scale: string, colour: string}[]} points
   */
  point(points) {
    const dots = points.map(({ x, y, scale, colour }) => {
      const dot = document.createElement("div");
      dot.className = "ipytango-plot-dot";
      const left = this._plot.valToPos(x, "x");
      const top = this._plot.valToPos(y, scale);
      dot.style.transform = `translate(${left}px, ${top}px)`;
      dot.style.backgroundColor = colour;
      dot.hidden = !(Number.isFinite(top) && left >= 0);
      return dot;
    });
    this._dots.replaceChildren(...dots);
  }

  /** @param {ChartOptions} options */
  _rebuild(options) {
    this._options = options;
    this._plot.destroy();
    this._plot = this._build();
    this._listen();
    this.show(this._x[0], this._x[1], this._lines, this._limits);
  }

  _build() {
    const { scales, height, log } = this._options;
    /** @type {Record<string, object>} */
    const yScales = {};
    for (const { key, labels } of scales) {
      yScales[key] = {
        distr: log && !labels ? 3 : 1,
        range: () => this._ranges[key] ?? [0, 1],
      };
    }
    const plot = new uPlot(
      /** @type {any} */ ({
        width: this._width(),
        height,
        padding: [10, scales.length > 1 ? 4 : 14, 0, 2],
        legend: { show: false },
        scales: { x: { time: this._options.time }, ...yScales },
        axes: [this._xAxis(), ...scales.map((scale, index) => this._yAxis(scale, index))],
        series: [{}, ...scales.map(({ key }) => ({ scale: key, paths: () => null, points: { show: false } }))],
        cursor: {
          y: false,
          points: { show: false },
          drag: { x: true, y: false, setScale: false, dist: 4 },
          bind: {
            // @ts-ignore: uPlot's own type wants null
            mousedown: (_u, _el, handler) => (event) => {
              if (event.button === 0 && !event.shiftKey) handler(event);
            },
            dblclick: () => null,
          },
        },
        hooks: {
          draw: [(/** @type {uPlot} */ u) => this._draw(u)],
          setSelect: [(/** @type {uPlot} */ u) => this._select(u)],
          setCursor: [
            (/** @type {uPlot} */ u) => {
              const left = u.cursor.left ?? -1;
              this._options.onCursor(left < 0 ? null : u.posToVal(left, "x"));
            },
          ],
        },
      }),
      [this._x, ...scales.map(() => [null, null])],
      this.el,
    );
    plot.over.append(this._dots);
    return plot;
  }

  _width() {
    return Math.max(this.el.clientWidth || 600, 160);
  }

  _xAxis() {
    const { time } = this._options;
    return {
      ...this._axis(),
      space: time ? 80 : 60,
      size: 30,
      ...(time ? {} : { incrs: WHOLE_STEPS }),
      // @ts-ignore: what uPlot hands over
      values: (_u, splits, _index, _space, step) =>
        time ? formatTimeTicks(splits, step) : formatTicks(splits),
    };
  }

  /** @param {ScaleSpec} scale @param {number} index */
  _yAxis(scale, index) {
    const { labels, key, title, colour } = scale;
    return {
      ...this._axis(),
      scale: key,
      side: index % 2 === 0 ? 3 : 1,
      label: title || undefined,
      labelSize: 18,
      labelGap: 0,
      labelFont: `12px ${this._theme.font}`,
      stroke: () => colour ?? this._theme.muted,
      grid: { show: index === 0, stroke: () => this._theme.grid, width: 1 },
      // @ts-ignore: what uPlot hands over
      splits: labels ? () => labels.map((_label, position) => position) : undefined,
      space: 28,
      // @ts-ignore: what uPlot hands over
      values: (_u, splits) =>
        labels
          ? splits.map((/** @type {number} */ split) => shorten(labels[split] ?? ""))
          : this.log
            ? logTicks(splits)
            : formatTicks(splits),
      // @ts-ignore: what uPlot hands over
      size: (u, values, axisIndex, cycle) => {
        const axis = u.axes[axisIndex];
        if (cycle > 1) return axis._size;
        const longest = (values ?? []).reduce(
          (/** @type {string} */ long, /** @type {string} */ text) =>
            text && text.length > long.length ? text : long,
          "",
        );
        if (!longest) return 24;
        u.ctx.font = axis.font[0];
        const width = Math.ceil(u.ctx.measureText(longest).width / devicePixelRatio) + 16;
        // In steps, so that the frame does not jitter with the digits of its labels.
        return Math.max(40, Math.ceil(width / 8) * 8);
      },
    };
  }

  _axis() {
    return {
      stroke: () => this._theme.muted,
      font: `11px ${this._theme.font}`,
      grid: { stroke: () => this._theme.grid, width: 1 },
      ticks: { stroke: () => this._theme.grid, width: 1, size: 5 },
    };
  }

  /** Find what each scale has to show of what is to be seen. */
  _range() {
    const { log, scales } = this._options;
    for (const { key, labels } of scales) {
      if (labels) {
        this._ranges[key] = [-0.5, Math.max(labels.length, 1) - 0.5];
        continue;
      }
      /** @type {[number, number] | null} */
      let all = null;
      for (const line of this._lines) {
        if (line.scale !== key) continue;
        const [from, to] = this._seen(line);
        const own = extent(line.ys, from, to, log);
        if (own) all = all ? [Math.min(all[0], own[0]), Math.max(all[1], own[1])] : own;
      }
      this._ranges[key] = padded(all, log);
    }
  }

  /** @param {Line} line */
  _seen({ xs }) {
    // One point more at each side: the line goes on to the edge.
    const from = Math.max(lowerBound(xs, this._x[0]) - 1, 0);
    const to = Math.min(lowerBound(xs, this._x[1]) + 1, xs.length);
    return [from, to];
  }

  /** @param {uPlot} u */
  _draw(u) {
    const { ctx, bbox } = u;
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    for (const limit of this._limits) this._drawLimit(u, limit);
    ctx.setLineDash([]);
    ctx.lineJoin = ctx.lineCap = "round";
    for (const line of this._lines) {
      const path = new Path2D();
      const [from, to] = this._seen(line);
      const toX = this._toPixels(u, "x");
      const toY = this._toPixels(u, line.scale);
      const dense = to - from > 4 * bbox.width;
      trace(path, line.xs, line.ys, from, to, toX, toY, {
        steps: line.steps,
        hold: line.hold,
        dense,
      });
      const last = line.xs.length - 1;
      const y = last >= 0 ? toY(line.ys[last]) : NaN;
      if (line.until !== undefined && line.until > line.xs[last] && Number.isFinite(y)) {
        path.moveTo(toX(line.xs[last]), y);
        path.lineTo(toX(line.until), y);
      }
      ctx.strokeStyle = line.colour;
      ctx.lineWidth = 1.5 * ratio;
      ctx.stroke(path);
      const roomy = (to - from) * DOT_SPACE_PX * ratio < bbox.width;
      this._drawMarks(u, line, from, to, toX, toY, roomy);
    }
    ctx.restore();
  }

  /**
   * @param {uPlot} u
   * @param {Line} line
   * @param {number} from
   * @param {number} to
   * @param {(x: number) => number} toX
   * @param {(y: number) => number} toY
   * @param {boolean} roomy
   */
  _drawMarks({ ctx }, line, from, to, toX, toY, roomy) {
    const radius = 2.6 * devicePixelRatio;
    let drawnAt = -Infinity;
    for (let i = from; i < to; i++) {
      const colour = line.mark?.(i) ?? (roomy && line.dots ? line.colour : null);
      if (colour === null) continue;
      const x = toX(line.xs[i]);
      const y = toY(line.ys[i]);
      if (!Number.isFinite(y) || x - drawnAt < radius) continue;
      drawnAt = x;
      ctx.fillStyle = colour;
      ctx.beginPath();
      ctx.arc(x, y, radius, 0, 2 * Math.PI);
      ctx.fill();
    }
  }

  /** @param {uPlot} u @param {Limit} limit */
  _drawLimit(u, { scale, value, colour, dash }) {
    const y = this._toPixels(u, scale)(value);
    if (!Number.isFinite(y)) return;
    const { ctx, bbox } = u;
    ctx.globalAlpha = 0.55;
    ctx.strokeStyle = colour;
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash(dash.map((length) => length * devicePixelRatio));
    ctx.beginPath();
    ctx.moveTo(bbox.left, Math.round(y) + 0.5);
    ctx.lineTo(bbox.left + bbox.width, Math.round(y) + 0.5);
    ctx.stroke();
    ctx.globalAlpha = 1;
  }

  /**
   * Return the function from a scale's values to device pixels: it is called for every point.
   *
   * @param {uPlot} u
   * @param {string} key
   * @returns {(value: number) => number}
   */
  _toPixels({ bbox, scales }, key) {
    const { min = 0, max = 1 } = scales[key] ?? {};
    if (key === "x") {
      const factor = bbox.width / (max - min);
      return (value) => bbox.left + (value - min) * factor;
    }
    const bottom = bbox.top + bbox.height;
    if (scales[key]?.distr === 3) {
      const floor = Math.log10(min);
      const factor = bbox.height / (Math.log10(max) - floor);
      return (value) => (value > 0 ? bottom - (Math.log10(value) - floor) * factor : NaN);
    }
    const factor = bbox.height / (max - min);
    return (value) => bottom - (value - min) * factor;
  }

  /** @param {uPlot} u */
  _select(u) {
    const { left, width } = u.select;
    if (width < 3) return;
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this._options.onRange(u.posToVal(left, "x"), u.posToVal(left + width, "x"));
  }

  _listen() {
    const { signal } = this._options;
    const { over } = this._plot;
    over.addEventListener("dblclick", () => this._options.onReset(), { signal });
    over.addEventListener("pointerdown", (event) => this._pan(event), { signal });
    over.addEventListener("wheel", (event) => this._wheel(event), { signal, passive: false });
  }

  /** Follow the size of the place and the theme. */
  _watch() {
    const { signal } = this._options;
    const sizes = new ResizeObserver(() => this._resize());
    sizes.observe(this.el);
    onThemeChange(() => {
      this._theme = themeOf(this.el);
      this._plot.redraw(false, true);
    }, signal);
    signal.addEventListener(
      "abort",
      () => {
        sizes.disconnect();
        this._plot.destroy();
      },
      { once: true },
    );
  }

  _resize() {
    const width = this._width();
    if (this.el.clientWidth > 0 && width !== this._plot.width) {
      this._plot.setSize({ width, height: this._options.height });
    }
  }

  /** Shift and drag moves along x. @param {PointerEvent} down */
  _pan(down) {
    if (down.button !== 0 || !down.shiftKey) return;
    down.preventDefault();
    const [low, high] = this._x;
    const perPixel = (high - low) / Math.max(this._plot.over.clientWidth, 1);
    const drag = new AbortController();
    const signal = AbortSignal.any([drag.signal, this._options.signal]);
    const move = (/** @type {PointerEvent} */ event) => {
      const by = (down.clientX - event.clientX) * perPixel;
      this._options.onRange(low + by, high + by);
    };
    document.addEventListener("pointermove", move, { signal });
    document.addEventListener("pointerup", () => drag.abort(), { signal });
  }

  /** With Ctrl or Shift it zooms; without, the page scrolls. @param {WheelEvent} event */
  _wheel(event) {
    if (!event.ctrlKey && !event.shiftKey) return;
    event.preventDefault();
    const at = this._plot.posToVal(event.offsetX, "x");
    const factor = (event.deltaY || event.deltaX) > 0 ? WHEEL_ZOOM : 1 / WHEEL_ZOOM;
    const [low, high] = this._x;
    this._options.onRange(at - (at - low) * factor, at + (high - at) * factor);
  }
}

/** @param {number[]} splits */
function logTicks(splits) {
  const powers = splits.filter((split) => split !== null && Number.isInteger(Math.log10(split)));
  const sparse = powers.length < 2;
  return splits.map((split) => {
    if (split === null) return "";
    if (!sparse && !Number.isInteger(Math.log10(split))) return "";
    return split >= 1e4 || split < 1e-3
      ? split.toExponential().replace("e+", "e")
      : String(Number(split.toPrecision(3)));
  });
}

/** @param {string} label */
function shorten(label) {
  return label.length > 16 ? `${label.slice(0, 15)}…` : label;
}
