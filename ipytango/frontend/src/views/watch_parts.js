// What a watch is made of in the page. Text goes in as text, never as HTML.

import { maker, withItsOwnKeys } from "../dom.js";

/** @typedef {import("./watch_rows.js").Row} Row */

/** @type {{key: string, title: string, hint?: string}[]} */
export const COLUMNS = [
  { key: "name", title: "attribute" },
  { key: "value", title: "value" },
  { key: "unit", title: "unit" },
  { key: "quality", title: "quality" },
  { key: "set", title: "set", hint: "what was last written" },
  { key: "time", title: "time", hint: "the device's time of the value" },
  { key: "age", title: "age", hint: "how long ago the value came" },
  { key: "source", title: "source", hint: "events of the device, or polling; or why not" },
  { key: "dropped", title: "dropped", hint: "values that a newer one has overtaken" },
];

const make = maker("watch");

/** @param {string} name @param {string} text @param {string} title */
function button(name, text, title) {
  const made = withItsOwnKeys(make("button", name, text));
  made.title = title;
  return made;
}

/** The whole, empty. @param {HTMLElement} el */
export function layout(el) {
  const root = make("div");
  root.className = "ipytango-watch";

  const filter = /** @type {HTMLInputElement} */ (withItsOwnKeys(make("input", "filter")));
  filter.type = "search";
  filter.placeholder = "Filter: name, value, quality";
  filter.setAttribute("aria-label", "Filter rows");
  const census = make("span", "census");
  census.setAttribute("role", "status");
  const pause = button("button", "Pause", "Hold the table still; the readings go on");
  const copy = button("button", "Copy CSV", "Copy the rows that are shown");
  const save = button("button", "Save CSV", "Download the rows that are shown");
  for (const control of [pause, copy, save]) control.dataset.ipytangoAsks = "";
  const bar = make("div", "bar");
  bar.append(filter, census, make("span", "space"), pause, copy, save);

  const table = make("div", "table");
  table.setAttribute("role", "table");
  const { heading, headers } = headingRow();
  const port = make("div", "port");
  port.tabIndex = 0;
  port.setAttribute("role", "rowgroup");
  const sheet = make("div", "sheet");
  port.append(sheet);
  const nothing = make("div", "nothing");
  table.append(heading, port, nothing);

  const details = make("div", "details");
  details.hidden = true;
  root.append(bar, table, details);
  el.append(root);
  return { root, filter, census, pause, copy, save, headers, port, sheet, nothing, details };
}

function headingRow() {
  const heading = make("div", "heading");
  heading.setAttribute("role", "row");
  /** @type {Map<string, {cell: HTMLElement, button: HTMLElement}>} */
  const headers = new Map();
  for (const column of COLUMNS) {
    const cell = make("span", column.key);
    cell.setAttribute("role", "columnheader");
    const what = column.hint ? `${column.hint}\n` : "";
    const sorter = button("sorter", column.title, `${what}Click to sort`);
    cell.append(sorter);
    headers.set(column.key, { cell, button: sorter });
    heading.append(cell);
  }
  heading.append(make("span", "remove"));
  return { heading, headers };
}

/** A row of the page, for whatever attribute comes to stand there. */
export function makeSlot() {
  const element = make("div", "row");
  element.setAttribute("role", "row");
  /** @type {any} */
  const slot = { element };
  for (const { key } of COLUMNS) {
    slot[key] = make("span", key);
    slot[key].setAttribute("role", "cell");
    element.append(slot[key]);
  }
  slot.device = make("span", "device");
  slot.attribute = make("span", "attribute");
  slot.name.append(make("span", "dot"), slot.device, slot.attribute);
  slot.lamp = make("span", "lamp");
  slot.text = make("span");
  slot.value.append(slot.lamp, slot.text);
  slot.badge = make("span", "badge");
  slot.quality.append(slot.badge);
  slot.standing = make("span", "standing");
  slot.source.append(slot.standing);
  slot.remove = button("remove", "×", "");
  element.append(slot.remove);
  return slot;
}

/**
 * All about one row, in a box beneath the table.
 * @param {HTMLElement} box @param {Row} row @param {[string, string][]} facts
 * @returns {HTMLElement} the button that closes it
 */
export function fillDetails(box, row, facts) {
  const unfolded = box.querySelector("details")?.open ?? false;
  const close = button("close", "×", "Close the details");
  const list = make("dl", "facts");
  for (const [name, text] of facts) list.append(make("dt", "", name), make("dd", "", text));
  box.replaceChildren(close, make("div", "title", row.name), list);
  if (row.failure.length) box.append(stackOf(row.failure, unfolded));
  return close;
}

/** An error's stack, folded. @param {Row["failure"]} levels @param {boolean} unfolded */
function stackOf(levels, unfolded) {
  const stack = /** @type {HTMLDetailsElement} */ (make("details", "stack"));
  stack.open = unfolded;
  const summary = make("summary");
  summary.append(make("b", "", levels[0].reason), ` ${levels[0].description}`);
  const list = make("ol");
  for (const level of levels) {
    const item = make("li");
    item.append(make("b", "", level.reason), make("div", "", level.description));
    item.append(make("div", "origin", level.origin));
    list.append(item);
  }
  stack.append(summary, list);
  return stack;
}

/** @param {string} text */
export function download(text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = `watch-${new Date().toISOString().slice(0, 19).replaceAll(":", "")}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
