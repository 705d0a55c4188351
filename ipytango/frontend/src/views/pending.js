// One pending result: what was asked, for how long, cancel; then what came, in place.

import { canceller, counter, part, secondsText, showHtml } from "./pending_parts.js";

/** Phases that are over, and their marks. @type {Record<string, string>} */
const MARKS = { done: "✓", failed: "✕", cancelled: "⊘", ended: "✓" };

/** @type {import("../types.js").Mount} */
export function mount(host) {
  const { kind, device, operation } = host.config;
  const card = part("div", "card");
  const head = part("div", "head");
  const mark = part("span", "mark");
  const elapsed = part("span", "elapsed");
  const note = part("span", "note");
  const cancel = canceller(host, "cancel");
  const outcome = part("div", "outcome");
  head.append(mark, part("span", "kind", kind));
  if (device) head.append(part("span", "device", device));
  head.append(part("span", "operation", operation), elapsed, note, cancel);
  card.append(head, outcome);
  host.el.append(card);

  let phase = "";
  let exact = true;
  const clock = counter(elapsed, host.signal, (text) => words(phase, exact, text));
  return {
    draw(data) {
      ({ phase, exact } = data);
      card.dataset.phase = phase;
      mark.textContent = MARKS[phase] ?? "";
      note.textContent = data.note;
      cancel.hidden = !data.cancels;
      cancel.title = data.cancels;
      if (data.over || data.elapsed === null) {
        clock.stop();
        const text = data.elapsed === null ? "" : secondsText(data.elapsed);
        elapsed.textContent = words(phase, exact, text);
      } else {
        clock.run(data.elapsed);
      }
      showHtml(outcome, data.html);
      outcome.hidden = !data.html;
    },
    stale(sinceMs) {
      // Nobody knows whether it is still pending: it must not look so.
      card.classList.toggle("ipytango-pending-stale", sinceMs !== null);
      if (sinceMs !== null) clock.stop();
    },
  };
}

/** @param {string} phase @param {boolean} exact @param {string} time */
function words(phase, exact, time) {
  if (!time) return phase;
  const more = exact ? "" : "more than ";
  return `${phase} ${MARKS[phase] ? "after" : "for"} ${more}${time}`;
}
