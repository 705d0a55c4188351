// What plots compute without a page.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  formatNumber,
  formatSpan,
  formatTicks,
  formatTimeTicks,
} from "../src/plotting/format.js";
import { fitted, regionIn, tableOf } from "../src/plotting/pixels.js";
import { holdingAt, lowerBound, nearest, Samples } from "../src/plotting/samples.js";
import { extent, padded, trace } from "../src/plotting/trace.js";

const same = (value) => value;

/** Draw with a pen that notes what it is told. */
function drawn(xs, ys, way = {}) {
  const steps = [];
  const pen = {
    moveTo: (x, y) => steps.push(["M", x, y]),
    lineTo: (x, y) => steps.push(["L", x, y]),
  };
  trace(pen, xs, ys, 0, xs.length, same, same, way);
  return steps;
}

test("a line goes through its samples", () => {
  assert.deepEqual(drawn([0, 1, 2], [5, 6, 7]), [["M", 0, 5], ["L", 1, 6], ["L", 2, 7]]);
});

test("a value that is no number leaves a gap, and one alone between gaps is a dot", () => {
  const ys = [1, 2, NaN, 3, Infinity, 4, 5];
  assert.deepEqual(drawn([0, 1, 2, 3, 4, 5, 6], ys), [
    ["M", 0, 1],
    ["L", 1, 2],
    ["M", 3, 3],
    ["L", 3.01, 3],
    ["M", 5, 4],
    ["L", 6, 5],
  ]);
});

test("steps hold a value until the next", () => {
  assert.deepEqual(drawn([0, 2, 3], [0, 1, 0], { steps: true }), [
    ["M", 0, 0],
    ["L", 2, 0],
    ["L", 2, 1],
    ["L", 3, 1],
    ["L", 3, 0],
  ]);
});

test("values that came by events are held over long pauses only", () => {
  assert.deepEqual(drawn([0, 1, 9], [0, 1, 2], { hold: 3 }), [
    ["M", 0, 0],
    ["L", 1, 1],
    ["L", 9, 1],
    ["L", 9, 2],
  ]);
});

test("a dense line keeps the least and the greatest value of each column", () => {
  const xs = Float64Array.from({ length: 1000 }, (_none, i) => i / 500);
  const ys = Float64Array.from({ length: 1000 }, (_none, i) => (i === 37 ? 99 : i === 741 ? -99 : 0));
  const steps = drawn(xs, ys, { dense: true });
  assert.ok(steps.length < 20, `${steps.length} steps`);
  const heights = steps.map(([, , y]) => y);
  assert.equal(Math.max(...heights), 99);
  assert.equal(Math.min(...heights), -99);
});

test("extents leave out what is not finite, and what a logarithm cannot show", () => {
  assert.deepEqual(extent([NaN, 3, -1, Infinity, 7], 0, 5), [-1, 7]);
  assert.deepEqual(extent([NaN, 3, -1, Infinity, 7], 0, 5, true), [3, 7]);
  assert.equal(extent([NaN, Infinity], 0, 2), null);
});

test("a constant has a frame round it", () => {
  const [low, high] = padded([5, 5], false);
  assert.ok(low < 5 && high > 5);
  assert.deepEqual(padded(null, false), [0, 1]);
  assert.ok(padded([10, 10], true)[0] > 0);
});

test("samples are bounded, and the newest are kept", () => {
  const samples = new Samples(1500);
  for (let i = 0; i < 100; i++) {
    const times = Float64Array.from({ length: 50 }, (_none, j) => i * 50 + j);
    samples.append(times, times, new Uint8Array(50));
  }
  assert.equal(samples.length, 1500);
  assert.equal(samples.times[0], 3500);
  assert.equal(samples.values.at(-1), 4999);
  samples.clear();
  assert.equal(samples.length, 0);
});

test("one long history is cut to the bound", () => {
  const samples = new Samples(100);
  const times = Float64Array.from({ length: 5000 }, (_none, i) => i);
  samples.append(times, times, new Uint8Array(5000));
  assert.deepEqual([samples.length, samples.times[0]], [100, 4900]);
});

test("places in ascending times", () => {
  const times = [1, 2, 4, 8];
  assert.equal(lowerBound(times, 3), 2);
  assert.equal(holdingAt(times, 3.9), 1);
  assert.equal(holdingAt(times, 4), 2);
  assert.equal(holdingAt(times, 0), -1);
  assert.equal(nearest(times, 3.5), 2);
  assert.equal(nearest(times, 100), 3);
  assert.equal(nearest([], 1), -1);
});

test("numbers are written as the attribute says", () => {
  assert.equal(formatNumber(3.14159, "%6.2f"), "3.14");
  assert.equal(formatNumber(12, "%d"), "12");
  assert.equal(formatNumber(0.00012345, "%.3e"), "1.234e-4");
  assert.equal(formatNumber(255, "%x"), "0xff");
  assert.equal(formatNumber(NaN), "–");
  assert.equal(formatNumber(null), "–");
  assert.equal(formatNumber("Infinity"), "∞");
  assert.equal(formatNumber(1.5, "<script>"), "1.5");
  assert.equal(formatNumber(1.23456789), "1.23457");
  assert.equal(formatNumber(1e-9), "1e-9");
});

test("ticks have the digits that tell them apart", () => {
  assert.deepEqual(formatTicks([0, 2.5, 5]), ["0.0", "2.5", "5.0"]);
  assert.deepEqual(formatTicks([-10, 0, 10]), ["−10", "0", "10"]);
  assert.deepEqual(formatTicks([0.2, 0.2001]), ["0.2000", "0.2001"]);
  assert.deepEqual(formatTicks([]), []);
});

test("time ticks name the day where it begins", () => {
  const midnight = new Date(2026, 10, 22).getTime() / 1000;
  const texts = formatTimeTicks([midnight - 3600, midnight, midnight + 3600], 3600);
  assert.deepEqual(texts, ["23:00", "00:00\n2026-11-22", "01:00"]);
});

test("spans", () => {
  assert.deepEqual([10, 90, 300, 5400, 86400].map(formatSpan), ["10 s", "1.5 min", "5 min", "1.5 h", "1 d"]);
});

test("a region keeps the shape of its image, and lies within it", () => {
  const region = regionIn({ x0: 90, y0: -5, x1: 110, y1: 0 }, 100, 50);
  assert.equal((region.x1 - region.x0) / (region.y1 - region.y0), 2);
  assert.ok(region.x0 >= 0 && region.y0 >= 0 && region.x1 <= 100 && region.y1 <= 50);
  const tiny = regionIn({ x0: 5, y0: 5, x1: 5, y1: 5 }, 100, 50);
  assert.ok(tiny.x1 - tiny.x0 >= 4);
});

test("an image has room as a whole", () => {
  assert.deepEqual(fitted(100, 50, 400, 400), { width: 400, height: 200 });
  assert.deepEqual(fitted(1, 1000, 400, 400), { width: 1, height: 400 });
});

test("level 0 is transparent, 1 the first colour and 255 the last", () => {
  const colours = Uint8Array.from({ length: 1024 }, (_none, i) => (i % 4 === 3 ? 255 : i >> 2));
  const table = tableOf(btoa(String.fromCharCode(...colours)));
  const bytes = new Uint8Array(table.buffer);
  assert.deepEqual([...bytes.slice(0, 4)], [0, 0, 0, 0]);
  assert.deepEqual([...bytes.slice(4, 8)], [0, 0, 0, 255]);
  assert.deepEqual([...bytes.slice(1020)], [255, 255, 255, 255]);
});
