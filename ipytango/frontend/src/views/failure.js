// An error of a device, as a view shows it.

/** @typedef {{reason: string, description: string, origin: string}} Level */

/**
 * An error: its cause in a line, all of it unfolded.
 * @param {ReturnType<typeof import("../dom.js").maker>} make
 * @param {string} name @param {Level[]} levels
 */
export function foldedFailure(make, name, levels) {
  const all = /** @type {HTMLDetailsElement} */ (make("details", name));
  const summary = make("summary");
  summary.append(make("b", "", levels[0].reason), ` ${levels[0].description}`);
  const list = make("ol");
  for (const { reason, description, origin } of levels) {
    const item = make("li");
    item.append(make("b", "", reason), make("div", "", description), make("div", "origin", origin));
    list.append(item);
  }
  all.append(summary, list);
  return all;
}
