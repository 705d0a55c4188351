// A live table of attributes. Only the rows that can be seen are in the page.

import { asker } from "../asking.js";
import { copyText, drawnSoon, hint, paint, style, write } from "../dom.js";
import { RowList } from "./row_list.js";
import { download, fillDetails, layout, makeSlot } from "./watch_parts.js";
import { Rows, ageText, timeText } from "./watch_rows.js";

/** @typedef {import("./watch_rows.js").Row} Row */
/** @typedef {{column: string, descending: boolean}} Sort */

/** Of a row in pixels, as in watch.css; of the table, in rows. */
const HEIGHTS = { row: 25, least: 0, most: 20 };
const TICK_MS = 1000;
/** How long the reader may scroll before the kernel hears of it. */
const SEEN_AFTER_MS = 100;
const SAID_MS = 1500;
const COPY = "Copy CSV";

/** @type {Record<string, string>} */
const SOURCES = { change: "events" };

/** @type {Record<string, string>} */
const SOURCE_HINTS = {
  change: "change events of the device",
  periodic: "periodic events of the device",
  poll: "read again and again: the device offers no events",
};

/** @param {import("../types.js").Host} host @returns {import("../types.js").View} */
export function mount(host) {
  return new Watch(host);
}

class Watch {
  /** @param {import("../types.js").Host} host */
  constructor(host) {
    this.host = host;
    this.ask = asker(host);
    this.rows = new Rows();
    this.parts = layout(host.el);
    /** @type {RowList<Row>} */
    this.list = new RowList(this.parts, HEIGHTS, makeSlot);
    this.schedule = drawnSoon(host.signal, () => this.paint());
    this.filter = "";
    /** @type {Sort | null} */
    this.sort = null;
    /** @type {number | null} the row whose details are open */
    this.open = null;
    this.detailed = "";
    /** @type {number | null} */
    this.staleSince = null;
    /** @type {number | null} */
    this.paused = null;
    /** @type {{quality: Record<string, string>, state: Record<string, string>}} */
    this.colours = { quality: {}, state: {} };
    this.name = Math.random().toString(36).slice(2);
    /** The keys of the rows that can be seen, as the kernel knows them; empty: all. */
    this.seen = "";
    this.seeing = 0;
    this.configure(host.config);
    this.listen();
  }

  // --- what the hub calls -------------------------------------------------------------------

  /** @param {any} config */
  configure(config) {
    const { root, pause } = this.parts;
    this.rows.period = config.period;
    this.colours = config.colours;
    this.paused = config.paused;
    root.classList.toggle("ipytango-watch-paused", this.paused !== null);
    pause.textContent = this.paused === null ? "Pause" : "Resume";
    pause.setAttribute("aria-pressed", String(this.paused !== null));
    this.schedule();
  }

  /** @param {any} data @param {any[]} buffers */
  draw(data, buffers) {
    if (this.rows.apply(data, buffers)) this.arrange();
    this.paint();
  }

  /** @param {number | null} sinceMs */
  stale(sinceMs) {
    this.staleSince = sinceMs;
    this.parts.root.classList.toggle("ipytango-watch-silent", sinceMs !== null);
    this.schedule();
  }

  resize() {
    this.schedule();
  }

  // --- what the reader does -----------------------------------------------------------------

  listen() {
    const { filter, headers, port, pause, copy, save } = this.parts;
    const { signal } = this.host;
    const on = (/** @type {HTMLElement} */ element, /** @type {string} */ event, /** @type {(event: any) => void} */ act) =>
      element.addEventListener(event, act, { signal, passive: true });
    on(filter, "input", () => this.choose({ filter: filter.value }));
    on(port, "scroll", () => this.paint());
    on(port, "click", (event) => this.clicked(event.target));
    on(pause, "click", () => this.ask("pause", this.paused === null));
    on(copy, "click", () => this.copy());
    on(save, "click", () => this.save());
    for (const [column, { button }] of headers) on(button, "click", () => this.sortBy(column));
    const resizes = new ResizeObserver(() => this.schedule());
    resizes.observe(port);
    const timer = setInterval(() => this.tick(), TICK_MS);
    signal.addEventListener("abort", () => {
      clearInterval(timer);
      clearTimeout(this.seeing);
      resizes.disconnect();
    });
  }

  /** @param {{filter?: string, sort?: Sort | null}} choice */
  choose(choice) {
    Object.assign(this, choice);
    this.arrange();
    this.schedule();
  }

  /** Up, down, as asked for. @param {string} column */
  sortBy(column) {
    if (this.sort?.column !== column) this.choose({ sort: { column, descending: false } });
    else this.choose({ sort: this.sort.descending ? null : { column, descending: true } });
  }

  /** @param {HTMLElement} target */
  clicked(target) {
    const slot = this.list.slotOf(target);
    if (!slot?.row) return;
    if (target === slot.remove) {
      this.ask("remove", slot.row.key);
    } else if (!String(getSelection())) {
      this.show(this.open === slot.row.key ? null : slot.row.key);
    }
  }

  /** @param {number | null} key */
  show(key) {
    this.open = key;
    this.schedule();
  }

  async copy() {
    const text = await this.csv();
    if (text === undefined) return;
    try {
      await copyText(text);
      this.parts.copy.textContent = "Copied";
      setTimeout(() => (this.parts.copy.textContent = COPY), SAID_MS);
    } catch {
      this.host.mark("The browser does not allow to copy here; save the file instead.");
    }
  }

  async save() {
    const text = await this.csv();
    if (text !== undefined) download(text);
  }

  /** The rows that are shown, from the kernel: it has the values, here are but texts. */
  csv() {
    return this.ask("csv", this.list.rows.map((row) => row.key));
  }

  // --- drawing ------------------------------------------------------------------------------

  tick() {
    // Values come ten times a second; rows that changed places as often could not be read.
    if (this.filter || this.sort) this.arrange();
    this.schedule();
  }

  /** Choose and sort the rows anew. */
  arrange() {
    this.list.arrange(this.rows.chosen(this.filter, this.sort));
    for (const [column, { cell }] of this.parts.headers) {
      const sort = this.sort?.column === column ? this.sort : null;
      cell.setAttribute("aria-sort", sort ? (sort.descending ? "descending" : "ascending") : "none");
    }
  }

  paint() {
    const { now } = this.rows;
    const drawn = this.list.paint((slot, row) => this.fill(slot, row, now));
    this.tellSeen(drawn.map((row) => row.key));
    this.paintCensus();
    this.paintDetails();
  }

  /** Tell the kernel which rows can be seen: it sends the others seldom. @param {number[]} keys */
  tellSeen(keys) {
    const all = keys.length === this.rows.byKey.size;
    if ((all && !this.seen) || String(keys) === this.seen) return;
    this.seen = String(keys);
    clearTimeout(this.seeing);
    // Nothing is lost when the kernel does not hear it: it sends everything then, or once a second.
    const tell = () => this.host.send("seen", { view: this.name, keys }).catch(() => {});
    this.seeing = setTimeout(tell, SEEN_AFTER_MS);
  }

  /** @param {any} slot @param {Row} row @param {number} now */
  fill(slot, row, now) {
    const standing = this.staleSince === null ? this.rows.standing(row) : "stale";
    const open = this.open === row.key ? " ipytango-watch-open" : "";
    const is = standing === "live" && row.failure.length ? "error" : standing;
    style(slot.element, `ipytango-watch-row ipytango-watch-is-${is}${open}`);
    const cut = row.name.lastIndexOf("/") + 1;
    write(slot.device, row.name.slice(0, cut));
    write(slot.attribute, row.name.slice(cut));
    hint(slot.name, row.description ? `${row.name}\n${row.description}` : row.name);
    this.fillValue(slot, row);
    write(slot.unit, row.unit);
    hint(slot.unit, row.unit);
    this.fillQuality(slot, row.quality);
    write(slot.set, row.set);
    hint(slot.set, row.set);
    write(slot.time, timeText(row.time, true));
    hint(slot.time, row.time ? new Date(row.time * 1000).toString() : "");
    write(slot.age, row.received ? ageText(now - row.received) : "");
    const [text, why] = this.standingText(row, standing);
    write(slot.standing, text);
    hint(slot.standing, why);
    write(slot.dropped, row.dropped ? String(row.dropped) : "");
    hint(slot.remove, `Remove ${row.name}`);
  }

  /** @param {any} slot @param {Row} row */
  fillValue(slot, row) {
    const lastKnown = row.state === "away" && row.value;
    const failure = lastKnown ? undefined : row.failure[0];
    style(slot.value, `ipytango-watch-value ipytango-watch-shows-${failure ? "failure" : row.kind}`);
    write(slot.text, failure ? failure.reason : row.value);
    hint(slot.value, failure ? `${failure.reason}: ${failure.description}` : row.full || row.value);
    let lamp = "";
    if (!failure && row.kind === "state") lamp = this.colours.state[row.value] ?? "";
    if (!failure && row.kind === "lamp" && row.value) lamp = row.value === "True" ? "#35c075" : "transparent";
    slot.lamp.hidden = !lamp;
    paint(slot.lamp, lamp);
  }

  /** @param {any} slot @param {string} quality */
  fillQuality(slot, quality) {
    const colour = quality === "VALID" ? "" : (this.colours.quality[quality] ?? "");
    write(slot.badge, quality.toLowerCase());
    style(slot.badge, colour ? "ipytango-watch-badge ipytango-watch-loud" : "ipytango-watch-badge");
    paint(slot.badge, colour);
  }

  /** @param {Row} row @param {string} standing @returns {[string, string]} */
  standingText(row, standing) {
    if (standing === "live") return [SOURCES[row.source] ?? row.source, SOURCE_HINTS[row.source] ?? ""];
    if (standing === "connecting") return ["connecting", "no answer yet"];
    if (standing !== "stale") {
      const since = timeText(row.since, false);
      const what = row.value ? ": the value is the last that was known" : "";
      return [`${standing} ${since}`, `${standing} since ${since}${what}`];
    }
    const last = timeText(this.staleSince === null ? row.received : this.staleSince / 1000, false);
    return [`stale ${last}`, `nothing new since ${last}: the value is the last that was known`];
  }

  paintCensus() {
    const total = this.rows.byKey.size;
    const count = this.staleSince === null ? this.rows.census() : { stale: total };
    const all = `${total} ${total === 1 ? "row" : "rows"}`;
    const shown = this.list.rows.length;
    const parts = [shown === total ? all : `${shown} of ${all}`];
    for (const [standing, text] of Object.entries(WORRIES)) {
      if (count[standing]) parts.push(`${count[standing]} ${text}`);
    }
    if (this.paused !== null) parts.push(`paused at ${timeText(this.paused, false)}`);
    write(this.parts.census, parts.join(" · "));
    write(this.parts.nothing, shown ? "" : total ? "No row matches the filter." : "No attributes.");
  }

  paintDetails() {
    const box = this.parts.details;
    const row = this.open === null ? undefined : this.rows.byKey.get(this.open);
    box.hidden = !row;
    if (!row) return;
    const facts = factsOf(row);
    const told = JSON.stringify([row.name, facts, row.failure]);
    if (this.detailed === told) return;
    this.detailed = told;
    const close = fillDetails(box, row, facts);
    close.addEventListener("click", () => this.show(null), { signal: this.host.signal });
  }
}

/** What is said of rows that are not as they should be. @type {Record<string, string>} */
const WORRIES = {
  connecting: "connecting",
  away: "away",
  failed: "failed",
  error: "with errors",
  stale: "stale",
};

/** @param {Row} row @returns {[string, string][]} */
function factsOf(row) {
  /** @type {[string, string][]} */
  const facts = [
    ["label", row.label],
    ["description", row.description],
    ["value", `${row.full || row.value}${row.value && row.unit ? ` ${row.unit}` : ""}`],
    ["set value", row.set],
    ["quality", row.quality.toLowerCase()],
    ["state", `${row.state} since ${timeText(row.since, false)}`],
    ["dropped", row.dropped ? String(row.dropped) : ""],
    ["errors", row.errors ? String(row.errors) : ""],
  ];
  return facts.filter(([, text]) => text.trim());
}
