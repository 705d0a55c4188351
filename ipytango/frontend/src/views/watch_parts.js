// What a watch is made of in the page. Text goes in as text, never as HTML.

import { factList, maker, withItsOwnKeys } from "../dom.js";
import { foldedFailure } from "./failure.js";

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
const FRAMED = "button ipytango-button";

/** @param {string} name @param {string} text @param {string} title */
function button(name, text, title) {
  const made = withItsOwnKeys(make("button", name, text));
  made.title = title;
  return made;
}

/** The whole, empty. @param {HTMLElement} el */
export function layout(el) {
  const root = make("div");
  root.className = "ipytango-watch ipytango-quiet";

  const filter = /** @type {HTMLInputElement} */ (withItsOwnKeys(make("input", "filter ipytango-search")));
  filter.type = "search";
  filter.placeholder = "Filter: name, value, quality";
  filter.setAttribute("aria-label", "Filter rows");
  const census = make("span", "census");
  census.setAttribute("role", "status");
  const pause = button(FRAMED, "Pause", "Hold the table still; the readings go on");
  const copy = button(FRAMED, "Copy CSV", "Copy the rows that are shown");
  const save = button(FRAMED, "Save CSV", "Download the rows that are shown");
  for (const control of [pause, copy, save]) control.dataset.ipytangoAsks = "";
  const bar = make("div", "bar ipytango-bar");
  bar.append(filter, census, make("span", "space ipytango-space"), pause, copy, save);

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
  box.replaceChildren(close, make("div", "title ipytango-heading", row.name), factList(facts));
  if (row.failure.length) {
    const stack = foldedFailure(make, "stack", row.failure);
    stack.open = unfolded;
    box.append(stack);
  }
  return close;
}

/** @param {string} text */
export function download(text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = `watch-${new Date().toISOString().slice(0, 19).replaceAll(":", "")}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
