// What is set of a device: texts that are shown, and fields while the panel is unlocked.

import { withItsOwnKeys } from "../dom.js";
import { Said, button, copyButton, failureOf, make } from "./device_parts.js";

/** @typedef {import("./device_parts.js").Desk} Desk */

/**
 * What can be changed in a row.
 * @typedef {object} Setting
 * @property {string} title
 * @property {string} text what is set; empty for nothing
 * @property {(text: string) => [string, any]} change what is asked for to set it
 * @property {boolean} [lines] whether it has lines
 * @property {string} [label] what stands beneath its title
 * @property {string} [otherwise] what holds where nothing is set
 * @property {string} [set] what stands on the button that sets it
 */

/** A text that is shown, and a field while it may be changed. */
class Editable {
  /**
   * @param {Setting} setting
   * @param {Desk} desk @param {AbortSignal} signal
   * @param {Map<string, string>} drafts what was typed and is not set yet
   */
  constructor({ title, text, change, lines, label, otherwise, set = "Set" }, desk, signal, drafts) {
    this.el = make("div", "row ipytango-device-editable");
    const key = JSON.stringify(change(""));
    const place = make("div", "setting");
    const nothing = otherwise ? `default ${otherwise}` : "–";
    const shown = make("span", text ? "plain" : "muted", text || nothing);
    const field = /** @type {HTMLInputElement | HTMLTextAreaElement} */ (
      withItsOwnKeys(make(lines ? "textarea" : "input", "input"))
    );
    field.value = drafts.get(key) ?? text;
    field.placeholder = otherwise ? nothing : "";
    field.spellcheck = false;
    field.setAttribute("aria-label", title);
    field.title = lines ? "A value in each line; Ctrl+Enter sets them" : "Enter sets it; left empty, it is unset";
    if (field instanceof HTMLTextAreaElement) field.rows = Math.min(8, Math.max(1, field.value.split("\n").length));
    const submit = async () => {
      try {
        await desk.send(...change(field.value));
        drafts.delete(key);
        desk.mark("");
      } catch (error) {
        said.refused(error);
      }
    };
    const said = (this.said = new Said());
    const setter = button("do", set, `${set} ${title}`, signal, submit);
    const typed = () => {
      // The button is there when there is something to set.
      setter.style.visibility = field.value === text ? "hidden" : "visible";
      if (field.value === text) drafts.delete(key);
      else drafts.set(key, field.value);
    };
    typed();
    field.addEventListener("input", typed, { signal });
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
    form.append(field, setter);
    form.hidden = !desk.unlocked();
    shown.hidden = desk.unlocked();
    place.append(shown, form);
    this.tools = make("div", "tools");
    this.tools.append(copyButton(desk, () => change(field.value)));
    const name = make("div", "name", title);
    if (label) name.append(make("span", "label", label));
    this.el.append(name, place, this.tools, said.el);
  }
}

/** One of the two: it is made anew when what it shows has changed, and keeps what was typed. */
export class Page {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.el = make("div", "page");
    this.shown = "";
    this.end = new AbortController();
    /** For all that is made for what is shown now. */
    this.signal = desk.signal;
    /** @type {Map<string, string>} */
    this.drafts = new Map();
  }

  /** @param {any} told @param {any[]} failure @param {any[]} members the attributes of the device */
  show(told, failure, members) {
    const key = JSON.stringify([told, failure, this.desk.unlocked(), this.chosen]);
    if (key === this.shown) return;
    this.shown = key;
    this.members = members;
    if (!this.desk.unlocked()) this.drafts.clear();
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
  /** @type {any[]} */
  members = [];

  /** @param {any} told @returns {HTMLElement[]} */
  parts(told) {
    return told;
  }

  /** @param {Setting} setting */
  editable(setting) {
    return new Editable(setting, this.desk, this.signal, this.drafts);
  }
}
