// The tree as the kernel has told it, and the rows that are open in it.

/**
 * @typedef {{branches: [string, string, string][], more: number, failure: string | null,
 *   pending: boolean}} Node
 *
 * @typedef {object} Row
 * @property {string[]} path
 * @property {string} key  the path as one text
 * @property {number} depth
 * @property {"folder" | "device" | "note" | "failure"} kind
 * @property {string} name
 * @property {string} device  empty for what is none
 * @property {string} note
 * @property {boolean} open
 */

/** Where the result of a search hangs. */
const FOUND = ["", "found"];

/** @param {string[]} path */
export const keyOf = (path) => path.join("\n");

export class Tree {
  constructor() {
    /** @type {Map<string, Node>} */
    this.nodes = new Map();
    /** @type {Set<string>} */
    this.opened = new Set();
    /** @type {Map<string, [string, string, string]>} the state, its colour and what went wrong */
    this.states = new Map();
    this.by = "";
    this.sought = "";
  }

  /** Take in what the kernel tells. @param {any} data */
  apply(data) {
    if (data.whole) {
      this.nodes.clear();
      this.states.clear();
    }
    this.by = data.by;
    this.sought = data.sought;
    this.opened = new Set(data.opened.map(keyOf));
    for (const [path, node] of data.nodes) this.nodes.set(keyOf(path), node);
    for (const [device, state] of Object.entries(data.states)) this.states.set(device, state);
  }

  /** The rows that are open, from top to bottom. @returns {Row[]} */
  rows() {
    /** @type {Row[]} */
    const rows = [];
    this.collect(this.sought ? FOUND : [], 0, rows);
    return rows;
  }

  /** @param {string[]} path @param {number} depth @param {Row[]} rows */
  collect(path, depth, rows) {
    const node = this.nodes.get(keyOf(path));
    const say = (/** @type {Row["kind"]} */ kind, /** @type {string} */ name) =>
      rows.push({ path, key: `${keyOf(path)}\n\n${name}`, depth, kind, name, device: "", note: "", open: false });
    if (node?.failure) say("failure", node.failure);
    else if (!node || node.pending) say("note", "asking the database …");
    else if (!node.branches.length) say("note", keyOf(path) === keyOf(FOUND) ? "Nothing has such a name." : "nothing");
    for (const [name, device, note] of node?.branches ?? []) {
      const below = [...path, name];
      const key = keyOf(below);
      const open = this.opened.has(key);
      rows.push({ path: below, key, depth, kind: device ? "device" : "folder", name, device, note, open });
      if (open) this.collect(below, depth + 1, rows);
    }
    if (node?.more) say("note", `${node.more} more: search ${keyOf(path) === keyOf(FOUND) ? "more exactly" : "to find them"}`);
  }
}
