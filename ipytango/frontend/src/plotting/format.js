/** Numbers and times as text. */

const C_FORMAT = /^%[-+ 0#]*\d*(?:\.(\d+))?(?:l|ll|h)?([dfeEgGxX])$/;
const LARGEST_PLAIN = 1e6;
const SMALLEST_PLAIN = 1e-4;

/**
 * Write a value as the attribute's display format says (C notation); without one, in a few digits.
 *
 * @param {number | string | null | undefined} value
 * @param {string} [format]
 */
export function formatNumber(value, format = "") {
  if (typeof value === "string") value = Number(value); // JSON has no infinities
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const known = C_FORMAT.exec(format);
  if (!known) return shortest(value);
  const digits = Math.min(known[1] === undefined ? 6 : Number(known[1]), 20);
  switch (known[2].toLowerCase()) {
    case "d":
      return Number.isInteger(value) ? String(value) : shortest(value);
    case "x":
      return Number.isInteger(value) ? `0x${value.toString(16)}` : shortest(value);
    case "e":
      return value.toExponential(digits);
    case "g":
      return String(Number(value.toPrecision(Math.max(digits, 1))));
    default:
      return Math.abs(value) < 1e15 ? value.toFixed(digits) : shortest(value);
  }
}

/** @param {number} value */
function shortest(value) {
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < LARGEST_PLAIN * 1e3) return String(value);
  if (size !== 0 && (size >= LARGEST_PLAIN || size < SMALLEST_PLAIN)) {
    return value.toExponential(4).replace(/\.?0+e/, "e");
  }
  return String(Number(value.toPrecision(6)));
}

/**
 * Write the labels of an axis: as many digits as its step needs, all the same.
 *
 * @param {number[]} splits
 */
export function formatTicks(splits) {
  const shown = splits.filter((split) => split !== null);
  if (shown.length === 0) return splits.map(() => "");
  const largest = Math.max(...shown.map(Math.abs));
  const step = shown.length > 1 ? Math.abs(shown[1] - shown[0]) : largest || 1;
  if (largest >= LARGEST_PLAIN || (largest > 0 && largest < SMALLEST_PLAIN * 10)) {
    const digits = Math.max(0, Math.floor(Math.log10(largest)) - Math.floor(Math.log10(step)));
    return splits.map((split) => {
      if (split === null) return "";
      return split === 0 ? "0" : split.toExponential(Math.min(digits, 12)).replace("e+", "e");
    });
  }
  const digits = digitsOf(step);
  return splits.map((split) => (split === null ? "" : minus(split.toFixed(digits))));
}

/** How many digits behind the point tell multiples of `step` apart. @param {number} step */
function digitsOf(step) {
  let digits = Math.min(Math.max(0, -Math.floor(Math.log10(step) + 1e-9)), 12);
  const rest = step * 10 ** digits;
  if (Math.abs(rest - Math.round(rest)) > 0.01 * rest) digits++; // 2.5, 0.25
  return digits;
}

/** @param {string} text */
function minus(text) {
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text.replace("-", "−");
}

/**
 * Write a time of day; with milliseconds if it has any.
 *
 * @param {number} time seconds since the epoch
 */
export function formatTime(time) {
  const moment = new Date(time * 1000);
  const [date, day] = [moment, new Date()];
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  const milliseconds = String(date.getMilliseconds()).padStart(3, "0");
  const today = date.toDateString() === day.toDateString();
  return `${today ? "" : `${calendar(date)} `}${clock}.${milliseconds}`;
}

/**
 * Write the labels of a time axis: the clock, and the date where a day begins.
 *
 * @param {number[]} splits seconds since the epoch
 * @param {number} step seconds
 */
export function formatTimeTicks(splits, step) {
  let before = "";
  return splits.map((split) => {
    const date = new Date(split * 1000);
    const day = calendar(date);
    const newDay = before !== "" && day !== before;
    before = day;
    let clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
    if (step < 60) clock += `:${two(date.getSeconds())}`;
    if (step < 1) clock += `.${String(date.getMilliseconds()).padStart(3, "0")}`;
    if (step >= 86400) return day;
    return newDay ? `${clock}\n${day}` : clock;
  });
}

/** @param {Date} date */
function calendar(date) {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** @param {number} number */
function two(number) {
  return String(number).padStart(2, "0");
}

/**
 * Write how long something takes or took.
 *
 * @param {number} seconds
 */
export function formatSpan(seconds) {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${trim(seconds / 60)} min`;
  if (seconds < 86400) return `${trim(seconds / 3600)} h`;
  return `${trim(seconds / 86400)} d`;
}

/** @param {number} number */
function trim(number) {
  return String(Math.round(number * 10) / 10);
}
