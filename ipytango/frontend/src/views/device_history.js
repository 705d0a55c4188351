// What was done in a device's panel, the newest first.

import { button, copied, failureOf, make, tookText } from "./device_parts.js";
import { timeText } from "./watch_rows.js";

/** @typedef {import("./device_parts.js").Desk} Desk */

export class HistoryPage {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.el = make("div", "page");
    this.list = make("div", "rows");
    this.nothing = make("div", "muted", "Nothing was done here yet.");
    this.all = button("tool", "Copy all as Python", "", desk.signal, () => this.copyAll());
    this.el.append(this.nothing, this.list, this.all);
    /** @type {Map<number, {row: HTMLElement, deed: any}>} */
    this.byNumber = new Map();
    this.counted();
  }

  get size() {
    return this.byNumber.size;
  }

  copyAll() {
    const deeds = [...this.byNumber.values()].map(({ deed }) => deed);
    deeds.sort((a, b) => a.number - b.number);
    const lines = ["import tango", ...deeds.map(({ line }) => line)];
    copied(this.all, `${lines.join("\n")}\n`).catch((error) => this.desk.mark(String(error)));
  }

  /** @param {any[]} deeds in their order */
  show(deeds) {
    for (const deed of deeds) {
      const row = this.rowOf(deed);
      const before = this.byNumber.get(deed.number);
      if (before) before.row.replaceWith(row);
      else this.list.prepend(row);
      this.byNumber.set(deed.number, { row, deed });
    }
    this.counted();
  }

  counted() {
    this.nothing.hidden = this.size > 0;
    this.all.hidden = this.size === 0;
  }

  /** @param {any} deed */
  rowOf(deed) {
    const row = make("div", `deed ipytango-device-${deed.outcome}`);
    const outcome = { done: "✓", failed: "✗", running: "…" }[/** @type {string} */ (deed.outcome)] ?? "";
    const took = deed.outcome === "running" ? "" : tookText(deed.took);
    const what = make("div", "what");
    what.append(make("span", "", deed.said));
    if (deed.result) what.append(make("div", "result", deed.result));
    if (deed.failure.length) what.append(failureOf(deed.failure));
    what.append(make("div", "line", deed.line));
    /** @type {HTMLElement} */
    const copy = button("copy", "Py", "Copy the Python line", this.desk.signal, () =>
      void copied(copy, deed.line).catch((error) => this.desk.mark(String(error))),
    );
    row.append(
      make("span", "muted", timeText(deed.time, false)),
      make("span", "outcome", outcome),
      what,
      make("span", "muted", took),
      copy,
    );
    return row;
  }
}
