/** From samples to the line that is drawn. uPlot would draw a straight line across NaN. */

/**
 * @typedef {{moveTo(x: number, y: number): void, lineTo(x: number, y: number): void}} Pen
 * @typedef {object} Way
 * @property {boolean} [steps] a value holds until the next one
 * @property {number} [hold] it does so where the next one is further away than this, in units of x
 * @property {boolean} [dense] more points than pixels: draw no more of a column than can be seen
 */

/**
 * Draw the samples from `from` to before `to`: nothing where a value is not finite, a dot for a
 * value with no neighbours.
 *
 * @param {Pen} pen
 * @param {ArrayLike<number>} xs
 * @param {ArrayLike<number>} ys
 * @param {number} from
 * @param {number} to
 * @param {(x: number) => number} toX position in pixels
 * @param {(y: number) => number} toY position in pixels; not finite where y has none
 * @param {Way} way
 */
export function trace(pen, xs, ys, from, to, toX, toY, way = {}) {
  const hold = way.steps ? 0 : (way.hold ?? Infinity);
  let run = 0; // points of the line since the last gap
  let lastX = 0;
  let pixelX = 0;
  let pixelY = 0;
  let low = 0;
  let high = 0;

  const endColumn = () => {
    if (low === high) return;
    pen.lineTo(pixelX, low);
    pen.lineTo(pixelX, high);
    pen.lineTo(pixelX, pixelY);
  };
  const endRun = () => {
    if (run === 0) return;
    endColumn();
    // A canvas leaves out what has no length.
    if (run === 1) pen.lineTo(pixelX + 0.01, pixelY);
    run = 0;
  };

  for (let i = from; i < to; i++) {
    const y = toY(ys[i]);
    if (!Number.isFinite(y)) {
      endRun();
      continue;
    }
    const x = way.dense ? Math.round(toX(xs[i])) : toX(xs[i]);
    if (run > 0 && way.dense && x === pixelX) {
      if (y < low) low = y;
      if (y > high) high = y;
      pixelY = y;
    } else {
      if (run === 0) {
        pen.moveTo(x, y);
      } else {
        endColumn();
        if (xs[i] - lastX > hold) pen.lineTo(x, pixelY);
        pen.lineTo(x, y);
      }
      pixelX = x;
      pixelY = low = high = y;
    }
    lastX = xs[i];
    run++;
  }
  endRun();
}

/**
 * Return the least and the greatest finite value from `from` to before `to`; null for none.
 *
 * @param {ArrayLike<number>} values
 * @param {number} from
 * @param {number} to
 * @param {boolean} [positive] leave out what is not above zero
 * @returns {[number, number] | null}
 */
export function extent(values, from, to, positive = false) {
  let low = Infinity;
  let high = -Infinity;
  const floor = positive ? 0 : -Infinity;
  for (let i = from; i < to; i++) {
    const value = values[i];
    if (value > floor && value < low) low = value;
    if (value > high && value < Infinity) high = value;
  }
  return low <= high ? [low, high] : null;
}

/**
 * Widen an extent so that a curve does not touch its frame, and a constant has one.
 *
 * @param {[number, number] | null} extent
 * @param {boolean} log
 * @returns {[number, number]}
 */
export function padded(extent, log) {
  if (extent === null) return log ? [0.1, 10] : [0, 1];
  const [low, high] = extent;
  if (log) {
    const factor = low === high ? 10 : (high / low) ** 0.06;
    return [low / factor, high * factor];
  }
  const margin = low === high ? Math.max(Math.abs(low) * 0.05, 0.5) : (high - low) * 0.07;
  return [low - margin, high + margin];
}
