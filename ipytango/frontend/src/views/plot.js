/** A plot: its parts below each other, each of the kind that its attribute turned out to be. */

import { element } from "../plotting/controls.js";
import * as curve from "./curve.js";
import * as picture from "./picture.js";
import * as trend from "./trend.js";

const KINDS = { trend, curve, picture, note: { mount: mountNote } };

/** @param {any} host */
export function mount(host) {
  const el = element("div", "ipytango-plot");
  host.el.append(el);
  /** @type {Map<string, {kind: string, view: any, end: AbortController, el: HTMLElement}>} */
  const parts = new Map();

  /** @param {any} config */
  const arrange = (config) => {
    const wanted = new Map(config.parts.map((/** @type {any} */ part) => [part.key, part]));
    for (const [key, part] of parts) {
      if (wanted.get(key)?.kind === part.kind) continue;
      part.end.abort();
      part.el.remove();
      parts.delete(key);
    }
    for (const part of config.parts) {
      const settings = { ...part, paused: config.paused, paused_at: config.paused_at };
      const known = parts.get(part.key);
      if (known) known.view.configure(settings);
      else parts.set(part.key, begin(settings));
    }
    el.replaceChildren(...config.parts.map((/** @type {any} */ { key }) => parts.get(key)?.el));
  };

  /** @param {any} settings */
  const begin = (settings) => {
    const end = new AbortController();
    const place = element("div");
    el.append(place); // a chart wants to know its width
    const view = KINDS[/** @type {keyof typeof KINDS} */ (settings.kind)].mount({
      el: place,
      config: settings,
      send: (/** @type {string} */ op, /** @type {object} */ argument) =>
        host.send(op, { ...argument, part: settings.key }),
      signal: AbortSignal.any([host.signal, end.signal]),
    });
    return { kind: settings.kind, view, end, el: place };
  };

  arrange(host.config);
  return {
    /** @param {any} data @param {any[]} buffers */
    draw(data, buffers) {
      let at = 0;
      for (const { key, buffers: count, ...part } of data.parts) {
        const own = buffers.slice(at, at + count);
        at += count;
        parts.get(key)?.view.draw({ ...part, now: data.now }, own);
      }
    },
    configure: arrange,
    /** @param {number | null} since */
    stale(since) {
      for (const { view } of parts.values()) view.stale(since);
    },
  };
}

/** What there is to say of attributes that are not, or not yet, plotted. @param {any} host */
function mountNote({ el, config }) {
  const list = element("div", "ipytango-plot-waiting");
  el.append(list);
  const show = (/** @type {any} */ { lines }) => {
    list.replaceChildren(
      ...lines.map((/** @type {any} */ { attribute, state, text }) => {
        const line = element("div", "ipytango-plot-line");
        const mark = element("span", "ipytango-plot-mark", state);
        mark.dataset.mark = state;
        line.append(element("span", "ipytango-plot-name", attribute), mark);
        line.append(element("span", "ipytango-plot-facts", text));
        return line;
      }),
    );
  };
  show(config);
  return { configure: show, draw() {}, stale() {} };
}
