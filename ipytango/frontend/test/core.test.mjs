import assert from "node:assert/strict";
import { test } from "node:test";

import { framesOf, queue, staleText, typedArray } from "../src/core.js";

const bytes = (/** @type {ArrayBufferView} */ array, offset = 0) => {
  const whole = new Uint8Array(offset + array.byteLength);
  whole.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), offset);
  return new DataView(whole.buffer, offset, array.byteLength);
};

test("an aligned buffer is not copied", () => {
  const view = bytes(new Float64Array([1, NaN]), 8);
  const array = typedArray("f8", [2], view);
  assert.equal(array.buffer, view.buffer);
  assert.deepEqual([...array], [1, NaN]);
});

for (const offset of [1, 2, 4, 7]) {
  test(`a buffer at offset ${offset} is read all the same`, () => {
    const array = typedArray("f8", [3, 1], bytes(new Float64Array([1, -2, Infinity]), offset));
    assert.deepEqual([...array], [1, -2, Infinity]);
    assert.deepEqual(array.shape, [3, 1]);
  });
}

test("every type of the protocol is known", () => {
  for (const type of ["u1", "i1", "u2", "i2", "u4", "i4", "f4", "f8"]) {
    const size = Number(type[1]);
    assert.equal(typedArray(type, [2], bytes(new Uint8Array(2 * size))).length, 2);
  }
  assert.throws(() => typedArray("i8", [1], bytes(new Uint8Array(8))), /i8 is not known/);
});

test("an empty buffer is an empty array", () => {
  assert.equal(typedArray("f8", [0], bytes(new Uint8Array(0), 3)).length, 0);
});

test("a batch is taken apart in order", () => {
  const frames = framesOf(
    [
      { p: "a", d: 1, b: [{ t: "u1", s: [1] }, { t: "u1", s: [2] }] },
      { p: "b", e: "failed" },
      { p: "c", d: 3, b: [{ t: "u1", s: [1] }], f: 1 },
    ],
    [[1], [2, 3], [4]].map((list) => bytes(new Uint8Array(list))),
  );
  assert.deepEqual(frames.get("a")?.buffers.map((array) => [...array]), [[1], [2, 3]]);
  assert.equal(frames.get("b")?.error, "failed");
  assert.deepEqual(frames.get("c")?.buffers.map((array) => [...array]), [[4]]);
  assert.deepEqual([...frames.values()].map(({ whole }) => whole), [false, false, true]);
});

test("a whole frame makes those before it superfluous, one that adds does not", () => {
  const frame = (/** @type {number} */ data, whole = false) => ({ data, buffers: [], whole });
  const waiting = [frame(1, true)];
  queue(waiting, frame(2));
  assert.deepEqual(waiting.map(({ data }) => data), [1, 2]);
  queue(waiting, frame(3, true));
  queue(waiting, frame(4));
  assert.deepEqual(waiting.map(({ data }) => data), [3, 4]);
});

test("stale views say since when", () => {
  assert.match(staleText(0), /^stale since .*\d/);
});
