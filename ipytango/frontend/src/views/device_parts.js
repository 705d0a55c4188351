// What a device's panel is made of in the page. Text goes in as text, never as HTML.

import { wordsOf } from "../asking.js";
import { copyText, maker, withItsOwnKeys } from "../dom.js";
import { foldedFailure } from "./failure.js";

export const make = maker("device");

const COPIED_MS = 1200;

/**
 * What rows get to work with.
 * @typedef {object} Desk
 * @property {(op: string, argument?: any) => Promise<any>} send
 * @property {AbortSignal} signal
 * @property {() => boolean} unlocked whether the panel may change its device now
 * @property {(text: string) => void} mark say what went wrong beneath the panel
 */

/**
 * @param {string} name @param {string} text @param {string} title
 * @param {AbortSignal} signal @param {() => void} act
 */
export function button(name, text, title, signal, act) {
  const made = /** @type {HTMLButtonElement} */ (withItsOwnKeys(make("button", name, text)));
  made.type = "button";
  if (title) made.title = title;
  made.addEventListener("click", act, { signal });
  return made;
}

/**
 * A button that copies the Python line of what is asked for.
 * @param {Desk} desk @param {() => [string, any]} asked
 */
export function copyButton(desk, asked) {
  const title = "Copy the Python line that does this";
  const made = button("copy", "Py", title, desk.signal, async () => {
    const [op, a] = asked();
    try {
      await copied(made, await desk.send("line", { op, a }));
      desk.mark("");
    } catch (error) {
      desk.mark(messageOf(error));
    }
  });
  return made;
}

/** Copy, and say so on the button. @param {HTMLElement} on @param {string} text */
export async function copied(on, text) {
  const before = on.textContent;
  await copyText(text);
  if (before === "✓") return;
  on.textContent = "✓";
  setTimeout(() => (on.textContent = before), COPIED_MS);
}

/** What an error says, without the name of its class, which is for programs. @param {unknown} error */
export function messageOf(error) {
  return wordsOf(error).replace(/^(?:\w+Error|PanelLocked): /, "");
}

/** @param {number} seconds */
export function tookText(seconds) {
  return seconds < 1 ? `${Math.max(1, Math.round(seconds * 1000))} ms` : `${seconds.toFixed(1)} s`;
}

/** @param {import("./failure.js").Level[]} levels */
export const failureOf = (levels) => foldedFailure(make, "failure", levels);

/**
 * What came of the last that was done to something.
 */
export class Said {
  constructor() {
    this.el = make("div", "said");
    this.el.hidden = true;
    this.el.setAttribute("role", "status");
    this.shown = "";
  }

  /** It was refused before it went to the device. @param {unknown} error */
  refused(error) {
    this.shown = "";
    this.el.className = "ipytango-device-said ipytango-device-failed";
    this.el.replaceChildren(messageOf(error));
    this.el.hidden = false;
  }

  /** @param {any} deed */
  show(deed) {
    const key = `${deed.number} ${deed.outcome}`;
    if (key === this.shown) return;
    this.shown = key;
    this.el.hidden = false;
    this.el.className = `ipytango-device-said ipytango-device-${deed.outcome}`;
    if (deed.outcome === "running") {
      this.el.replaceChildren(make("span", "muted", `${deed.said} …`));
    } else if (deed.outcome === "failed") {
      const levels = deed.failure.length ? deed.failure : [{ reason: "failed", description: "", origin: "" }];
      this.el.replaceChildren(failureOf(levels));
    } else {
      const gave = deed.result ? [make("div", "result", deed.result)] : [];
      const done = make("span", "muted", `✓ ${deed.said} · ${tookText(deed.took)}`);
      this.el.replaceChildren(...gave, done);
    }
  }
}
