// One live view in its place in the page.

import { FRAMES_KEPT, closedText, queue, staleText } from "./core.js";
import { views } from "./views/index.js";

/** @typedef {import("./types.js").Frame} Frame */
/** @typedef {import("./types.js").View} View */

/** Where a place has its view, also for the hubs of other notebooks in the same page. */
export const TAKEN = Symbol.for("ipytango.taken");

/** What asks the kernel, and so can do nothing more in a view that is closed. */
const ASKS = "[data-ipytango-asks]";

export class Mounted {
  /**
   * Make the view of a panel, unseen until its first frame is drawn; the snapshot stays till then.
   * @param {HTMLElement} slot  the place, with the snapshot in it
   * @param {string} panel
   * @param {{view: string, config: any}} opened
   * @param {(op: string, argument: any) => Promise<any>} send
   * @param {{silent: boolean, forget: (mounted: Mounted) => void}} hub  whose it is
   */
  constructor(slot, panel, opened, send, hub) {
    this.slot = slot;
    this.hub = hub;
    this.panel = panel;
    this.visible = false;
    /** Whether what comes next has to say everything. */
    this.needsAll = true;
    this.drawn = false;
    this.closed = false;
    /** @type {Frame[]} */
    this.waiting = [];
    this.abort = new AbortController();
    this.staleSince = /** @type {number|null} */ (null);
    this.notes = { own: "", error: "", state: "" };

    this.frame = element("div", "ipytango-view ipytango-unseen");
    this.el = element("div", "ipytango-content");
    this.badge = element("div", "ipytango-badge");
    this.badge.hidden = true;
    this.frame.append(this.el, this.badge);
    this.keepScroll();
    this.take(slot);

    const mount = views[opened.view];
    if (!mount) throw new Error(`This browser side has no view named ${opened.view}.`);
    /** @type {View} */
    this.view = mount({
      el: this.el,
      config: opened.config,
      signal: this.abort.signal,
      send,
      mark: (text) => this.note("own", text),
    });
  }

  /** Width in pixels of the screen. */
  get px() {
    return Math.round((this.el.clientWidth || 0) * (globalThis.devicePixelRatio || 1));
  }

  /** Take a place over: at first, or when the notebook has rendered the output anew. @param {HTMLElement} slot */
  take(slot) {
    this.slot = slot;
    /** @type {any} */ (slot)[TAKEN] = this;
    slot.classList.add("ipytango-slot");
    slot.classList.toggle("ipytango-live", this.drawn);
    slot.append(this.frame);
    this.restoreScroll();
  }

  /** @param {{config: any}} opened */
  configure(opened) {
    this.guarded(() => this.view.configure?.(opened.config));
  }

  /** Keep a frame for the next repaint; returns whether there is one to draw. @param {Frame} frame */
  offer(frame) {
    if (this.closed || !this.visible) return false;
    if (frame.error !== undefined) {
      this.note("error", frame.error);
      return false;
    }
    if (this.needsAll && !frame.whole) return false;
    this.needsAll = false;
    queue(this.waiting, frame);
    if (this.waiting.length > FRAMES_KEPT) {
      this.waiting.length = 0;
      this.needsAll = true;
    }
    return true;
  }

  /** Draw what waits. */
  draw() {
    const frames = this.waiting;
    if (!frames.length) return;
    this.waiting = [];
    this.guarded(() => {
      for (const { data, buffers } of frames) this.view.draw(data, buffers);
      this.note("error", "");
      if (!this.drawn) this.reveal();
    });
  }

  reveal() {
    this.drawn = true;
    this.frame.classList.remove("ipytango-unseen");
    this.slot.classList.add("ipytango-live");
  }

  resized() {
    this.guarded(() => this.view.resize?.(this.el.clientWidth));
  }

  /** Say since when nothing has come; null when something has. @param {number|null} sinceMs */
  stale(sinceMs) {
    if (this.closed || sinceMs === this.staleSince) return;
    this.staleSince = sinceMs;
    this.note("state", sinceMs === null ? "" : staleText(sinceMs));
    this.guarded(() => this.view.stale?.(sinceMs));
  }

  /** Freeze: the panel is closed. */
  close() {
    if (this.closed) return;
    this.closed = true;
    this.waiting = [];
    this.frame.classList.add("ipytango-closed");
    for (const control of this.el.querySelectorAll(ASKS)) control.setAttribute("disabled", "");
    const sinceMs = this.staleSince ?? Date.now();
    this.note("state", closedText(sinceMs));
    this.guarded(() => this.view.stale?.(sinceMs));
  }

  /** Take the view away; the snapshot is seen again. */
  remove() {
    this.abort.abort();
    this.frame.remove();
    this.slot.classList.remove("ipytango-live", "ipytango-slot");
    delete (/** @type {any} */ (this.slot)[TAKEN]);
  }

  /** @param {"own"|"error"|"state"} kind @param {string} text */
  note(kind, text) {
    this.notes[kind] = text;
    const lines = Object.values(this.notes).filter(Boolean);
    this.badge.textContent = lines.join(" · ");
    this.badge.hidden = !lines.length;
    this.badge.classList.toggle("ipytango-badge-error", Boolean(this.notes.error));
  }

  /** An error of a view is shown in its place, and stops nothing else. @param {() => void} action */
  guarded(action) {
    try {
      action();
    } catch (error) {
      console.error("ipytango:", error);
      this.note("error", String(error));
    }
  }

  // An element that is moved loses its scroll position and the focus.

  keepScroll() {
    /** @type {Map<Element, [number, number]>} */
    this.scrolled = new Map();
    const { signal } = this.abort;
    const noteScroll = (/** @type {Event} */ { target }) => {
      if (target instanceof Element && target.isConnected) {
        this.scrolled?.set(target, [target.scrollLeft, target.scrollTop]);
      }
    };
    this.frame.addEventListener("scroll", noteScroll, { capture: true, passive: true, signal });
    this.frame.addEventListener("focusin", ({ target }) => (this.focused = target), { signal });
    this.frame.addEventListener(
      "focusout",
      // Later, as an element that is moved loses the focus, too, and has it again by then.
      () => setTimeout(() => this.frame.contains(document.activeElement) || (this.focused = null)),
      { signal },
    );
  }

  restoreScroll() {
    for (const [target, [left, top]] of this.scrolled ?? []) target.scrollTo(left, top);
    const { focused } = this;
    if (focused instanceof HTMLElement && document.activeElement === document.body) {
      focused.focus({ preventScroll: true });
    }
  }
}

/** @param {string} tag @param {string} className */
function element(tag, className) {
  const made = document.createElement(tag);
  made.className = className;
  return made;
}
