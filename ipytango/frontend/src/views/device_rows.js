// The attributes and commands of a device's panel, a row for each.

import { hint, paint, write } from "../dom.js";
import { fieldFor } from "./device_fields.js";
import { Said, button, copyButton, failureOf, make, messageOf } from "./device_parts.js";

/** @typedef {import("./device_parts.js").Desk} Desk */

/** The curve in a row's text, where there is a picture of it. */
const SPARKS = /^[▁-█●○… ]+ /;

const NO_FIELD = { text: () => "", suggest() {}, enable() {} };

/** A member that can be changed: a field, a button, and what came of it. */
class Row {
  /** @param {any} member @param {Desk} desk @param {string} op */
  constructor(member, desk, op) {
    this.member = member;
    this.desk = desk;
    this.op = op;
    this.end = new AbortController();
    this.signal = AbortSignal.any([desk.signal, this.end.signal]);
    this.el = make("div", "row");
    this.el.dataset.name = member.name;
    this.said = new Said();
  }

  get argument() {
    return { name: this.member.name, text: this.field.text() };
  }

  /** @type {any} */
  field = NO_FIELD;

  async submit() {
    if (!this.desk.unlocked()) return;
    try {
      await this.desk.send(this.op, this.argument);
    } catch (error) {
      this.said.refused(error);
    }
  }

  remove() {
    this.end.abort();
    this.el.remove();
  }
}

export class AttributeRow extends Row {
  /** @param {any} member @param {Desk} desk */
  constructor(member, desk) {
    super(member, desk, "write");
    const name = make("div", "name");
    name.append(make("span", "", member.name));
    if (member.label) name.append(make("span", "label", member.label));
    const facts = [member.description, `${member.type}, ${member.access}`];
    if (member.warning) facts.push(`warning ${member.warning}`);
    if (member.alarm) facts.push(`alarm ${member.alarm}`);
    if (member.memory) facts.push(member.memory);
    name.title = facts.filter(Boolean).join("\n");
    if (member.expert) name.append(make("span", "tag", "expert"));
    if (member.memory) name.append(make("span", "tag", "memorized"));

    this.value = make("div", "value");
    this.lamp = make("span", "lamp");
    this.picture = /** @type {HTMLImageElement} */ (make("img", "picture"));
    this.picture.alt = "";
    this.text = make("span", "text");
    this.unit = make("span", "unit", member.unit);
    this.quality = make("span", "badge");
    this.value.append(this.lamp, this.picture, this.text, this.unit, this.quality);

    this.setting = make("div", "setting");
    this.setText = make("span", "muted");
    this.form = make("span", "form");
    this.setting.append(this.setText, this.form);
    if (member.writable) {
      this.field = fieldFor(member, this.signal, () => this.submit());
      const set = button("do", "Set", `Write ${member.name}`, this.signal, () => this.submit());
      this.form.append(this.field.el, set);
    }

    const tools = make("div", "tools");
    if (member.plottable) {
      this.plotter = button("tool", "plot", "Plot it here", this.signal, () =>
        this.desk.send("plot", { name: member.name }).catch((error) => desk.mark(messageOf(error))),
      );
      tools.append(this.plotter);
    }
    const asked = () => (this.field.text() && desk.unlocked() ? "write" : "read");
    tools.append(copyButton(desk, () => [asked(), this.argument]));

    this.failure = make("div", "said ipytango-device-failed");
    this.failure.hidden = true;
    this.place = make("div", "place");
    this.el.append(name, this.value, this.setting, tools, this.failure, this.said.el, this.place);
    this.failed = "";
    this.standing();
  }

  /** Show what can be done now. */
  standing() {
    const open = this.desk.unlocked() && this.member.writable;
    this.form.hidden = !open;
    this.setText.hidden = open;
  }

  /** @param {any} row a watch's row @param {Record<string, Record<string, string>>} colours */
  draw(row, colours) {
    const known = row.state !== "failed" && !(row.failure.length && row.state === "live");
    write(this.text, known ? row.value.replace(this.picture.src ? SPARKS : "", "") : "–");
    hint(this.value, known ? row.full || row.value : "");
    this.el.classList.toggle("ipytango-device-old", row.state !== "live");
    this.text.dataset.kind = row.kind;
    this.drawLamp(row, known, colours);
    const quality = known && row.quality !== "VALID" ? row.quality : "";
    write(this.quality, quality.toLowerCase());
    this.quality.hidden = !quality;
    paint(this.quality, colours.quality[quality] ?? "");
    write(this.setText, row.set ? `set ${row.set}` : "");
    this.field.suggest(row.set);
    // While the whole device is away it is said once, at the top.
    const failure = row.state === "away" || row.state === "asleep" ? [] : row.failure;
    const key = JSON.stringify(failure);
    if (key !== this.failed) {
      this.failed = key;
      this.failure.hidden = !failure.length;
      this.failure.replaceChildren(...(failure.length ? [failureOf(failure)] : []));
    }
  }

  /** @param {any} row @param {boolean} known @param {Record<string, Record<string, string>>} colours */
  drawLamp(row, known, colours) {
    let colour = "";
    if (known && row.kind === "state") colour = colours.state[row.value] ?? "";
    if (known && row.kind === "lamp" && row.value) colour = row.value === "True" ? "#35c075" : "transparent";
    this.lamp.hidden = !colour;
    paint(this.lamp, colour);
  }

  /** @param {string} address of a small picture of its values */
  drawPicture(address) {
    this.picture.hidden = !address;
    // Nothing but pictures of the kernel's own making, which hold no script.
    if (address.startsWith("data:image/")) this.picture.src = address;
  }

  /** @param {string | undefined} panel of the plot that is open */
  drawPlot(panel) {
    const before = this.place.firstElementChild?.getAttribute("data-ipytango") ?? undefined;
    if (before === panel) return;
    this.place.replaceChildren();
    if (this.plotter) this.plotter.setAttribute("aria-pressed", String(Boolean(panel)));
    if (!panel) return;
    const slot = make("div");
    slot.setAttribute("data-ipytango", panel);
    const copy = copyButton(this.desk, () => ["plot", { name: this.member.name }]);
    this.place.append(slot, copy);
  }
}

export class CommandRow extends Row {
  /** @param {any} member @param {Desk} desk */
  constructor(member, desk) {
    super(member, desk, "run");
    const name = make("div", "name");
    const takes = member.takes || "nothing";
    const gives = member.gives ? ` → ${member.gives}` : "";
    name.append(make("span", "", member.name));
    if (member.takes || member.gives) name.append(make("span", "label", `${takes}${gives}`));
    if (member.expert) name.append(make("span", "tag", "expert"));
    const setting = make("div", "argument");
    if (member.kind !== "none") {
      this.field = fieldFor(member, this.signal, () => this.submit());
      this.field.suggest(member.takes);
      setting.append(this.field.el);
    }
    const about = [member.takesText, member.givesText && `→ ${member.givesText}`].filter(Boolean).join(" ");
    if (about) setting.append(make("span", "about", about));
    this.runner = button("do", "Run", `Run ${member.name}`, this.signal, () => this.submit());
    const tools = make("div", "tools");
    tools.append(this.runner, copyButton(desk, () => ["run", this.argument]));
    this.el.classList.add("ipytango-device-command");
    this.el.append(name, setting, tools, this.said.el);
    this.standing();
  }

  standing() {
    const open = this.desk.unlocked();
    this.runner.disabled = !open;
    this.field.enable(open);
  }
}

/**
 * Rows by the names of what they show, in its order; a row stays as long as its member is the same,
 * with what was typed in it.
 * @template {Row & {standing: () => void}} T
 */
export class RowsOf {
  /** @param {HTMLElement} el @param {(member: any) => T} build */
  constructor(el, build) {
    this.el = el;
    this.build = build;
    /** @type {Map<string, T>} */
    this.byName = new Map();
  }

  /** @param {any[]} members */
  show(members) {
    const before = this.byName;
    this.byName = new Map();
    for (const member of members) {
      const key = member.name.toLowerCase();
      const old = before.get(key);
      const same = old && JSON.stringify(old.member) === JSON.stringify(member);
      this.byName.set(key, same ? old : this.build(member));
      if (same) before.delete(key);
    }
    for (const old of before.values()) old.remove();
    const rows = [...this.byName.values()].map((row) => row.el);
    if (rows.some((row, at) => this.el.children[at] !== row) || this.el.children.length !== rows.length) {
      this.el.replaceChildren(...rows);
    }
    this.standing();
  }

  /** Have each row show what can be done now. */
  standing() {
    for (const row of this.byName.values()) row.standing();
  }

  all() {
    return this.byName.values();
  }

  /** @param {string} name */
  get(name) {
    return this.byName.get(name.toLowerCase());
  }
}
