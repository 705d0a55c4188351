// What can be said without a page: pure functions.

/** @typedef {import("./types.js").Buffer} Buffer */
/** @typedef {import("./types.js").Entry} Entry */
/** @typedef {import("./types.js").Frame} Frame */

export const VERSION = 1;

/** Confirmations: at most so often ... */
export const ACK_EVERY_MS = 500;
/** ... at once for a batch of so many bytes ... */
export const ACK_AT_ONCE_BYTES = 256_000;
/** ... and so often while only heartbeats come. */
export const ACK_BEATS_MS = 3000;
/** Without a message for so long, what is shown is stale. */
export const STALE_AFTER_MS = 3000;
/** Frames that may wait for a repaint before they are given up for a whole one. */
export const FRAMES_KEPT = 120;

const ARRAYS = {
  u1: Uint8Array,
  i1: Int8Array,
  u2: Uint16Array,
  i2: Int16Array,
  u4: Uint32Array,
  i4: Int32Array,
  f4: Float32Array,
  f8: Float64Array,
};

/**
 * View the bytes as a typed array; they are copied only if they are not aligned.
 * @param {string} type @param {number[]} shape @param {DataView} bytes
 * @returns {Buffer}
 */
export function typedArray(type, shape, bytes) {
  const Type = ARRAYS[/** @type {keyof typeof ARRAYS} */ (type)];
  if (!Type) throw new TypeError(`A buffer of type ${type} is not known here.`);
  let { buffer, byteOffset } = bytes;
  if (byteOffset % Type.BYTES_PER_ELEMENT) {
    buffer = buffer.slice(byteOffset, byteOffset + bytes.byteLength);
    byteOffset = 0;
  }
  const length = bytes.byteLength / Type.BYTES_PER_ELEMENT;
  const array = new Type(/** @type {ArrayBuffer} */ (buffer), byteOffset, length);
  return Object.assign(array, { shape });
}

/**
 * Take a batch apart: a frame for each panel.
 * @param {Entry[]} entries @param {DataView[]} buffers
 * @returns {Map<string, Frame>}
 */
export function framesOf(entries, buffers) {
  /** @type {Map<string, Frame>} */
  const frames = new Map();
  let next = 0;
  for (const { p, d, b = [], f, e } of entries) {
    const own = b.map(({ t, s }) => typedArray(t, s, buffers[next++]));
    frames.set(p, { data: d, buffers: own, whole: f === 1, error: e });
  }
  return frames;
}

/**
 * Put a frame behind those that wait to be drawn: a whole one makes them superfluous.
 * @param {Frame[]} waiting @param {Frame} frame
 */
export function queue(waiting, frame) {
  if (frame.whole) waiting.length = 0;
  waiting.push(frame);
}

/**
 * The text for a view that hears nothing any more.
 * @param {number} sinceMs  the kernel's time of its last message
 */
export function staleText(sinceMs) {
  return `stale since ${clockText(sinceMs)}: the kernel does not answer`;
}

/** With 24 hours, as in all displays. @param {number} ms */
export function clockText(ms) {
  return new Date(ms).toLocaleTimeString([], { hourCycle: "h23" });
}

/** @param {number} sinceMs */
export function closedText(sinceMs) {
  return `closed since ${clockText(sinceMs)}`;
}

