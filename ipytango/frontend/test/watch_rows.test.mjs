// The order, the choice and the standing of a watch's rows.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Rows, ageText, timeText } from "../src/views/watch_rows.js";

const GOOD = { state: "live", source: "change", quality: "VALID", failure: [] };

/** @param {Record<number, object>} rows @param {Record<number, string>} values */
function rowsWith(rows, values, ageS = 0) {
  const made = new Rows();
  const now = Date.now() / 1000;
  const keys = Uint32Array.from(Object.keys(values), Number);
  const times = new Float64Array(2 * keys.length).fill(now - ageS);
  const told = Object.fromEntries(
    Object.entries(rows).map(([key, row]) => [
      key,
      { ...GOOD, place: Number(key), name: `a/b/c/x${key}`, ...row },
    ]),
  );
  made.apply({ now, whole: true, gone: [], rows: told, values: Object.values(values) }, [keys, times]);
  return made;
}

/** @param {Rows} rows @param {any} sort */
const order = (rows, sort, filter = "") => rows.chosen(filter, sort).map((row) => row.key);

test("numbers sort as numbers, before texts, and what is empty is last both ways", () => {
  const rows = rowsWith({ 0: {}, 1: {}, 2: {}, 3: {}, 4: {} }, { 0: "10.5", 1: "9", 2: "ON", 3: "", 4: "-1e3" });
  assert.deepEqual(order(rows, { column: "value", descending: false }), [4, 1, 0, 2, 3]);
  assert.deepEqual(order(rows, { column: "value", descending: true }), [2, 0, 1, 4, 3]);
});

test("names sort with their numbers in order", () => {
  const rows = rowsWith({ 2: {}, 10: {}, 1: {} }, { 2: "", 10: "", 1: "" });
  assert.deepEqual(order(rows, { column: "name", descending: false }), [1, 2, 10]);
});

test("without an order rows stand where the kernel places them", () => {
  const rows = rowsWith({ 0: { place: 1 }, 1: { place: 0 }, 2: { place: 0.5 } }, { 0: "", 1: "", 2: "" });
  assert.deepEqual(order(rows, null), [1, 2, 0]);
});

test("all words of a filter have to occur", () => {
  const rows = rowsWith({ 0: { quality: "ALARM" }, 1: {} }, { 0: "5", 1: "5" });
  assert.deepEqual(order(rows, null, "alarm x0"), [0]);
  assert.deepEqual(order(rows, null, "alarm x1"), []);
  assert.deepEqual(order(rows, null, "  "), [0, 1]);
});

test("a polled value that stays out is stale, an event that stays out is not", () => {
  const rows = rowsWith({ 0: { source: "poll" }, 1: {}, 2: { state: "away" } }, { 0: "1", 1: "1", 2: "1" }, 60);
  const standings = [...rows.byKey.values()].map((row) => rows.standing(row));
  assert.deepEqual(standings, ["stale", "live", "away"]);
  assert.deepEqual(rows.census(), { stale: 1, live: 1, away: 1 });
});

test("a row that is gone does not come back with a late value", () => {
  const rows = rowsWith({ 0: {}, 1: {} }, { 0: "1", 1: "2" });
  const late = [Uint32Array.of(0), new Float64Array(2)];
  assert.equal(rows.apply({ now: 0, gone: [0], rows: {}, values: ["3"] }, late), true);
  assert.deepEqual([...rows.byKey.keys()], [1]);
});

test("ages and times are short", () => {
  assert.deepEqual([-1, 0, 59, 60, 7200, 200000].map(ageText), ["0 s", "0 s", "59 s", "1 min", "2 h", "2 d"]);
  assert.equal(timeText(0, true), "");
  assert.match(timeText(1.5, true), /^\d\d:\d\d:01\.500$/);
});
