// The device explorer: a tree, a search, and the panels that were opened from it. Only the rows
// that can be seen are in the page, and only their states are followed.

import { asker } from "../asking.js";
import { drawnSoon, factList, hint, maker, paint, style, withItsOwnKeys, write } from "../dom.js";
import { Tree, keyOf } from "./explore_rows.js";
import { RowList } from "./row_list.js";

/** @typedef {import("./explore_rows.js").Row} Row */

/** Of a row in pixels, as in explore.css; of the tree, in rows. */
const HEIGHTS = { row: 24, least: 6, most: 18 };
const INDENT_PX = 18;
const SEARCH_AFTER_MS = 120;
const SEE_AFTER_MS = 250;

const make = maker("explore");

/** @param {import("../types.js").Host} host @returns {import("../types.js").View} */
export function mount(host) {
  return new Explorer(host);
}

class Explorer {
  /** @param {import("../types.js").Host} host */
  constructor(host) {
    this.host = host;
    this.ask = asker(host);
    this.tree = new Tree();
    this.parts = layout(host.el);
    /** @type {RowList<Row>} */
    this.list = new RowList(this.parts, HEIGHTS, makeSlot);
    this.schedule = drawnSoon(host.signal, () => this.paint());
    /** @type {string} the row that the keys move from */
    this.current = "";
    this.selected = "";
    /** Names this view to the kernel: each has rows of its own in view. */
    this.name = Math.random().toString(36).slice(2);
    this.seen = "";
    /** @type {Map<string, HTMLElement>} */
    this.opened = new Map();
    /** @type {Map<string, ReturnType<typeof setTimeout>>} */
    this.timers = new Map();
    this.configure(host.config);
    this.listen();
  }

  // --- what the hub calls -------------------------------------------------------------------

  /** @param {any} config */
  configure(config) {
    const { ways, title } = this.parts;
    write(title, config.host);
    if (!ways.childElementCount) {
      for (const [way, text] of config.ways) {
        const button = withItsOwnKeys(make("button", "way", text));
        button.dataset.way = way;
        ways.append(button);
      }
    }
    this.arrangePanels(config.panels);
  }

  /** @param {any} data */
  draw(data) {
    this.tree.apply(data);
    this.selected = data.selected;
    this.showFacts(data.facts);
    const { search, ways } = this.parts;
    // Who types knows better what is searched for.
    if (document.activeElement !== search) search.value = data.sought;
    for (const button of ways.children) {
      const pressed = /** @type {HTMLElement} */ (button).dataset.way === data.by && !data.sought;
      button.setAttribute("aria-pressed", String(pressed));
    }
    this.arrange();
    this.paint();
  }

  /** @param {number | null} sinceMs */
  stale(sinceMs) {
    this.parts.root.classList.toggle("ipytango-explore-silent", sinceMs !== null);
  }

  resize() {
    this.schedule();
  }

  // --- what the reader does -----------------------------------------------------------------

  listen() {
    const { search, ways, port, facts, panels, refresh } = this.parts;
    const { signal } = this.host;
    const on = (/** @type {HTMLElement} */ element, /** @type {string} */ event, /** @type {(event: any) => void} */ act) =>
      element.addEventListener(event, act, { signal });
    on(search, "focus", () => this.ask("prepare"));
    on(search, "input", () => this.later("search", SEARCH_AFTER_MS, () => this.ask("search", search.value)));
    on(ways, "click", ({ target }) => target.dataset.way && this.ask("by", target.dataset.way));
    on(refresh, "click", () => this.ask("refresh"));
    on(port, "scroll", () => this.paint());
    on(port, "click", ({ target }) => this.clicked(this.rowAt(target)));
    on(port, "dblclick", ({ target }) => this.openPanel(this.rowAt(target)?.device ?? ""));
    on(port, "keydown", (event) => this.pressed(event));
    on(facts, "click", ({ target }) => target.dataset.device && this.openPanel(target.dataset.device));
    on(panels, "click", ({ target }) => target.dataset.shut && this.ask("shut", target.dataset.shut));
    signal.addEventListener("abort", () => {
      for (const timer of this.timers.values()) clearTimeout(timer);
      if (this.seen) this.host.send("see", { view: this.name, devices: [] }).catch(() => {});
    });
  }

  /** @param {HTMLElement} target */
  rowAt(target) {
    return this.list.slotOf(target)?.row;
  }

  /** @param {Row | null | undefined} row */
  clicked(row) {
    if (!row) return;
    this.current = row.key;
    if (row.kind === "folder") this.toggle(row, !row.open);
    else if (row.device) this.select(row.device);
    this.schedule();
  }

  /** @param {Row} row @param {boolean} open */
  toggle(row, open) {
    if (row.kind !== "folder" || row.open === open) return;
    // At once, before the kernel has answered.
    if (open) this.tree.opened.add(row.key);
    else this.tree.opened.delete(row.key);
    this.ask(open ? "open" : "close", row.path);
    this.arrange();
    this.schedule();
  }

  /** @param {string} device */
  select(device) {
    if (this.selected === device) return;
    this.selected = device;
    this.ask("select", device);
  }

  /** @param {string} device */
  openPanel(device) {
    if (device) this.ask("panel", device);
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const { rows } = this.list;
    const at = rows.findIndex((row) => row.key === this.current);
    const row = rows[at];
    const moves = /** @type {Record<string, () => void>} */ ({
      ArrowDown: () => this.go(at + 1),
      ArrowUp: () => this.go(at - 1),
      Home: () => this.go(0),
      End: () => this.go(rows.length - 1),
      ArrowRight: () => (row?.open ? this.go(at + 1) : row && this.toggle(row, true)),
      ArrowLeft: () => (row?.open ? this.toggle(row, false) : this.go(this.above(at))),
      Enter: () => (row?.device ? this.openPanel(row.device) : row && this.toggle(row, !row.open)),
    });
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    move();
  }

  /** The row that this one hangs below. @param {number} at */
  above(at) {
    const { rows } = this.list;
    const depth = rows[at]?.depth ?? 0;
    for (let above = at - 1; above >= 0; above--) if (rows[above].depth < depth) return above;
    return at;
  }

  /** @param {number} at */
  go(at) {
    const { rows } = this.list;
    const reached = Math.max(0, Math.min(at, rows.length - 1));
    const row = rows[reached];
    if (!row) return;
    this.current = row.key;
    if (row.device) this.select(row.device);
    this.list.reveal(reached);
    this.schedule();
  }

  /** @param {string} name @param {number} ms @param {() => void} act */
  later(name, ms, act) {
    clearTimeout(this.timers.get(name));
    this.timers.set(name, setTimeout(act, ms));
  }

  // --- drawing ------------------------------------------------------------------------------

  arrange() {
    this.list.arrange(this.tree.rows());
  }

  paint() {
    const { rows, inView } = this.list;
    this.list.paint((slot, row) => this.fill(slot, row));
    const devices = new Set(rows.map((row) => row.device).filter(Boolean)).size;
    write(this.parts.census, this.tree.sought || devices ? `${devices} device${devices === 1 ? "" : "s"}` : "");
    this.see(inView);
  }

  /** Have the states of these rows followed, once the reader stays with them. @param {Row[]} rows */
  see(rows) {
    const devices = rows.map((row) => row.device).filter(Boolean);
    const told = keyOf(devices);
    if (told === this.seen) return;
    this.later("see", SEE_AFTER_MS, () => {
      this.seen = told;
      this.ask("see", { view: this.name, devices });
    });
  }

  /** @param {any} slot @param {Row} row */
  fill(slot, row) {
    slot.element.style.paddingLeft = `${row.depth * INDENT_PX + 6}px`;
    const chosen = row.device && row.device === this.selected ? " ipytango-explore-selected" : "";
    const current = row.key === this.current ? " ipytango-explore-current" : "";
    style(slot.element, `ipytango-explore-row ipytango-explore-is-${row.kind}${chosen}${current}`);
    slot.element.setAttribute("aria-level", String(row.depth + 1));
    slot.element.setAttribute("aria-selected", String(Boolean(chosen)));
    if (row.kind === "folder") slot.element.setAttribute("aria-expanded", String(row.open));
    else slot.element.removeAttribute("aria-expanded");
    write(slot.mark, row.kind === "folder" ? (row.open ? "▾" : "▸") : "");
    write(slot.name, row.name);
    write(slot.note, row.note);
    const [name, colour, why] = (row.device && this.tree.states.get(row.device)) || ["", "", ""];
    write(slot.state, name);
    style(slot.state, `ipytango-explore-state${why ? " ipytango-explore-away" : ""}`);
    paint(slot.state, colour);
    hint(slot.element, why || row.device || row.name);
  }

  /** @param {[string, string][]} facts */
  showFacts(facts) {
    const box = this.parts.facts;
    const told = JSON.stringify([this.selected, facts]);
    if (box.dataset.told === told) return;
    box.dataset.told = told;
    box.hidden = !this.selected;
    const open = withItsOwnKeys(make("button", "button ipytango-button", "Open panel"));
    open.dataset.device = this.selected;
    box.replaceChildren(make("div", "heading ipytango-heading", this.selected), factList(facts), open);
  }

  /** The panels that are open stay where they are in the page. @param {[string, string][]} panels */
  arrangePanels(panels) {
    const wanted = new Set(panels.map(([, panel]) => panel));
    for (const [panel, box] of this.opened) {
      if (wanted.has(panel)) continue;
      box.remove();
      this.opened.delete(panel);
    }
    for (const [device, panel] of panels) {
      if (this.opened.has(panel)) continue;
      const box = make("div", "panel");
      const shut = withItsOwnKeys(make("button", "shut", "×"));
      shut.title = `Close the panel of ${device}`;
      shut.setAttribute("aria-label", shut.title);
      shut.dataset.shut = device;
      const place = document.createElement("div");
      place.dataset.ipytango = panel;
      box.append(shut, place);
      this.parts.panels.append(box);
      this.opened.set(panel, box);
    }
  }
}

/** The whole, empty. @param {HTMLElement} el */
function layout(el) {
  const root = make("div");
  root.className = "ipytango-explore ipytango-quiet";
  const bar = make("div", "bar ipytango-bar");
  const ways = make("span", "ways");
  ways.setAttribute("role", "group");
  ways.setAttribute("aria-label", "Arrange by");
  const search = /** @type {HTMLInputElement} */ (withItsOwnKeys(make("input", "search ipytango-search")));
  search.type = "search";
  search.placeholder = "Search";
  search.setAttribute("aria-label", "Search devices, classes and servers by a part of the name, or a pattern with *");
  const census = make("span", "census");
  census.setAttribute("role", "status");
  const title = make("span", "title");
  const refresh = withItsOwnKeys(make("button", "button ipytango-button", "↻"));
  refresh.title = "Ask the database anew";
  refresh.setAttribute("aria-label", "Refresh");
  bar.append(ways, search, census, make("span", "space ipytango-space"), title, refresh);

  const middle = make("div", "middle");
  const port = withItsOwnKeys(make("div", "port"));
  port.tabIndex = 0;
  port.setAttribute("role", "tree");
  port.setAttribute("aria-label", "Devices");
  const sheet = make("div", "sheet");
  port.append(sheet);
  const facts = make("div", "facts");
  facts.hidden = true;
  middle.append(port, facts);
  const panels = make("div", "panels");
  root.append(bar, middle, panels);
  el.append(root);
  return { root, ways, search, census, title, refresh, port, sheet, facts, panels };
}

function makeSlot() {
  const element = make("div", "row");
  element.setAttribute("role", "treeitem");
  const slot = {
    element,
    mark: make("span", "mark"),
    name: make("span", "name"),
    note: make("span", "note"),
    state: make("span", "state"),
  };
  element.append(slot.mark, slot.name, slot.note, slot.state);
  return slot;
}
