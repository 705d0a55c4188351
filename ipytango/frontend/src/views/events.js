// Events of attributes as they come, the newest on top.

import { maker, paint, write } from "../dom.js";

/**
 * @typedef {{texts: string[], failed: boolean, state: string, quality: string}} Event
 *   what a row says, and the colours of what has one
 */

const make = maker("events");

/** @param {import("../types.js").Host} host @returns {import("../types.js").View} */
export function mount(host) {
  return new Events(host);
}

class Events {
  /** @param {import("../types.js").Host} host */
  constructor({ el, config }) {
    this.parts = layout(el);
    /** @type {string[]} */
    this.columns = [];
    /** How many rows are kept. */
    this.most = 0;
    this.configure(config);
  }

  /** @param {any} config */
  configure({ columns, most }) {
    this.columns = columns;
    this.most = most;
    this.parts.names.replaceChildren(...columns.map((/** @type {string} */ name) => make("th", name, name)));
  }

  /** @param {any} data */
  draw({ whole, counted, monitored, hidden, events }) {
    const parts = this.parts;
    write(parts.counted, counted);
    write(parts.monitored, monitored);
    write(parts.hidden, hidden ? `… and ${hidden} older: take to_pandas()` : "");
    parts.port.hidden = !events.length && (whole || !parts.body.childElementCount);
    const rows = events.map((/** @type {Event} */ event) => this.rowOf(event));
    if (whole) parts.body.replaceChildren(...rows);
    else parts.body.prepend(...rows);
    while (parts.body.childElementCount > this.most) parts.body.lastElementChild?.remove();
  }

  /** @param {Event} event */
  rowOf({ texts, failed, state, quality }) {
    const row = make("tr");
    texts.forEach((text, at) => {
      const name = this.columns[at];
      const cell = make("td", name);
      const shown = cell.appendChild(make("span", "", name === "quality" ? text.toLowerCase() : text));
      if (name === "value" && failed) shown.className = "ipytango-events-failed";
      if (name === "value" && state) shown.style.color = state;
      if (name === "quality" && quality) {
        shown.className = "ipytango-events-badge";
        paint(shown, quality);
      }
      row.append(cell);
    });
    return row;
  }
}

/** The whole, empty. @param {HTMLElement} el */
function layout(el) {
  const root = make("div");
  root.className = "ipytango-events";
  const counted = make("span", "counted ipytango-heading");
  counted.setAttribute("role", "status");
  const monitored = make("span", "monitored");
  const head = make("div", "head");
  head.append(counted, monitored);
  const port = make("div", "port");
  port.tabIndex = 0;
  port.setAttribute("role", "region");
  port.setAttribute("aria-label", "Events");
  const table = make("table");
  const names = make("tr");
  table.append(make("thead"), make("tbody"));
  const [top, body] = /** @type {HTMLElement[]} */ ([...table.children]);
  top.append(names);
  port.append(table);
  const hidden = make("div", "hidden");
  root.append(head, port, hidden);
  el.append(root);
  return { counted, monitored, port, names, body, hidden };
}
