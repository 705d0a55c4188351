// Many rows in a box that scrolls: only those that can be seen are in the page.

/** Rows above and below what can be seen, for who scrolls faster than is drawn. */
const AHEAD_ROWS = 4;

/**
 * A row's elements in the page, used again and again for what comes to stand there.
 * @template Row
 * @typedef {{element: HTMLElement, row: Row | null, at: number, [part: string]: any}} Slot
 */

/** @template Row */
export class RowList {
  /**
   * @param {{port: HTMLElement, sheet: HTMLElement}} parts  the box that scrolls, and in it what
   *   is as high as all rows together
   * @param {{row: number, least: number, most: number}} heights  of a row in pixels; of the box, in rows
   * @param {() => {element: HTMLElement, [part: string]: any}} makeSlot
   */
  constructor({ port, sheet }, heights, makeSlot) {
    this.port = port;
    this.sheet = sheet;
    this.heights = heights;
    this.makeSlot = makeSlot;
    port.classList.add("ipytango-port");
    sheet.classList.add("ipytango-sheet");
    /** @type {Row[]} all, in the order that is shown */
    this.rows = [];
    /** @type {Slot<Row>[]} */
    this.slots = [];
  }

  /** Take other rows, or another order of them. @param {Row[]} rows */
  arrange(rows) {
    const { row, least, most } = this.heights;
    this.rows = rows;
    this.sheet.style.height = `${rows.length * row}px`;
    this.port.style.height = `${Math.max(least, Math.min(rows.length, most)) * row}px`;
  }

  /** How many rows stand above what can be seen, wholly. */
  get above() {
    return Math.floor(this.port.scrollTop / this.heights.row);
  }

  /** How many rows fit into the box. */
  get room() {
    return Math.ceil(this.port.clientHeight / this.heights.row);
  }

  /** The rows that can be seen, also in part. */
  get inView() {
    return this.rows.slice(this.above, this.above + this.room + 1);
  }

  /**
   * Draw the rows that can be seen, and some before and behind them; returns all these.
   * @param {(slot: Slot<Row>, row: Row) => void} fill
   */
  paint(fill) {
    const first = Math.max(0, this.above - AHEAD_ROWS);
    const last = Math.min(this.rows.length, first + this.room + 2 * AHEAD_ROWS);
    while (this.slots.length < last - first) this.addSlot();
    const unused = new Set(this.slots);
    for (let at = first; at < last; at++) {
      // A row keeps its place in the page while others scroll past.
      const slot = this.slots[at % this.slots.length];
      unused.delete(slot);
      slot.element.hidden = false;
      slot.row = this.rows[at];
      this.place(slot, at);
      fill(slot, slot.row);
    }
    for (const slot of unused) {
      slot.element.hidden = true;
      slot.row = null;
    }
    return this.rows.slice(first, last);
  }

  addSlot() {
    const slot = { row: null, at: -1, ...this.makeSlot() };
    this.slots.push(slot);
    this.sheet.append(slot.element);
  }

  /** @param {Slot<Row>} slot @param {number} at */
  place(slot, at) {
    if (slot.at === at) return;
    slot.at = at;
    slot.element.style.transform = `translateY(${at * this.heights.row}px)`;
  }

  /** Where in the page an element belongs to. @param {HTMLElement} target */
  slotOf(target) {
    return this.slots.find(({ element, row }) => row && element.contains(target));
  }

  /** Scroll no further than to have a row in view. @param {number} at */
  reveal(at) {
    const { port, heights } = this;
    const top = at * heights.row;
    if (top < port.scrollTop) port.scrollTop = top;
    const bottom = top + heights.row - port.clientHeight;
    if (bottom > port.scrollTop) port.scrollTop = bottom;
  }
}
