/** The samples of a trend as they have come, oldest first, bounded in number. */

const FIRST_CAPACITY = 1024;

export class Samples {
  /** @param {number} limit most samples that are kept */
  constructor(limit) {
    this._limit = limit;
    this._capacity = FIRST_CAPACITY;
    this._times = new Float64Array(FIRST_CAPACITY);
    this._values = new Float64Array(FIRST_CAPACITY);
    this._qualities = new Uint8Array(FIRST_CAPACITY);
    this._start = 0;
    this._end = 0;
  }

  clear() {
    this._start = 0;
    this._end = 0;
  }

  get length() {
    return this._end - this._start;
  }

  /** Times in seconds since the epoch. */
  get times() {
    return this._times.subarray(this._start, this._end);
  }

  /** NaN where there was no valid value. */
  get values() {
    return this._values.subarray(this._start, this._end);
  }

  /** Numbers of `QUALITIES`. */
  get qualities() {
    return this._qualities.subarray(this._start, this._end);
  }

  /**
   * @param {ArrayLike<number>} times
   * @param {ArrayLike<number>} values
   * @param {ArrayLike<number>} qualities
   */
  append(times, values, qualities) {
    this._makeRoom(times.length);
    this._times.set(times, this._end);
    this._values.set(values, this._end);
    this._qualities.set(qualities, this._end);
    this._end += times.length;
    this._start = Math.max(this._start, this._end - this._limit);
  }

  /** @param {number} count */
  _makeRoom(count) {
    if (this._end + count <= this._capacity) return;
    // At least as much room again as is taken: each sample is moved a few times at most.
    const needed = 2 * (this.length + count);
    this._capacity = Math.max(needed, FIRST_CAPACITY);
    const { times, values, qualities } = this;
    this._times = new Float64Array(this._capacity);
    this._values = new Float64Array(this._capacity);
    this._qualities = new Uint8Array(this._capacity);
    this._times.set(times);
    this._values.set(values);
    this._qualities.set(qualities);
    this._end -= this._start;
    this._start = 0;
  }
}

/** As the kernel numbers them; the last is no quality of Tango's: the reading failed. */
export const QUALITIES = ["VALID", "WARNING", "ALARM", "CHANGING", "INVALID", "FAILED"];

/**
 * Return the first position whose element is not less than `value`.
 *
 * @param {ArrayLike<number>} ascending
 * @param {number} value
 */
export function lowerBound(ascending, value) {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Return the position of the sample that holds at `time`: the last one not after it; -1 for none.
 *
 * @param {ArrayLike<number>} times
 * @param {number} time
 */
export function holdingAt(times, time) {
  const after = lowerBound(times, time);
  return after < times.length && times[after] === time ? after : after - 1;
}

/**
 * Return the position of the sample nearest to `x`; -1 for none.
 *
 * @param {ArrayLike<number>} xs
 * @param {number} x
 */
export function nearest(xs, x) {
  const after = lowerBound(xs, x);
  if (after === 0) return xs.length ? 0 : -1;
  if (after === xs.length) return after - 1;
  return x - xs[after - 1] <= xs[after] - x ? after - 1 : after;
}
