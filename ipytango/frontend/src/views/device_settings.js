// How attributes and commands are set up: seen, and changed while the panel is unlocked.

import { withItsOwnKeys } from "../dom.js";
import { Page } from "./device_editable.js";
import { make } from "./device_parts.js";

/** What is set of an attribute, by the beginnings of its keys. @type {[string, string][]} */
const GROUPS = [
  ["alarms.", "Alarms"],
  ["events.ch_event.", "Change events"],
  ["events.per_event.", "Periodic events"],
  ["events.arch_event.", "Archive events"],
  ["min_value", "Range"],
  ["max_value", "Range"],
  ["", "Display"],
];

export class SettingsPage extends Page {
  /** @param {any} told */
  parts({ titles, attributes, commands }) {
    const select = /** @type {HTMLSelectElement} */ (withItsOwnKeys(make("select", "input")));
    select.setAttribute("aria-label", "Attribute or command");
    for (const { name, polling } of attributes) {
      select.append(new Option(`${name}${polling ? " (polled)" : ""}`, `attribute ${name}`));
    }
    for (const { name, polling } of commands) {
      select.append(new Option(`${name} (command${polling ? ", polled" : ""})`, `command ${name}`));
    }
    if (this.chosen && [...select.options].some(({ value }) => value === this.chosen)) select.value = this.chosen;
    this.chosen = select.value;
    const rows = make("div", "rows");
    const about = make("span", "muted");
    const fill = () => {
      const [kind, name] = split((this.chosen = select.value));
      const among = kind === "attribute" ? attributes : commands;
      const one = among.find((/** @type {any} */ other) => other.name === name);
      const member = this.members.find((other) => kind === "attribute" && other.name === name);
      about.textContent = member ? aboutOf(member) : "";
      rows.replaceChildren(...(one ? this.rows(kind, one, titles) : []));
    };
    select.addEventListener("change", fill, { signal: this.signal });
    fill();
    const head = make("div", "choose");
    head.append(select, about);
    return [head, rows];
  }

  /** @param {string} kind @param {any} one @param {[string, string][]} titles */
  rows(kind, { name, polling, texts }, titles) {
    const rows = [
      this.editable({
        title: "polling / ms",
        text: polling ? String(polling) : "",
        change: (text) => ["poll", { kind, name, text }],
      }).el,
    ];
    let group = "";
    for (const [at, text] of (texts ?? []).entries()) {
      const [key, title] = titles[at];
      const found = GROUPS.find(([begin]) => key.startsWith(begin))?.[1] ?? "";
      if (found !== group) {
        const head = make("div", "section");
        head.append(make("b", "", (group = found)));
        rows.push(head);
      }
      rows.push(this.editable({ title, text, change: (typed) => ["set", { name, key, text: typed }] }).el);
    }
    return rows;
  }
}

/** @param {any} member */
function aboutOf({ type, group, access, memory }) {
  return [`${type} ${group}`, access, memory].filter(Boolean).join(", ");
}

/** @param {string} chosen @returns {[string, string]} */
function split(chosen) {
  const at = chosen.indexOf(" ");
  return [chosen.slice(0, at), chosen.slice(at + 1)];
}
