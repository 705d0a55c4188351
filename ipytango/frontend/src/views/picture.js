/** An image: its pixels as colours, as they are now. */

import { newestAsker } from "../asking.js";
import { element } from "../plotting/controls.js";
import { formatNumber, formatTicks, formatTime } from "../plotting/format.js";
import { Chip, Part, put } from "../plotting/part.js";
import { coloured, fitted, regionIn, tableOf } from "../plotting/pixels.js";
import { themeOf } from "../plotting/theme.js";

const MOST_HEIGHT_PX = 440;
const LEAST_SIDE_PX = 120;
const BAR_WIDTH_PX = 84;
const VALUE_EVERY_MS = 100;
/** Places of the numbers beside the colour bar. */
const TICKS = [1, 0.75, 0.5, 0.25, 0];

/** @param {import("../plotting/part.js").PartHost} host */
export function mount(host) {
  return new Picture(host);
}

class Picture extends Part {
  /** @param {import("../plotting/part.js").PartHost} host */
  constructor(host) {
    super(host, "ipytango-picture");
    this._view = crypto.getRandomValues(new Uint32Array(1))[0].toString(36);
    this._data = /** @type {any} */ ({ state: "connecting", shape: [0, 0] });
    this._whole = document.createElement("canvas");
    this._near = document.createElement("canvas");
    this._nearRegion = /** @type {import("../plotting/pixels.js").Region | null} */ (null);
    this._zoom = /** @type {import("../plotting/pixels.js").Region | null} */ (null);
    this._value = undefined;
    this._valueTimer = 0;
    this._askRange = newestAsker((wanted) => this.ask("range", wanted), host.signal);
    this._hover = /** @type {{x: number, y: number} | null} */ (null);
    this._pixels = /** @type {Map<HTMLCanvasElement, any>} */ (new Map());
    this._chip = new Chip();
    this._facts = element("span", "ipytango-plot-facts");
    this.chips.append(this._chip.el, this._facts);
    this._stage = makeStage();
    this._canvas = this._stage.canvas;
    this.body.append(this._stage.el);
    this._tools = this._makeTools();
    this._showScale();
    this._chip.describe(this.config);
    this._table = tableOf(this.config.maps[this.config.colours]);
    this._listen();
    this.redraw();
  }

  _makeTools() {
    /** @type {[string, string][]} */
    const maps = Object.keys(this.config.maps).map((name) => [name, name]);
    const map = this.tools.choice("Colours", maps, this.config.colours, (colours) => {
      this.configure({ ...this.config, colours });
      this.ask("colours", { colours });
    });
    const mode = this.tools.choice(
      "Scale of the colours",
      [
        ["auto", "auto"],
        ["percentile", "1 – 99 %"],
        ["fixed", "fixed"],
      ],
      this.config.scale.mode,
      (chosen) => this._scale(chosen),
    );
    const low = this._number("Lowest value");
    const high = this._number("Highest value");
    const reset = this.tools.button(
      "reset",
      "The whole image (double click). Drag zooms, Shift + drag moves, Ctrl + wheel zooms.",
      () => this._show(null),
    );
    this.addPause();
    this.addSaving(
      () => [this._canvas],
      () => themeOf(this.el).background,
    );
    return { map, mode, low, high, reset };
  }

  /** @param {string} title */
  _number(title) {
    const input = /** @type {HTMLInputElement} */ (element("input", "ipytango-plot-number"));
    input.type = "number";
    input.step = "any";
    input.title = title;
    input.setAttribute("aria-label", title);
    const { signal } = this.host;
    input.addEventListener("change", () => this._scale("fixed"), { signal });
    this.tools.el.append(input);
    return input;
  }

  /** @param {string} mode */
  _scale(mode) {
    const chosen = mode !== this.config.scale.mode;
    const lo = chosen ? this._data.lo : Number(this._tools.low.value);
    const hi = chosen ? this._data.hi : Number(this._tools.high.value);
    const scale = mode === "fixed" ? { mode, lo: lo ?? 0, hi: hi ?? 1 } : { mode };
    this.configure({ ...this.config, scale });
    this.ask("scale", scale);
  }

  _showScale() {
    const { scale } = this.config;
    const { mode, low, high } = this._tools;
    mode.value = scale.mode;
    low.hidden = high.hidden = scale.mode !== "fixed";
    if (scale.mode !== "fixed") return;
    if (document.activeElement !== low) low.value = String(scale.lo);
    if (document.activeElement !== high) high.value = String(scale.hi);
  }

  /** @param {any} config */
  configure(config) {
    const before = this.config;
    super.configure(config);
    this._chip.describe(config);
    this._tools.map.value = config.colours;
    this._showScale();
    if (config.colours !== before.colours) {
      this._table = tableOf(config.maps[config.colours]);
      for (const [canvas, pixels] of this._pixels) this._colour(canvas, pixels);
    }
  }

  /**
   * @param {any} data
   * @param {any[]} buffers the levels of the whole image, then of each region asked for
   */
  draw(data, buffers) {
    this.setClock(data.now);
    this._data = data;
    data.parts.forEach((/** @type {any} */ part, /** @type {number} */ index) => {
      const { view, region, shape } = part;
      if (view !== "" && view !== this._view) return;
      const canvas = view === "" ? this._whole : this._near;
      const pixels = { levels: buffers[index], shape };
      this._pixels.set(canvas, pixels);
      this._colour(canvas, pixels);
      if (view !== "") this._nearRegion = region;
    });
    if (this._hover) this._askValue();
    this.redraw();
  }

  /** @param {HTMLCanvasElement} canvas @param {{levels: Uint8Array, shape: [number, number]}} pixels */
  _colour(canvas, { levels, shape: [height, width] }) {
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    if (width && height) canvas.getContext("2d")?.putImageData(coloured(levels, width, height, this._table), 0, 0);
  }

  get _region() {
    const [height, width] = this._data.shape;
    return this._zoom ?? { x0: 0, y0: 0, x1: width, y1: height };
  }

  paint() {
    const [height, width] = this._data.shape;
    this._stage.bar.hidden = !(width && height);
    this._read();
    if (!(width && height)) return;
    const room = Math.max(this.body.clientWidth - BAR_WIDTH_PX, LEAST_SIDE_PX);
    const size = fitted(width, height, room, this.config.height ?? MOST_HEIGHT_PX);
    const [w, h] = [Math.round(size.width * devicePixelRatio), Math.round(size.height * devicePixelRatio)];
    if (this._canvas.width !== w || this._canvas.height !== h) {
      this._askRegion(w, h);
      this._canvas.width = w;
      this._canvas.height = h;
      this._canvas.style.width = `${size.width}px`;
      this._canvas.style.height = `${size.height}px`;
      this._stage.bar.style.height = `${size.height}px`;
    }
    const pen = this._canvas.getContext("2d");
    if (!pen) return;
    pen.imageSmoothingEnabled = false;
    pen.clearRect(0, 0, w, h);
    // Until the region comes in full, what is there of the whole image.
    this._blit(pen, this._whole, { x0: 0, y0: 0, x1: width, y1: height }, w, h);
    if (this._zoom && this._nearRegion) this._blit(pen, this._near, this._nearRegion, w, h);
    this._paintBar();
  }

  /**
   * Draw a canvas that shows `covered` of the image where the region shown wants it.
   *
   * @param {CanvasRenderingContext2D} pen
   * @param {HTMLCanvasElement} canvas
   * @param {import("../plotting/pixels.js").Region} covered
   * @param {number} w
   * @param {number} h
   */
  _blit(pen, canvas, covered, w, h) {
    if (!canvas.width || !canvas.height || covered.x1 <= covered.x0) return;
    const { x0, y0, x1, y1 } = this._region;
    const [sx, sy] = [w / (x1 - x0), h / (y1 - y0)];
    pen.drawImage(
      canvas,
      (covered.x0 - x0) * sx,
      (covered.y0 - y0) * sy,
      (covered.x1 - covered.x0) * sx,
      (covered.y1 - covered.y0) * sy,
    );
  }

  _paintBar() {
    const levels = Uint8Array.from({ length: 255 }, (_none, i) => 255 - i);
    this._stage.barCanvas.getContext("2d")?.putImageData(coloured(levels, 1, 255, this._table), 0, 0);
    const { lo, hi } = this._data;
    const known = lo !== undefined && lo !== null;
    const values = TICKS.map((at) => lo + at * (hi - lo));
    const texts = known ? formatTicks(values) : values.map(() => "");
    this._stage.ticks.forEach((tick, index) => put(tick, texts[index]));
  }

  _read() {
    const { shape, least, greatest, time, state, invalid } = this._data;
    this._chip.show(this._data);
    const write = (/** @type {number} */ value) => formatNumber(value, this.config.format);
    if (this._hover) {
      put(this._chip.value, this._value === undefined ? "" : write(this._value));
      put(this._facts, `at x ${this._hover.x}, y ${this._hover.y}`);
      return;
    }
    put(this._chip.value, "");
    const facts = [`${shape[1]} × ${shape[0]}`];
    if (least !== undefined && least !== null) facts.push(`min ${write(least)}`, `max ${write(greatest)}`);
    if (invalid) facts.push(`${invalid} not a number`);
    if (time) facts.push(formatTime(time));
    put(this._facts, state === "connecting" ? "" : facts.join("  ·  "));
  }

  /** @param {import("../plotting/pixels.js").Region | null} region */
  _show(region) {
    this._zoom = region;
    this._nearRegion = null;
    this._tools.reset.classList.toggle("ipytango-on", region !== null);
    this._askRegion(this._canvas.width, this._canvas.height);
    this.redraw();
  }

  /** Have what is shown in full. @param {number} columns @param {number} rows  pixels of the screen */
  _askRegion(columns, rows) {
    this._askRange({ view: this._view, region: this._zoom, columns, rows });
  }

  /** Ask for the value below the mouse; the newest place, and not more often than can be read. */
  _askValue() {
    if (this._valueTimer) return;
    this._valueTimer = window.setTimeout(async () => {
      const at = this._hover;
      if (at) {
        const value = await this.ask("value", at);
        if (this._hover && this._hover.x === at.x && this._hover.y === at.y) this._value = value;
      }
      this._valueTimer = 0;
      this._read();
      const { x, y } = this._hover ?? at ?? { x: 0, y: 0 };
      if (this._hover && at && (x !== at.x || y !== at.y)) this._askValue();
    }, VALUE_EVERY_MS);
  }

  _listen() {
    const { signal } = this.host;
    const sizes = new ResizeObserver(() => this.redraw());
    sizes.observe(this.body);
    signal.addEventListener("abort", () => {
      sizes.disconnect();
      clearTimeout(this._valueTimer);
    });
    const { frame } = this._stage;
    frame.addEventListener("dblclick", () => this._show(null), { signal });
    frame.addEventListener("pointermove", (event) => this._point(event), { signal });
    frame.addEventListener(
      "pointerleave",
      () => {
        this._hover = null;
        this._value = undefined;
        this._read();
      },
      { signal },
    );
    frame.addEventListener("pointerdown", (event) => this._drag(event), { signal });
    frame.addEventListener("wheel", (event) => this._wheel(event), { signal, passive: false });
  }

  /** Where an event is in the image, in its pixels. @param {MouseEvent} event */
  _place(event) {
    const { left, top, width, height } = this._canvas.getBoundingClientRect();
    const { x0, y0, x1, y1 } = this._region;
    return {
      x: x0 + ((event.clientX - left) / width) * (x1 - x0),
      y: y0 + ((event.clientY - top) / height) * (y1 - y0),
    };
  }

  /** @param {PointerEvent} event */
  _point(event) {
    const [height, width] = this._data.shape;
    const { x, y } = this._place(event);
    const at = { x: Math.floor(x), y: Math.floor(y) };
    const inside = at.x >= 0 && at.y >= 0 && at.x < width && at.y < height;
    if (this._hover && inside && at.x === this._hover.x && at.y === this._hover.y) return;
    this._hover = inside ? at : null;
    this._value = undefined;
    if (inside) this._askValue();
    this._read();
  }

  /** Drag chooses a region, with Shift it moves. @param {PointerEvent} down */
  _drag(down) {
    const [height, width] = this._data.shape;
    if (down.button !== 0 || !width) return;
    down.preventDefault();
    const start = this._place(down);
    const region = this._region;
    const drag = new AbortController();
    const signal = AbortSignal.any([drag.signal, this.host.signal]);
    let chosen = /** @type {import("../plotting/pixels.js").Region | null} */ (null);
    const move = (/** @type {PointerEvent} */ event) => {
      if (down.shiftKey) {
        const { width: w, height: h } = this._canvas.getBoundingClientRect();
        const dx = ((down.clientX - event.clientX) / w) * (region.x1 - region.x0);
        const dy = ((down.clientY - event.clientY) / h) * (region.y1 - region.y0);
        if (this._zoom) this._show(regionIn(moved(region, dx, dy), width, height));
        return;
      }
      const distance = Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY);
      chosen = distance < 5 ? null : between(start, this._place(event));
      this._showBox(chosen);
    };
    document.addEventListener("pointermove", move, { signal });
    document.addEventListener(
      "pointerup",
      () => {
        drag.abort();
        this._stage.box.hidden = true;
        if (chosen) this._show(regionIn(chosen, width, height));
      },
      { signal },
    );
  }

  /** @param {import("../plotting/pixels.js").Region | null} chosen */
  _showBox(chosen) {
    this._stage.box.hidden = chosen === null;
    if (!chosen) return;
    const { x0, y0, x1, y1 } = this._region;
    /** @param {number} value */
    const percent = (value) => `${100 * Math.min(Math.max(value, 0), 1)}%`;
    this._stage.box.style.left = percent((chosen.x0 - x0) / (x1 - x0));
    this._stage.box.style.top = percent((chosen.y0 - y0) / (y1 - y0));
    this._stage.box.style.right = percent((x1 - chosen.x1) / (x1 - x0));
    this._stage.box.style.bottom = percent((y1 - chosen.y1) / (y1 - y0));
  }

  /** @param {WheelEvent} event */
  _wheel(event) {
    const [height, width] = this._data.shape;
    if ((!event.ctrlKey && !event.shiftKey) || !width) return;
    event.preventDefault();
    const at = this._place(event);
    const factor = (event.deltaY || event.deltaX) > 0 ? 1.25 : 0.8;
    const { x0, y0, x1, y1 } = this._region;
    const region = {
      x0: at.x - (at.x - x0) * factor,
      y0: at.y - (at.y - y0) * factor,
      x1: at.x + (x1 - at.x) * factor,
      y1: at.y + (y1 - at.y) * factor,
    };
    this._show(region.x1 - region.x0 >= width ? null : regionIn(region, width, height));
  }
}

function makeStage() {
  const el = element("div", "ipytango-plot-stage");
  const frame = element("div", "ipytango-plot-frame");
  const canvas = document.createElement("canvas");
  const box = element("div", "ipytango-plot-box");
  box.hidden = true;
  frame.append(canvas, box);
  const bar = element("div", "ipytango-plot-bar");
  const barCanvas = document.createElement("canvas");
  barCanvas.width = 1;
  barCanvas.height = 255;
  const ticks = TICKS.map((at) => {
    const tick = element("span", "ipytango-plot-tick");
    tick.style.top = `${100 * (1 - at)}%`;
    return tick;
  });
  const scale = element("div", "ipytango-plot-ticks");
  scale.append(...ticks);
  bar.append(barCanvas, scale);
  el.append(frame, bar);
  return { el, frame, canvas, box, bar, barCanvas, ticks };
}

/** @param {import("../plotting/pixels.js").Region} region @param {number} dx @param {number} dy */
function moved({ x0, y0, x1, y1 }, dx, dy) {
  return { x0: x0 + dx, y0: y0 + dy, x1: x1 + dx, y1: y1 + dy };
}

/** @param {{x: number, y: number}} one @param {{x: number, y: number}} other */
function between(one, other) {
  return {
    x0: Math.min(one.x, other.x),
    y0: Math.min(one.y, other.y),
    x1: Math.max(one.x, other.x),
    y1: Math.max(one.y, other.y),
  };
}
