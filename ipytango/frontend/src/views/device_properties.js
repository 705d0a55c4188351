// The properties of a device and of its class: seen, and changed while the panel is unlocked.

import { withItsOwnKeys } from "../dom.js";
import { Page } from "./device_editable.js";
import { Said, button, copyButton, failureOf, make } from "./device_parts.js";

/**
 * Whose properties they are: the device's, or those of all devices of its class.
 * @typedef {object} Owner
 * @property {string} set what sets one, as the kernel calls it
 * @property {string} remove what deletes one
 * @property {string} all what is added to the words on the buttons
 */
const DEVICE = { set: "property", remove: "delete", all: "" };
const CLASS = { set: "class_property", remove: "class_delete", all: " for all" };

export class PropertiesPage extends Page {
  /** @param {any} told */
  parts({ properties, className, classProperties, failure }) {
    if (failure.length) return [failureOf(failure)];
    const ofClass = "They hold for every device of the class that has none of that name of its own.";
    return [
      ...this.section("Of this device", "A device reads them when it starts, and at Init.", properties, DEVICE),
      ...this.section(`Of the class ${className}`, ofClass, classProperties, CLASS),
    ];
  }

  /** @param {string} title @param {string} about @param {any[]} properties @param {Owner} owner */
  section(title, about, properties, owner) {
    const head = make("div", "section");
    head.append(make("b", "", title), make("span", "muted", about));
    const rows = properties.map((property) => this.row(property, owner));
    if (!rows.length) rows.push(make("div", "muted", "None."));
    return this.desk.unlocked() ? [head, ...rows, this.adder(owner)] : [head, ...rows];
  }

  /** @param {any} property @param {Owner} owner */
  row({ name, lines, description, default: otherwise }, owner) {
    const { desk, signal } = this;
    const row = this.editable({
      title: name,
      text: (lines ?? []).join("\n"),
      change: (text) => [owner.set, { name, text }],
      lines: true,
      label: description,
      otherwise: otherwise.join(", "),
      set: `Set${owner.all}`,
    });
    if (desk.unlocked() && lines) {
      const words = `delete${owner.all}`;
      const remove = button("tool", words, `${words}: ${name}`, signal, () =>
        desk.send(owner.remove, { name }).catch((error) => row.said.refused(error)),
      );
      row.tools.prepend(remove);
    }
    return row.el;
  }

  /** @param {Owner} owner */
  adder(owner) {
    const { desk, signal } = this;
    const what = `a new property${owner.all}`;
    const row = make("div", "row ipytango-device-editable");
    const name = /** @type {HTMLInputElement} */ (withItsOwnKeys(make("input", "input")));
    name.placeholder = `new property${owner.all}`;
    name.setAttribute("aria-label", `Name of ${what}`);
    const text = /** @type {HTMLTextAreaElement} */ (withItsOwnKeys(make("textarea", "input")));
    text.rows = 1;
    text.placeholder = "one value in each line";
    text.setAttribute("aria-label", `Values of ${what}`);
    const said = new Said();
    const argument = () => ({ name: name.value, text: text.value });
    const add = button("do", `Add${owner.all}`, `Add the property${owner.all}`, signal, () =>
      desk.send(owner.set, argument()).catch((error) => said.refused(error)),
    );
    const form = make("span", "form");
    form.append(text, add);
    const setting = make("div", "setting");
    setting.append(form);
    const tools = make("div", "tools");
    tools.append(copyButton(desk, () => [owner.set, argument()]));
    const head = make("div", "name");
    head.append(name);
    row.append(head, setting, tools, said.el);
    return row;
  }
}
