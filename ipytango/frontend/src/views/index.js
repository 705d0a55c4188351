// The views by the names that panels call them by.

import { mount as plain } from "./plain.js";

/** @type {Record<string, import("../types.js").Mount>} */
export const views = { plain };
