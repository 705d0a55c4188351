// The views by the names that panels call them by.

import { mount as explore } from "./explore.js";
import { mount as device } from "./device.js";
import { mount as device_opener } from "./device_opener.js";
import { mount as events } from "./events.js";
import { mount as green } from "./green.js";
import { mount as pending } from "./pending.js";
import { mount as pending_many } from "./pending_many.js";
import { mount as plain } from "./plain.js";
import { mount as plot } from "./plot.js";
import { mount as server } from "./server.js";
import { mount as value } from "./value.js";
import { mount as watch } from "./watch.js";

/** @type {Record<string, import("../types.js").Mount>} */
export const views = { device, device_opener, events, explore, green, pending, pending_many, plain, plot, server, value, watch };
