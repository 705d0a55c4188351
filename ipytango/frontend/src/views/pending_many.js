// Many pending results as one: a bar, counts, failures by name, results as they come.

import { canceller, counter, part, secondsText, showHtml } from "./pending_parts.js";

const PARTS = ["done", "failed", "cancelled"];

/** @type {import("../types.js").Mount} */
export function mount(host) {
  const { what, total } = host.config;
  const card = part("div", "card");
  const head = part("div", "head");
  const mark = part("span", "mark");
  const counts = part("span", "counts");
  const elapsed = part("span", "elapsed");
  const cancel = canceller(host, "cancel all");
  const bar = part("div", "bar");
  const failures = part("div", "failures");
  const results = part("div", "results");
  const rows = part("table");
  const more = part("div", "more");
  head.append(mark, part("span", "what", `${total} ${what}`), counts, elapsed, cancel);
  results.append(rows, more);
  card.append(head, bar, failures, results);
  host.el.append(card);

  const lengths = PARTS.map((name) => {
    const length = part("span", `bar-${name}`);
    bar.append(length);
    return length;
  });
  bar.setAttribute("role", "progressbar");
  bar.setAttribute("aria-valuemax", total);
  const clock = counter(elapsed, host.signal);

  return {
    draw(data) {
      const ended = PARTS.reduce((sum, name) => sum + data[name], 0);
      const left = total - ended;
      lengths.forEach((length, index) => {
        length.style.width = `${(100 * data[PARTS[index]]) / total}%`;
      });
      bar.setAttribute("aria-valuenow", String(ended));
      const shown = [...PARTS.map((name) => [data[name], name]), [left, "pending"]];
      counts.replaceChildren(
        ...shown
          .filter(([number]) => number)
          .map(([number, name]) => part("span", `count-${name}`, `${number} ${name}`)),
      );
      card.dataset.phase = left ? "pending" : data.failed ? "failed" : "done";
      mark.textContent = left ? "" : data.failed ? "✕" : "✓";
      cancel.hidden = !data.cancellable;
      if (left) {
        clock.run(data.elapsed);
      } else {
        clock.stop();
        elapsed.textContent = secondsText(data.elapsed);
      }
      extend(failures, data.failures_from, data.failures, failureOf);
      extend(rows, data.results_from, data.results, rowOf);
      const hidden = data.done - rows.childElementCount;
      more.textContent = hidden > 0 ? `… and ${hidden} more` : "";
      results.hidden = !rows.childElementCount;
    },
    stale(sinceMs) {
      card.classList.toggle("ipytango-pending-stale", sinceMs !== null);
      if (sinceMs !== null) clock.stop();
    },
  };
}

/**
 * Add what is new to a list; from 0 it is everything.
 * @template T
 * @param {HTMLElement} list @param {number} from @param {T[]} added @param {(one: T) => HTMLElement} make
 */
function extend(list, from, added, make) {
  if (from === 0) list.replaceChildren();
  const known = list.childElementCount - from;
  list.append(...added.slice(Math.max(0, known)).map(make));
}

/** @param {string} html */
function failureOf(html) {
  const place = part("div");
  showHtml(place, html);
  return place;
}

/** @param {[string, string, string, string]} row */
function rowOf([key, asked, value, after]) {
  const row = part("tr");
  row.append(
    part("td", "key", key),
    part("td", "asked", asked),
    part("td", "value", value),
    part("td", "after", after),
  );
  return row;
}
