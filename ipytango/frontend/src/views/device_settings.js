// Properties, and how attributes and commands are set up: seen, and changed while it is unlocked.

import { withItsOwnKeys } from "../dom.js";
import { Said, button, copyButton, failureOf, make } from "./device_parts.js";

/** @typedef {import("./device_parts.js").Desk} Desk */

/** A text that is shown, and a field while it may be changed. */
class Editable {
  /**
   * @param {string} title @param {string} text
   * @param {Desk} desk @param {AbortSignal} signal
   * @param {(text: string) => [string, any]} change
   * @param {boolean} [lines]
   */
  constructor(title, text, desk, signal, change, lines = false) {
    this.el = make("div", "row ipytango-device-editable");
    const setting = make("div", "setting");
    this.shown = make("span", text ? "plain" : "muted", text || "–");
    const field = /** @type {HTMLInputElement | HTMLTextAreaElement} */ (
      withItsOwnKeys(make(lines ? "textarea" : "input", "input"))
    );
    field.value = text;
    field.spellcheck = false;
    field.setAttribute("aria-label", title);
    if (field instanceof HTMLTextAreaElement) field.rows = Math.min(8, Math.max(1, text.split("\n").length));
    const submit = async () => {
      try {
        await desk.send(...change(field.value));
        desk.mark("");
      } catch (error) {
        said.refused(error);
      }
    };
    const said = (this.said = new Said());
    const set = button("do", "Set", `Set ${title}`, signal, submit);
    set.style.visibility = "hidden"; // until there is something to set
    field.addEventListener(
      "input",
      () => (set.style.visibility = field.value === text ? "hidden" : "visible"),
      { signal },
    );
    field.addEventListener(
      "keydown",
      (/** @type {any} */ event) => {
        if (event.key !== "Enter" || (lines && !event.ctrlKey)) return;
        event.preventDefault();
        submit();
      },
      { signal },
    );
    const form = make("span", "form");
    form.append(field, set);
    form.hidden = !desk.unlocked();
    this.shown.hidden = desk.unlocked();
    setting.append(this.shown, form);
    const tools = make("div", "tools");
    tools.append(copyButton(desk, () => change(field.value)));
    this.el.append(make("div", "name", title), setting, tools, said.el);
    this.tools = tools;
  }
}

/** One of the two: it is made anew when what it shows has changed. */
class Page {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.el = make("div", "page");
    this.shown = "";
    this.end = new AbortController();
  }

  /** @param {any} told @param {any[]} failure */
  show(told, failure) {
    const key = JSON.stringify([told, failure, this.desk.unlocked(), this.chosen]);
    if (key === this.shown) return;
    this.shown = key;
    this.end.abort();
    this.end = new AbortController();
    this.signal = AbortSignal.any([this.desk.signal, this.end.signal]);
    const parts = [];
    if (failure.length) parts.push(failureOf(failure));
    if (told) parts.push(...this.parts(told));
    else if (!failure.length) parts.push(make("div", "muted", "asking the device …"));
    this.el.replaceChildren(...parts);
  }

  chosen = "";

  /** @param {any} told @returns {HTMLElement[]} */
  parts(told) {
    return told;
  }
}

export class PropertiesPage extends Page {
  /** @param {any} told */
  parts({ properties, failure }) {
    const { desk } = this;
    const signal = /** @type {AbortSignal} */ (this.signal);
    const parts = [];
    if (failure.length) parts.push(failureOf(failure));
    for (const [name, lines] of properties) {
      const change = (/** @type {string} */ text) =>
        /** @type {[string, any]} */ (["property", { name, text }]);
      const row = new Editable(name, lines.join("\n"), desk, signal, change, true);
      if (desk.unlocked()) {
        const remove = button("tool", "delete", `Delete ${name}`, signal, () =>
          desk.send("delete", { name }).catch(row.said.refused.bind(row.said)),
        );
        row.tools.prepend(remove);
      }
      parts.push(row.el);
    }
    if (!properties.length && !failure.length) parts.push(make("div", "muted", "It has no properties."));
    if (desk.unlocked()) parts.push(this.adder());
    return parts;
  }

  adder() {
    const { desk } = this;
    const signal = /** @type {AbortSignal} */ (this.signal);
    const row = make("div", "row ipytango-device-editable");
    const name = /** @type {HTMLInputElement} */ (withItsOwnKeys(make("input", "input")));
    name.placeholder = "new property";
    name.setAttribute("aria-label", "Name of a new property");
    const text = /** @type {HTMLTextAreaElement} */ (withItsOwnKeys(make("textarea", "input")));
    text.rows = 1;
    text.placeholder = "one value in each line";
    text.setAttribute("aria-label", "Values of a new property");
    const said = new Said();
    const argument = () => ({ name: name.value, text: text.value });
    const add = button("do", "Add", "Add the property", signal, () =>
      desk.send("property", argument()).catch((error) => said.refused(error)),
    );
    const form = make("span", "form");
    form.append(text, add);
    const setting = make("div", "setting");
    setting.append(form);
    const tools = make("div", "tools");
    tools.append(copyButton(desk, () => ["property", argument()]));
    const head = make("div", "name");
    head.append(name);
    row.append(head, setting, tools, said.el);
    return row;
  }
}

export class SettingsPage extends Page {
  /** @param {any} told */
  parts({ titles, attributes, commands }) {
    const signal = /** @type {AbortSignal} */ (this.signal);
    const select = /** @type {HTMLSelectElement} */ (withItsOwnKeys(make("select", "input")));
    select.setAttribute("aria-label", "Attribute or command");
    for (const { name } of attributes) select.append(new Option(name, `attribute ${name}`));
    for (const { name, polling } of commands) {
      select.append(new Option(`${name} (command${polling ? ", polled" : ""})`, `command ${name}`));
    }
    if (this.chosen && [...select.options].some(({ value }) => value === this.chosen)) select.value = this.chosen;
    this.chosen = select.value;
    select.addEventListener(
      "change",
      () => {
        this.chosen = select.value;
        this.fill(rows, titles, attributes, commands);
      },
      { signal },
    );
    const rows = make("div", "rows");
    this.fill(rows, titles, attributes, commands);
    const head = make("div", "choose");
    head.append(select);
    return [head, rows];
  }

  /** @param {HTMLElement} rows @param {[string, string][]} titles @param {any[]} attributes @param {any[]} commands */
  fill(rows, titles, attributes, commands) {
    const [kind, name] = split(this.chosen);
    const among = kind === "attribute" ? attributes : commands;
    const one = among.find((/** @type {any} */ other) => other.name === name);
    if (!one) {
      rows.replaceChildren();
      return;
    }
    const { desk } = this;
    const signal = /** @type {AbortSignal} */ (this.signal);
    const polling = new Editable(
      "polling / ms", one.polling ? String(one.polling) : "", desk, signal,
      (text) => ["poll", { kind, name, text }],
    );
    const settings = (one.texts ?? []).map((/** @type {string} */ text, /** @type {number} */ at) => {
      const [key, title] = titles[at];
      return new Editable(title, text, desk, signal, (typed) => ["set", { name, key, text: typed }]).el;
    });
    rows.replaceChildren(...settings, polling.el);
  }
}

/** @param {string} chosen @returns {[string, string]} */
function split(chosen) {
  const at = chosen.indexOf(" ");
  return [chosen.slice(0, at), chosen.slice(at + 1)];
}
