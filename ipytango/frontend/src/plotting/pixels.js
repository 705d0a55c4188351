/** From levels to colours, and regions of an image. */

/** @typedef {{x0: number, y0: number, x1: number, y1: number}} Region in pixels of the image */

/** Levels are 1 to 255, from the lowest value's colour to the highest's; 0 is no number. */
const STEPS = 254;
const LEAST_PIXELS = 4;

/**
 * Turn 256 colours (RGBA in base64) into a table from level to pixel.
 *
 * @param {string} base64
 */
export function tableOf(base64) {
  const colours = Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
  const table = new Uint32Array(256);
  const bytes = new Uint8Array(table.buffer);
  for (let level = 1; level <= 255; level++) {
    const from = 4 * Math.round(((level - 1) * 255) / STEPS);
    bytes.set(colours.subarray(from, from + 4), 4 * level);
  }
  return table; // what is no number stays transparent
}

/**
 * @param {Uint8Array} levels
 * @param {number} width
 * @param {number} height
 * @param {Uint32Array} table
 */
export function coloured(levels, width, height, table) {
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = table[levels[i]];
  return image;
}

/**
 * Return the largest size of the same shape that has room.
 *
 * @param {number} width
 * @param {number} height
 * @param {number} mostWidth
 * @param {number} mostHeight
 */
export function fitted(width, height, mostWidth, mostHeight) {
  const factor = Math.min(mostWidth / width, mostHeight / height);
  return {
    width: Math.max(Math.floor(width * factor), 1),
    height: Math.max(Math.floor(height * factor), 1),
  };
}

/**
 * Widen a region to the shape of the image, and keep it within: pixels stay square.
 *
 * @param {Region} region
 * @param {number} width
 * @param {number} height
 * @returns {Region}
 */
export function regionIn({ x0, y0, x1, y1 }, width, height) {
  const share = Math.min(
    Math.max((x1 - x0) / width, (y1 - y0) / height, LEAST_PIXELS / Math.max(width, height)),
    1,
  );
  const [w, h] = [Math.max(share * width, 1), Math.max(share * height, 1)];
  const left = Math.min(Math.max((x0 + x1 - w) / 2, 0), width - w);
  const top = Math.min(Math.max((y0 + y1 - h) / 2, 0), height - h);
  return { x0: left, y0: top, x1: left + w, y1: top + h };
}
