/** One attribute's value: as it was read, and with a switch that makes it follow. */

import { asker } from "../asking.js";
import { stillOf } from "../dom.js";
import { element } from "../plotting/controls.js";
import { formatTime } from "../plotting/format.js";
import { put } from "../plotting/part.js";
import * as curve from "./curve.js";
import * as picture from "./picture.js";

const PARTS = { curve, picture };
const AGE_EVERY_MS = 1000;
/** From this age on, in seconds, it is said. */
const YOUNG_S = 2.5;

/** @param {import("../types.js").Host} host */
export function mount(host) {
  return new Value(host);
}

class Value {
  /** @param {import("../types.js").Host} host */
  constructor(host) {
    this.host = host;
    this.ask = asker(host);
    this.config = host.config;
    this._on = false;
    this._data = /** @type {any} */ (null);
    this._skew = 0;
    this._isStale = false;
    this._part = /** @type {{kind: string, view: any, end: AbortController} | null} */ (null);

    this.el = element("div", "ipytango-value");
    this._switch = this._makeSwitch();
    this._still = stillOf(host);
    this._still.className = "ipytango-value-still";
    this._card = makeCard();
    this._card.el.hidden = true;
    this.el.append(this._switch, this._still, this._card.el);
    host.el.append(this.el);
    this.configure(host.config);

    const timer = setInterval(() => this._age(), AGE_EVERY_MS);
    host.signal.addEventListener("abort", () => {
      clearInterval(timer);
      this._part?.end.abort();
    });
  }

  _makeSwitch() {
    const button = /** @type {HTMLButtonElement} */ (element("button", "ipytango-value-switch"));
    button.type = "button";
    button.append(element("span", "ipytango-value-lamp"), "live");
    button.setAttribute("role", "switch");
    button.addEventListener("click", () => this._follow(!this._on), { signal: this.host.signal });
    showSwitch(button, false);
    return button;
  }

  /** @param {boolean} on */
  async _follow(on) {
    this._switch.disabled = true;
    await this.ask("live", { on });
    this._switch.disabled = this._isStale;
  }

  /** @param {any} config */
  configure(config) {
    this.config = config;
    put(this._card.device, config.device);
    put(this._card.name, config.name);
    const { part } = config;
    if (!part) return;
    if (this._part?.kind === part.kind) {
      this._part?.view.configure(part);
      return;
    }
    this._part?.end.abort();
    const end = new AbortController();
    this._card.part.replaceChildren();
    const view = PARTS[/** @type {keyof typeof PARTS} */ (part.kind)].mount({
      el: this._card.part,
      config: part,
      send: (op, argument) => this.host.send(op, argument),
      signal: AbortSignal.any([this.host.signal, end.signal]),
    });
    this._part = { kind: part.kind, view, end };
  }

  /** @param {any} data @param {any[]} buffers */
  draw(data, buffers) {
    this._data = data;
    this._skew = Date.now() / 1000 - data.now;
    this._on = data.on;
    showSwitch(this._switch, data.on);
    this.el.classList.toggle("ipytango-value-on", data.on);
    const { value } = data;
    this._still.hidden = value !== null;
    this._card.el.hidden = value === null;
    if (value === null) {
      this.host.mark(data.on ? (data.failure ?? "connecting …") : "");
      return;
    }
    this.host.mark("");
    this._show(value);
    if (data.part && this._part) this._part.view.draw({ ...data.part, now: data.now }, buffers);
    this._age();
  }

  /** @param {any} value */
  _show(value) {
    const parts = this._card;
    parts.el.style.borderLeftColor = value.rim;
    const valid = value.quality === "VALID" || value.kind === "failure";
    put(parts.quality, value.kind === "failure" ? "" : value.quality.toLowerCase());
    parts.quality.style.color = value.rim;
    parts.quality.classList.toggle("ipytango-value-loud", !valid);
    const drawn = Boolean(this._part) && (value.kind === "curve" || value.kind === "picture" || value.kind === "lamps");
    parts.part.hidden = !drawn;
    parts.text.hidden = drawn || value.kind === "words";
    parts.words.hidden = value.kind !== "words";
    if (value.kind === "words") showWords(parts.words, value);
    parts.text.dataset.kind = value.kind;
    put(parts.lamp, value.kind === "lamp" ? (value.text === "True" ? "●" : "○") : "");
    const plain = { nothing: "no value", empty: "empty" }[/** @type {string} */ (value.kind)];
    put(parts.value, plain ?? value.text ?? "");
    parts.value.style.backgroundColor = value.kind === "state" ? value.colour : "";
    put(parts.unit, value.unit);
    put(parts.set, value.set === "" ? "" : `set ${value.set}`);
    put(parts.type, value.type);
  }

  /** Say how old the value is, and how it comes. */
  _age() {
    const { value, source, state } = this._data ?? {};
    if (!value) return;
    const age = Date.now() / 1000 - this._skew - value.time;
    const words = [formatTime(value.time)];
    if (!this._on) words.push("frozen");
    else if (age > YOUNG_S) words.push(`${ageText(age)} ago`);
    put(this._card.time, words.join(" · "));
    const standing = state === "live" || state === "" ? { change: "events", periodic: "periodic events", poll: "polled" }[/** @type {string} */ (source)] : state;
    put(this._card.source, this._on && !this._isStale ? (standing ?? "") : "");
    this._card.source.dataset.state = state;
  }

  /** @param {number | null} since */
  stale(since) {
    this._isStale = since !== null;
    this._switch.disabled = this._isStale;
    this.el.classList.toggle("ipytango-value-stale", this._isStale && this._on);
    this._age();
    this._part?.view.stale(since);
  }
}

function makeCard() {
  const el = element("div", "ipytango-value-card");
  const head = element("div", "ipytango-value-head");
  const device = element("span", "ipytango-value-muted");
  const name = element("span", "ipytango-value-name");
  const quality = element("span", "ipytango-value-quality");
  head.append(device, name, quality);
  const text = element("div", "ipytango-value-text");
  const lamp = element("span", "ipytango-value-bulb");
  const value = element("span", "ipytango-value-number");
  const unit = element("span", "ipytango-value-unit");
  text.append(lamp, value, unit);
  const words = element("table", "ipytango-value-words");
  const part = element("div", "ipytango-value-part");
  const foot = element("div", "ipytango-value-foot");
  const set = element("span");
  const time = element("span");
  const type = element("span");
  const source = element("span", "ipytango-value-source");
  foot.append(set, time, type, source);
  el.append(head, text, words, part, foot);
  return { el, device, name, quality, text, lamp, value, unit, words, part, set, time, type, source };
}

/** @param {HTMLElement} table @param {{words: string[][], hidden: string}} value */
function showWords(table, { words, hidden }) {
  table.replaceChildren(
    ...words.map((row, number) => {
      const line = element("tr");
      line.append(element("th", "", String(number)), ...row.map((word) => element("td", "", word)));
      return line;
    }),
  );
  if (hidden) {
    const line = element("tr");
    const cell = /** @type {HTMLTableCellElement} */ (element("td", "ipytango-value-muted", hidden));
    cell.colSpan = 99;
    line.append(cell);
    table.append(line);
  }
}

/** @param {HTMLButtonElement} button @param {boolean} on */
function showSwitch(button, on) {
  button.setAttribute("aria-checked", String(on));
  button.title = on ? "Stop following: keep what is shown" : "Follow this attribute";
}

/** @param {number} seconds */
function ageText(seconds) {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} days`;
}
