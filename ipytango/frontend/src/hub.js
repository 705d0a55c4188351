// One kernel's hub in one page: finds the places of its panels, keeps their views, and confirms.

import {
  ACK_AT_ONCE_BYTES,
  ACK_BEATS_MS,
  ACK_EVERY_MS,
  STALE_AFTER_MS,
  VERSION,
  framesOf,
} from "./core.js";
import { Mounted, TAKEN } from "./mounted.js";

/** @typedef {import("./types.js").Model} Model */

const ATTRIBUTE = "data-ipytango";
const PLACES = `[${ATTRIBUTE}]`;
/** An output that is gone for so long was removed, and is not only being moved or rendered anew. */
const REMOVED_AFTER_MS = 500;
/** A place whose panel is not known is asked for after so long: its opening may be on the way. */
const ASK_AFTER_MS = 300;
const TELL_AFTER_MS = 50;
const CLOSED = "This panel is closed: run its cell again.";
const SILENT = "The kernel does not answer; it may have ended, or be busy. Try again.";
const ENDED = "The kernel of this panel has ended: run its cell again.";
/** A frame is asked for anew when the width has changed by more than this part. */
const WIDTH_CHANGE = 0.1;
/** What holds whole notebooks: it goes when the notebook is closed, and its kernel may go on. */
const DOCUMENTS = ".jp-Notebook, .jp-NotebookPanel";

export class Hub {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    this.name = Math.random().toString(36).slice(2);
    /** @type {Map<string, {view: string, config: any}>} */
    this.known = new Map();
    /** Panels that the kernel does not have: their snapshots stay. @type {Set<string>} */
    this.foreign = new Set();
    /** @type {Set<Mounted>} */
    this.mounted = new Set();
    /** @type {Map<number, {panel: string, resolve: (value: any) => void, reject: (error: Error) => void}>} */
    this.asked = new Map();
    this.commands = 0;
    this.received = 0;
    this.drawnBatch = 0;
    /** @type {number|undefined} */
    this.repaint = undefined;
    this.ackedAt = -Infinity;
    this.ackAtOnce = false;
    this.heardAt = 0;
    this.kernelMs = Date.now();
    this.told = "";
    /** @type {Map<string, number>} */
    this.toldPx = new Map();
    this.closed = false;
    /** Whether its notebook was closed. */
    this.retired = false;
    this.leaving = false;
    /** @type {Map<string, ReturnType<typeof setTimeout>>} */
    this.timers = new Map();
    this.abort = new AbortController();
  }

  start() {
    const { signal } = this.abort;
    if (this.model.get("version") !== VERSION) {
      console.warn("ipytango: the kernel speaks another version; run the cells again after a reload");
      return;
    }
    this.onMessage = this.receive.bind(this);
    this.model.on("msg:custom", this.onMessage);
    this.mutations = new MutationObserver((records) => this.onMutations(records));
    this.mutations.observe(document, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: [ATTRIBUTE],
    });
    this.intersections = new IntersectionObserver((entries) => this.onIntersections(entries));
    this.sizes = new ResizeObserver((entries) => this.onSizes(entries));
    addEventListener("pagehide", () => this.say({ k: "bye" }), { signal });
    addEventListener("pageshow", ({ persisted }) => persisted && this.hello(), { signal });
    document.addEventListener("visibilitychange", () => this.later("tell", 0), { signal });
    this.watch = setInterval(() => this.look(), 1000);
    this.hello();
    this.reconcile();
  }

  /** The model is gone: the views stay as they are, and say so. */
  close() {
    this.closeAll();
    this.model.off("msg:custom", this.onMessage ?? (() => {}));
    this.abort.abort();
    this.mutations?.disconnect();
    this.intersections?.disconnect();
    this.sizes?.disconnect();
    clearInterval(this.watch);
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  // --- the kernel ---------------------------------------------------------------------------------

  /** Returns whether it went off: nothing goes to a kernel that has ended. @param {any} message */
  say(message) {
    if (this.closed) return false;
    try {
      this.model.send({ ...message, c: this.name });
      return true;
    } catch {
      return false; // the views say that they are stale as nothing comes
    }
  }

  hello() {
    this.say({ k: "hello", v: VERSION });
    this.told = "";
    for (const mounted of this.mounted) mounted.needsAll = true;
    this.later("tell", 0);
    this.later("ask", ASK_AFTER_MS);
  }

  /** @param {any} message @param {DataView[]} buffers */
  receive(message, buffers) {
    if (!message || typeof message.k !== "string") return;
    this.retired = false;
    this.heardAt = performance.now();
    this.kernelMs = message.t * 1000;
    this.freshen();
    switch (message.k) {
      case "o":
        return this.opened(message.p);
      case "b":
        return this.batch(message.s, message.p, buffers);
      case "h":
        if (performance.now() - this.ackedAt >= ACK_BEATS_MS) this.ack();
        return;
      case "r":
        return this.answered(message);
      case "x":
        return message.p ? this.closePanels(message.p) : this.closeAll();
      case "w":
        return this.hello();
    }
  }

  /** @param {{p: string, w: string, c: any}[]} entries */
  opened(entries) {
    for (const { p, w, c } of entries) {
      const again = this.known.has(p);
      const opened = { view: w, config: c };
      this.known.set(p, opened);
      this.foreign.delete(p);
      if (again) for (const view of this.viewsOf(p)) view.configure(opened);
    }
    this.reconcile();
  }

  /** @param {number} number @param {import("./types.js").Entry[]} entries @param {DataView[]} buffers */
  batch(number, entries, buffers) {
    const frames = framesOf(entries, buffers);
    for (const mounted of this.mounted) {
      const frame = frames.get(mounted.panel);
      if (frame) mounted.offer(frame);
    }
    this.received = number;
    const bytes = buffers.reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (bytes > ACK_AT_ONCE_BYTES) this.ackAtOnce = true;
    this.repaint ??= requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.repaint = undefined;
    for (const mounted of this.mounted) mounted.draw();
    this.drawnBatch = this.received;
    const wait = this.ackAtOnce ? 0 : this.ackedAt + ACK_EVERY_MS - performance.now();
    if (wait <= 0) this.ack();
    else this.later("ack", wait);
    if ([...this.mounted].some(({ needsAll, visible }) => needsAll && visible)) {
      this.later("tell", TELL_AFTER_MS);
    }
  }

  ack() {
    this.ackAtOnce = false;
    this.ackedAt = performance.now();
    this.say({ k: "ack", s: this.drawnBatch });
  }

  /** @param {string} panel @param {string} op @param {any} argument @returns {Promise<any>} */
  command(panel, op, argument) {
    if (this.closed || !this.known.has(panel)) {
      return Promise.reject(new Error(CLOSED));
    }
    const n = ++this.commands;
    if (!this.say({ k: "cmd", n, p: panel, op, a: argument ?? null })) {
      return Promise.reject(new Error(ENDED));
    }
    return new Promise((resolve, reject) => this.asked.set(n, { panel, resolve, reject }));
  }

  /** @param {{c: string, n: number, v?: any, e?: string}} answer */
  answered({ c, n, v, e }) {
    const asked = c === this.name ? this.asked.get(n) : undefined;
    this.asked.delete(c === this.name ? n : -1);
    if (e === undefined) asked?.resolve(v);
    else asked?.reject(new Error(e));
  }

  /** @param {string[]} panels */
  closePanels(panels) {
    for (const panel of panels) {
      if (!this.known.delete(panel)) this.foreign.add(panel);
      for (const view of this.viewsOf(panel)) this.closeView(view);
      for (const [n, asked] of this.asked) {
        if (asked.panel === panel) this.giveUp(n, asked);
      }
    }
    this.later("tell", 0);
  }

  /** Freeze what it shows; one that shows nothing yet leaves the snapshot. @param {Mounted} mounted */
  closeView(mounted) {
    if (mounted.drawn) mounted.close();
    else this.forget(mounted);
  }

  /** @param {number} n @param {{reject: (error: Error) => void}} asked @param {string} why */
  giveUp(n, { reject }, why = CLOSED) {
    this.asked.delete(n);
    reject(new Error(why));
  }

  closeAll() {
    this.closed = true;
    this.known.clear();
    for (const mounted of this.mounted) this.closeView(mounted);
    for (const [n, asked] of this.asked) this.giveUp(n, asked);
  }

  // --- the page -----------------------------------------------------------------------------------

  /** @param {MutationRecord[]} records */
  onMutations(records) {
    let places = false;
    let gone = false;
    let documentGone = false;
    for (const { type, addedNodes, removedNodes } of records) {
      if (type === "attributes") places = true;
      for (const node of addedNodes) {
        if (node instanceof Element && !places) {
          places = node.matches(PLACES) || node.querySelector(PLACES) !== null;
        }
      }
      for (const node of removedNodes) {
        if (!(node instanceof Element) || node.isConnected) continue;
        gone = true;
        documentGone ||= node.matches(DOCUMENTS) || node.querySelector(DOCUMENTS) !== null;
      }
    }
    const lost = gone ? [...this.mounted].filter(({ slot }) => !slot.isConnected) : [];
    if (places || lost.length) this.reconcile();
    if (lost.length) this.later("remove", REMOVED_AFTER_MS);
    // The notebook was closed, not the output removed: what follows goes on for when it is opened.
    this.leaving ||= documentGone && lost.length > 0;
  }

  /** Bring places and views together. */
  reconcile() {
    if (this.closed) return;
    const orphans = [...this.mounted].filter(({ slot }) => !slot.isConnected);
    let unknown = false;
    for (const slot of document.querySelectorAll(PLACES)) {
      if (!(slot instanceof HTMLElement) || !this.mayTake(slot)) continue;
      const panel = slot.getAttribute(ATTRIBUTE) ?? "";
      const orphan = orphans.findIndex((mounted) => mounted.panel === panel);
      if (orphan >= 0) this.adopt(orphans.splice(orphan, 1)[0], slot);
      else if (this.known.has(panel)) this.mount(slot, panel);
      else unknown ||= !this.foreign.has(panel);
    }
    if (unknown) this.later("ask", ASK_AFTER_MS);
  }

  /**
   * Whether the place has no view, or one of a hub that hears nothing any more: that of the same
   * notebook before it was closed and opened again.
   * @param {Element} slot
   */
  mayTake(slot) {
    /** @type {Mounted|undefined} */
    const mounted = /** @type {any} */ (slot)[TAKEN];
    return !mounted || (mounted.hub !== this && mounted.hub.silent);
  }

  /** @param {HTMLElement} slot @param {string} panel */
  mount(slot, panel) {
    const opened = this.known.get(panel);
    if (!opened || this.silent) return;
    /** @type {Mounted|undefined} */
    const before = /** @type {any} */ (slot)[TAKEN];
    before?.hub.forget(before);
    try {
      const send = (/** @type {string} */ op, /** @type {any} */ argument) =>
        this.command(panel, op, argument);
      const mounted = new Mounted(slot, panel, opened, send, this);
      this.mounted.add(mounted);
      this.intersections?.observe(slot);
      this.sizes?.observe(mounted.el);
      this.later("tell", 0);
    } catch (error) {
      console.error("ipytango:", error);
      this.foreign.add(panel); // the snapshot stays
      slot.querySelector(":scope > .ipytango-view")?.remove();
    }
  }

  /** @param {Mounted} mounted @param {HTMLElement} slot */
  adopt(mounted, slot) {
    this.intersections?.unobserve(mounted.slot);
    mounted.take(slot);
    this.intersections?.observe(slot);
  }

  /** @param {Mounted} mounted */
  forget(mounted) {
    this.mounted.delete(mounted);
    this.intersections?.unobserve(mounted.slot);
    this.sizes?.unobserve(mounted.el);
    mounted.remove();
  }

  /** Give up the views whose places have gone. */
  removeLost() {
    for (const mounted of this.mounted) {
      if (!mounted.slot.isConnected) this.forget(mounted);
    }
    if (this.leaving && !this.mounted.size) {
      this.say({ k: "bye" });
      this.retired = true;
    } else this.tell();
    this.leaving = false;
  }

  /** @param {IntersectionObserverEntry[]} entries */
  onIntersections(entries) {
    for (const { target, isIntersecting } of entries) {
      const mounted = /** @type {any} */ (target)[TAKEN];
      if (!(mounted instanceof Mounted) || mounted.visible === isIntersecting) continue;
      mounted.visible = isIntersecting;
      mounted.needsAll = true; // what came meanwhile was not kept
    }
    this.later("tell", TELL_AFTER_MS);
  }

  /** @param {ResizeObserverEntry[]} entries */
  onSizes(entries) {
    for (const mounted of this.mounted) {
      if (entries.some(({ target }) => target === mounted.el)) mounted.resized();
    }
    this.later("tell", 4 * TELL_AFTER_MS);
  }

  /** Tell the kernel what is mounted, what is seen, and what of it needs everything. */
  tell() {
    /** @type {Map<string, number>} */
    const seen = new Map();
    const needy = new Set();
    for (const { panel, visible, needsAll, px, closed } of this.mounted) {
      if (document.hidden || !visible || closed) continue;
      seen.set(panel, Math.max(px, seen.get(panel) ?? 0));
      if (needsAll) needy.add(panel);
    }
    for (const [panel, px] of seen) {
      const before = this.toldPx.get(panel);
      if (before === undefined || Math.abs(px - before) > WIDTH_CHANGE * before) {
        this.toldPx.set(panel, px);
        needy.add(panel);
      }
    }
    const open = [...this.mounted].filter(({ closed }) => !closed);
    const said = {
      m: [...new Set(open.map(({ panel }) => panel))].sort(),
      p: Object.fromEntries([...seen.keys()].sort().map((name) => [name, this.toldPx.get(name)])),
      n: [...needy].sort(),
    };
    const text = JSON.stringify(said);
    if (text === this.told && !said.n.length) return;
    this.told = text;
    this.say({ k: "vis", ...said });
  }

  /** Ask the kernel for the panels that are in the page and not known. */
  ask() {
    const unknown = new Set();
    for (const slot of document.querySelectorAll(PLACES)) {
      const panel = slot.getAttribute(ATTRIBUTE) ?? "";
      if (this.mayTake(slot) && !this.known.has(panel) && !this.foreign.has(panel)) unknown.add(panel);
    }
    if (unknown.size) this.say({ k: "ask", u: [...unknown] });
  }

  // --- time ---------------------------------------------------------------------------------------

  /** Whether nothing has come for some time. */
  get silent() {
    const late = performance.now() - this.heardAt > STALE_AFTER_MS;
    return this.closed || this.retired || (this.heardAt > 0 && late);
  }

  /** Once a second: is the kernel still heard, and is there a place to take over? */
  look() {
    if (this.closed) return;
    if (!this.silent) this.reconcile();
    else {
      for (const mounted of this.mounted) mounted.stale(this.kernelMs);
      for (const [n, asked] of this.asked) this.giveUp(n, asked, SILENT);
    }
  }

  freshen() {
    for (const mounted of this.mounted) mounted.stale(null);
  }

  /** Do it once after some time, however often it is asked for. @param {"tell"|"ask"|"ack"|"remove"} what @param {number} ms */
  later(what, ms) {
    if (this.closed || this.timers.has(what)) return;
    const timer = setTimeout(() => {
      this.timers.delete(what);
      if (this.closed) return;
      if (what === "tell") this.tell();
      else if (what === "ask") this.ask();
      else if (what === "ack") this.ack();
      else this.removeLost();
    }, ms);
    this.timers.set(what, timer);
  }

  /** @param {string} panel */
  viewsOf(panel) {
    return [...this.mounted].filter((mounted) => mounted.panel === panel);
  }
}
