// The panel of one device: its state, attributes, commands, properties, settings, and a lock.

import { asker } from "../asking.js";
import { hint, paint, write } from "../dom.js";
import { FORMS, layout } from "./device_layout.js";
import { failureOf, messageOf } from "./device_parts.js";
import { Rows, timeText } from "./watch_rows.js";

/** @param {import("../types.js").Host} host @returns {import("../types.js").View} */
export function mount(host) {
  return new DevicePanel(host);
}

/** The command that is at hand wherever the reader is. */
const INIT = "Init";

class DevicePanel {
  /** @param {import("../types.js").Host} host */
  constructor(host) {
    this.host = host;
    this.ask = asker(host, messageOf);
    this.config = host.config;
    this.silent = false;
    /** Whether it is not known what the device offers. */
    this.unknown = false;
    const desk = {
      send: host.send,
      signal: host.signal,
      unlocked: () => !this.config.locked && !this.silent,
      mark: host.mark,
    };
    /** @type {Record<string, Rows>} what is known of values */
    this.boards = { head: new Rows(), scalar: new Rows(), spectrum: new Rows(), image: new Rows() };
    /** @type {Record<string, string>} */
    this.plots = {};
    this.parts = layout(host.el, desk, {
      tab: (tab) => this.choose(tab),
      expert: (on) => this.ask("expert", { on }),
      lock: () => this.ask(this.config.locked ? "unlock" : "lock"),
      init: () => this.ask("run", { name: INIT, text: "" }),
    });
    this.configure(host.config);
  }

  // --- what the reader does -----------------------------------------------------------------

  /** @param {string} tab */
  choose(tab) {
    this.showTab(tab);
    this.ask("tab", { tab });
  }

  // --- what the hub calls -------------------------------------------------------------------

  /** @param {any} config */
  configure(config) {
    this.config = config;
    const { parts } = this;
    write(parts.title, config.device);
    write(parts.facts, config.facts.join(" · "));
    parts.expert.checked = config.expert;
    write(parts.expertText, `expert (${config.experts})`);
    parts.expertBox.hidden = !config.experts;
    write(parts.notice, config.deviceLock);
    parts.notice.hidden = !config.deviceLock;
    const failure = config.attributes.length ? [] : config.failure;
    this.unknown = failure.length > 0;
    parts.failure.hidden = !this.unknown;
    parts.failure.replaceChildren(...(failure.length ? [failureOf(failure)] : []));
    for (const form of FORMS) {
      const members = config.attributes.filter((/** @type {any} */ one) => one.group === form);
      parts.rows[form].show(members);
      this.count(form, members.length);
    }
    parts.commands.show(config.commands);
    this.count("commands", config.commands.length);
    this.showLock();
    this.showTab(config.tab);
    this.drawValues();
    this.drawPlots();
  }

  /** @param {any} data @param {any[]} buffers */
  draw(data, buffers) {
    let next = 0;
    for (const form of ["head", ...FORMS]) {
      const part = data.boards[form];
      if (part) this.boards[form].apply(part, buffers.slice(next, (next += 2)));
    }
    this.drawValues();
    for (const [name, address] of Object.entries(data.pictures)) {
      this.rowOf(name, FORMS)?.drawPicture(/** @type {string} */ (address));
    }
    this.plots = data.plots;
    this.drawPlots();
    this.drawDeeds(data.deeds);
  }

  /** @param {number | null} since */
  stale(since) {
    const { root, rows, commands } = this.parts;
    this.silent = since !== null;
    root.classList.toggle("ipytango-device-silent", this.silent);
    this.showLock();
    for (const form of FORMS) rows[form].standing();
    commands.standing();
  }

  // --- drawing ------------------------------------------------------------------------------

  /** @param {string} tab @param {number} members */
  count(tab, members) {
    const { counts, tabButtons } = this.parts;
    write(counts[tab], members ? ` ${members}` : "");
    if (FORMS.includes(tab)) tabButtons[tab].hidden = !members && tab !== "scalar";
  }

  showLock() {
    const { init, locker, lockerText, root } = this.parts;
    const { commands, locked } = this.config;
    init.hidden = locked || !commands.some((/** @type {any} */ { name }) => name === INIT);
    init.disabled = this.silent;
    write(lockerText, locked ? "Unlock" : "Lock");
    hint(locker, locked ? "Nothing can be changed. Unlock to write and to run commands" : "Lock again");
    locker.setAttribute("aria-pressed", String(!locked));
    locker.disabled = this.silent;
    root.classList.toggle("ipytango-device-unlocked", !locked);
  }

  /** @param {string} chosen */
  showTab(chosen) {
    const { pages, tabButtons, properties, settings } = this.parts;
    for (const [tab, page] of Object.entries(pages)) {
      page.hidden = tab !== chosen;
      tabButtons[tab].setAttribute("aria-selected", String(tab === chosen));
    }
    const page = { properties, settings }[chosen];
    page?.show(this.config.settings, this.config.settingsFailure, this.config.attributes);
  }

  drawValues() {
    this.drawHead();
    for (const form of FORMS) {
      for (const row of this.boards[form].byKey.values()) {
        this.rowOf(ownName(row.name), [form])?.draw(row, this.config.colours);
      }
    }
  }

  drawHead() {
    /** @type {Record<string, import("./watch_rows.js").Row>} */
    const head = {};
    for (const row of this.boards.head.byKey.values()) head[ownName(row.name).toLowerCase()] = row;
    const { state, status } = head;
    if (!state) return;
    const { parts } = this;
    const colours = this.config.colours.state;
    const answers = state.state === "live" && !state.failure.length;
    write(parts.state, state.value || "?");
    paint(parts.state, colours[state.value] ?? colours.UNKNOWN);
    parts.root.classList.toggle("ipytango-device-gone", !answers);
    write(parts.away, standingText(state));
    const why = state.failure[0];
    const trouble = !answers && why ? `${why.reason}: ${why.description}` : "";
    parts.failure.hidden = !this.unknown || trouble !== ""; // it would say the same
    write(parts.status, trouble || status?.full || status?.value || "");
  }

  drawPlots() {
    for (const form of FORMS) {
      for (const row of this.parts.rows[form].all()) row.drawPlot(this.plots[row.member.name]);
    }
  }

  /** @param {any[]} deeds */
  drawDeeds(deeds) {
    if (!deeds.length) return;
    const { history, commands } = this.parts;
    history.show(deeds);
    this.count("history", history.size);
    for (const deed of deeds) {
      const blank = deed.subject.indexOf(" ");
      const [kind, name] = [deed.subject.slice(0, blank), deed.subject.slice(blank + 1)];
      if (kind === "attribute") this.rowOf(name, FORMS)?.said.show(deed);
      else if (kind === "command") commands.get(name)?.said.show(deed);
      // What has no row in view says beneath the panel what came of it.
      if (kind !== "attribute" && (kind !== "command" || name === INIT)) this.host.mark(markOf(deed));
    }
  }

  /** @param {string} name @param {string[]} forms */
  rowOf(name, forms) {
    for (const form of forms) {
      const row = this.parts.rows[form].get(name);
      if (row) return row;
    }
    return undefined;
  }
}

/** Why there is nothing new of the device. @param {import("./watch_rows.js").Row} row */
function standingText({ state, since }) {
  if (state === "live" || state === "asleep") return "";
  return state === "connecting" ? "connecting …" : `${state} since ${timeText(since, false)}`;
}

/** What is said of a setting: its own row is made anew with what is set now. @param {any} deed */
function markOf({ outcome, said, failure }) {
  if (outcome === "running") return `${said} …`;
  if (outcome === "failed") return `${said}: ${failure[0]?.reason ?? ""} ${failure[0]?.description ?? ""}`;
  return `✓ ${said}`;
}

/** An attribute's own name of its full name. @param {string} attribute */
function ownName(attribute) {
  const path = attribute.split("#")[0];
  return path.slice(path.lastIndexOf("/") + 1);
}
