// The rows of a watch: what the kernel has told of them, in the order and choice of the reader.

/**
 * One attribute. Texts are shown as they stand: the kernel has formatted and cut them.
 * @typedef {object} Row
 * @property {number} key
 * @property {number} place where it stands while no other order is asked for
 * @property {string} name
 * @property {string} value
 * @property {string} full the whole value where `value` is cut, else empty
 * @property {string} kind number, text, state, lamp or array
 * @property {string} unit
 * @property {string} quality
 * @property {string} set
 * @property {string} state connecting, live, away or failed
 * @property {string} source change, periodic, poll or empty
 * @property {number} since when the state began, seconds since the epoch
 * @property {number} dropped
 * @property {number} errors
 * @property {string} label
 * @property {string} description
 * @property {{reason: string, description: string, origin: string, severity: string}[]} failure
 * @property {number} time the device's time of the value, seconds since the epoch; 0: none
 * @property {number} received when it came to the kernel, likewise
 */

/** What a row is before the kernel has said more. */
const EMPTY = {
  key: 0, place: 0, name: "", value: "", full: "", kind: "text", unit: "", quality: "", set: "",
  state: "connecting", source: "", since: 0, dropped: 0, errors: 0, label: "", description: "",
  failure: [], time: 0, received: 0,
};

/** A polled value that is later than so many periods, and so many seconds, is no longer live. */
const LATE_PERIODS = 3;
const LATE_S = 2;

export class Rows {
  constructor() {
    /** @type {Map<number, Row>} */
    this.byKey = new Map();
    /** Seconds that the kernel's clock is ahead of the browser's. */
    this.ahead = 0;
    this.period = 1;
  }

  /** The kernel's time, seconds since the epoch. */
  get now() {
    return Date.now() / 1000 + this.ahead;
  }

  /**
   * Take in a frame; returns whether rows came or went.
   * @param {any} data
   * @param {any[]} buffers keys, and for each the device's time and that of its arrival
   */
  apply(data, [keys, times]) {
    const before = this.byKey.size;
    let others = Boolean(data.whole) || (data.gone ?? []).length > 0;
    this.ahead = data.now - Date.now() / 1000;
    if (data.whole) this.byKey.clear();
    for (const key of data.gone ?? []) this.byKey.delete(key);
    for (const [text, patch] of Object.entries(data.rows ?? {})) {
      const key = Number(text);
      const row = this.byKey.get(key);
      if (row) Object.assign(row, patch);
      else this.byKey.set(key, { ...EMPTY, ...patch, key });
    }
    for (let at = 0; at < (keys?.length ?? 0); at++) {
      const row = this.byKey.get(keys[at]);
      if (!row) continue;
      row.value = data.values[at];
      row.time = times[2 * at];
      row.received = times[2 * at + 1];
    }
    others ||= this.byKey.size !== before;
    return others;
  }

  /**
   * The rows that match `filter`, sorted.
   * @param {string} filter words that must all occur in name, value, quality, state or error
   * @param {{column: string, descending: boolean} | null} sort null: as they were asked for
   * @returns {Row[]}
   */
  chosen(filter, sort) {
    const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = [...this.byKey.values()].filter((row) => matches(row, words));
    if (!sort) return rows.sort((a, b) => a.place - b.place || a.key - b.key);
    const keyOf = (/** @type {Row} */ row) => sortKey(row, sort.column);
    const sign = sort.descending ? -1 : 1;
    return rows
      .map((row) => ({ row, by: keyOf(row) }))
      .sort((a, b) => compare(a.by, b.by, sign) || a.row.key - b.row.key)
      .map(({ row }) => row);
  }

  /**
   * Whether a row shows what its device says now: its state, or `stale`.
   * @param {Row} row
   */
  standing(row) {
    if (row.state !== "live" || row.source !== "poll") return row.state;
    const late = this.now - row.received > LATE_PERIODS * this.period + LATE_S;
    return late && row.received ? "stale" : "live";
  }

  /** How many rows there are of each standing. */
  census() {
    /** @type {Record<string, number>} */
    const count = {};
    for (const row of this.byKey.values()) {
      const standing = row.failure.length && row.state === "live" ? "error" : this.standing(row);
      count[standing] = (count[standing] ?? 0) + 1;
    }
    return count;
  }
}

/** @param {Row} row @param {string[]} words */
function matches(row, words) {
  if (!words.length) return true;
  const reason = row.failure[0]?.reason ?? "";
  const text = `${row.name} ${row.value} ${row.quality} ${row.state} ${reason}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** @param {Row} row @param {string} column @returns {number | string} */
function sortKey(row, column) {
  if (column === "age") return row.received ? -row.received : "";
  if (column === "source") return `${row.state === "live" ? "" : row.state} ${row.source}`;
  const field = /** @type {number | string} */ (row[/** @type {keyof Row} */ (column)]);
  if (typeof field === "number") return field;
  const number = column === "name" || field.trim() === "" ? NaN : Number(field);
  return Number.isNaN(number) ? field.toLowerCase() : number;
}

/**
 * Numbers, then texts (digits in them as numbers), and what is empty at the end either way.
 * @param {number | string} a @param {number | string} b @param {number} sign
 */
function compare(a, b, sign) {
  if (a === "" || b === "") return Number(a === "") - Number(b === "");
  if (typeof a === "number" && typeof b === "number") return sign * (a - b);
  if (typeof a !== typeof b) return typeof a === "number" ? -sign : sign;
  return sign * collator.compare(String(a), String(b));
}

const collator = new Intl.Collator(undefined, { numeric: true });

/** How long ago, as short as it can be read. @param {number} seconds */
export function ageText(seconds) {
  if (seconds < 60) return `${Math.max(0, Math.floor(seconds))} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} d`;
}

/** The time of day, and the date where it is another one. @param {number} seconds @param {boolean} fine */
export function timeText(seconds, fine) {
  if (!seconds) return "";
  const moment = new Date(seconds * 1000);
  if (Number.isNaN(moment.getTime())) return "";
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const clock = `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}`;
  if (!fine) return clock;
  return `${clock}.${String(moment.getMilliseconds()).padStart(3, "0")}`;
}
