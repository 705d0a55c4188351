// Where everything stands in a device's panel.

import { withItsOwnKeys } from "../dom.js";
import { HistoryPage } from "./device_history.js";
import { button, make } from "./device_parts.js";
import { AttributeRow, CommandRow, RowsOf } from "./device_rows.js";
import { PropertiesPage } from "./device_properties.js";
import { SettingsPage } from "./device_settings.js";

/** @typedef {import("./device_parts.js").Desk} Desk */

export const FORMS = ["scalar", "spectrum", "image"];
/** @type {[string, string][]} */
const TABS = [
  ["scalar", "Scalars"],
  ["spectrum", "Spectra"],
  ["image", "Images"],
  ["commands", "Commands"],
  ["properties", "Properties"],
  ["settings", "Settings"],
  ["history", "History"],
];

/**
 * What the reader chooses at the top.
 * @typedef {{tab: (tab: string) => void, expert: (on: boolean) => void, lock: () => void, init: () => void}} Choices
 */

/**
 * The whole, empty.
 * @param {HTMLElement} el @param {Desk} desk
 * @param {Choices} choose
 */
export function layout(el, desk, choose) {
  const root = make("div");
  root.className = "ipytango-device";
  const head = headOf(desk, choose);
  const status = make("div", "status");
  const notice = make("div", "notice");
  const failure = make("div", "said ipytango-device-failed");
  const { tabs, tabButtons, counts } = tabsOf(desk, choose.tab);
  /** @type {Record<string, RowsOf<AttributeRow>>} */
  const rows = {};
  for (const form of FORMS) {
    rows[form] = new RowsOf(make("div", "rows"), (member) => new AttributeRow(member, desk));
  }
  const commands = new RowsOf(make("div", "rows"), (member) => new CommandRow(member, desk));
  const properties = new PropertiesPage(desk);
  const settings = new SettingsPage(desk);
  const history = new HistoryPage(desk);
  /** @type {Record<string, HTMLElement>} */
  const pages = {
    ...Object.fromEntries(FORMS.map((form) => [form, rows[form].el])),
    commands: commands.el,
    properties: properties.el,
    settings: settings.el,
    history: history.el,
  };
  const body = make("div", "body");
  body.append(...Object.values(pages));
  root.append(head.el, status, notice, failure, tabs, body);
  el.append(root);
  return {
    ...head,
    ...{ root, status, notice, failure, tabButtons, counts },
    ...{ rows, commands, properties, settings, history, pages },
  };
}

/** @param {Desk} desk @param {Choices} choose */
function headOf({ signal }, choose) {
  const el = make("div", "head");
  const state = make("span", "state");
  const title = make("span", "title");
  const facts = make("span", "muted");
  const away = make("span", "away");
  const who = make("div", "who");
  who.append(state, title, facts, away);
  const expert = /** @type {HTMLInputElement} */ (withItsOwnKeys(make("input")));
  expert.type = "checkbox";
  expert.addEventListener("change", () => choose.expert(expert.checked), { signal });
  const expertText = make("span");
  const expertBox = make("label", "expert");
  expertBox.title = "Show the attributes and commands for experts";
  expertBox.append(expert, expertText);
  const init = button("init", "Init", "Run Init: the device starts anew and reads its properties", signal, choose.init);
  const locker = button("locker", "", "", signal, choose.lock);
  const lockerText = make("span");
  locker.append(padlock(), lockerText);
  const acts = make("div", "acts");
  acts.append(expertBox, init, locker);
  el.append(who, acts);
  return { el, state, title, facts, away, expert, expertText, expertBox, init, locker, lockerText };
}

/** @param {Desk} desk @param {(tab: string) => void} choose */
function tabsOf({ signal }, choose) {
  const tabs = make("div", "tabs");
  tabs.setAttribute("role", "tablist");
  /** @type {Record<string, HTMLElement>} */
  const tabButtons = {};
  /** @type {Record<string, HTMLElement>} */
  const counts = {};
  for (const [tab, title] of TABS) {
    const made = button("tab", title, "", signal, () => choose(tab));
    made.setAttribute("role", "tab");
    counts[tab] = make("span", "count");
    made.append(counts[tab]);
    tabButtons[tab] = made;
    tabs.append(made);
  }
  return { tabs, tabButtons, counts };
}

const SVG = "http://www.w3.org/2000/svg";

/** A padlock; its shackle is open where the panel is. */
function padlock() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const shackle = document.createElementNS(SVG, "path");
  shackle.setAttribute("class", "ipytango-device-shackle");
  shackle.setAttribute("d", "M5 8V5a3 3 0 0 1 6 0v3");
  const body = document.createElementNS(SVG, "rect");
  for (const [name, value] of Object.entries({ x: 3, y: 7.5, width: 10, height: 6.5, rx: 1.2 })) {
    body.setAttribute(name, String(value));
  }
  svg.append(shackle, body);
  return svg;
}
