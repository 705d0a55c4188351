// A device server of the kernel: how it is, what it serves and says, stop and restart.

import { asker } from "../asking.js";
import { clockText } from "../core.js";
import { copyText, factList, maker, paint, style, withItsOwnKeys, write } from "../dom.js";

const make = maker("server");

const SAID_MS = 1500;
/** So near to its end, in pixels, the log is followed. */
const END_PX = 8;

/** What a button can do, by the server's state. @type {Record<string, string[]>} */
const ABLE = { running: ["restart", "stop"], starting: ["stop"], stopping: [], replaced: [] };
const ELSE = ["restart"];

/** @type {import("../types.js").Mount} */
export function mount(host) {
  const { el, config, signal } = host;
  const ask = asker(host);
  const root = make("div");
  root.className = "ipytango-server ipytango-quiet";
  const head = make("div", "head ipytango-bar");
  const lamp = make("span", "lamp");
  lamp.setAttribute("role", "status");
  const since = make("span", "since");
  const restart = button("Restart", "restart", "End it, and run its code again at the same address");
  const stop = button("Stop", "stop", "End it; its cell starts it again");
  head.append(lamp, make("span", "name", config.name), since, make("span", "space ipytango-space"), restart, stop);
  const devices = make("div", "devices");
  const facts = make("div", "facts");
  const note = make("div", "note");
  const error = make("pre", "error");
  const log = withItsOwnKeys(make("pre", "log"));
  log.tabIndex = 0;
  log.setAttribute("role", "log");
  log.setAttribute("aria-label", `What ${config.name} has written`);
  root.append(head, devices, facts, note, error, log);
  el.append(root);

  /** @type {Set<ReturnType<typeof setTimeout>>} */
  const timers = new Set();
  let told = "";

  root.addEventListener(
    "click",
    async ({ target }) => {
      const pressed = /** @type {HTMLButtonElement} */ (target);
      const { op, device } = pressed.dataset;
      if (op) {
        // Until the server's state is another one: its code is loaded first, which takes a second.
        pressed.disabled = true;
        if ((await ask(op)) === undefined) pressed.disabled = false;
      }
      if (device === undefined) return;
      try {
        await copyText(device);
        say(pressed, "Copied");
      } catch {
        say(pressed, "Not allowed here");
      }
    },
    { signal },
  );
  signal.addEventListener("abort", () => timers.forEach(clearTimeout));

  /** @param {HTMLElement} place @param {string} text */
  function say(place, text) {
    place.textContent = text;
    timers.add(setTimeout(() => (place.textContent = "Copy"), SAID_MS));
  }

  /** @param {string[]} names */
  function list(names) {
    devices.replaceChildren(
      ...names.map((name) => {
        const row = make("div", "device");
        const copy = withItsOwnKeys(make("button", "copy", "Copy"));
        copy.title = `Copy ${name}`;
        copy.dataset.device = name;
        row.append(make("code", "full", name), copy);
        return row;
      }),
    );
  }

  /** @param {string} text */
  function follow(text) {
    const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - END_PX;
    write(log, text);
    log.hidden = !text;
    if (atEnd) log.scrollTop = log.scrollHeight;
  }

  return {
    draw(data) {
      write(lamp, data.state);
      paint(lamp, data.colour);
      style(lamp, `ipytango-server-lamp ipytango-server-is-${data.state}`);
      write(since, `since ${clockText(data.since * 1000)}`);
      const able = ABLE[data.state] ?? ELSE;
      for (const one of [restart, stop]) one.disabled = !able.includes(one.dataset.op ?? "");
      const lasting = JSON.stringify([data.devices, data.facts]);
      if (lasting !== told) {
        told = lasting;
        list(data.devices);
        facts.replaceChildren(factList(data.facts));
      }
      write(note, data.note);
      note.hidden = !data.note;
      write(error, data.error);
      error.hidden = !data.error;
      follow(data.log);
    },
  };
}

/** @param {string} text @param {string} op @param {string} title */
function button(text, op, title) {
  const made = /** @type {HTMLButtonElement} */ (withItsOwnKeys(make("button", "button ipytango-button", text)));
  made.title = title;
  made.dataset.op = op;
  made.dataset.ipytangoAsks = "";
  return made;
}
