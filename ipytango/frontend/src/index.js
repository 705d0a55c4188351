// The browser side of ipytango, as anywidget loads it: one hub for each kernel.

import { Hub } from "./hub.js";

export default {
  /** @param {{model: import("./types.js").Model}} context */
  initialize({ model }) {
    const hub = new Hub(model);
    hub.start();
    return () => hub.close();
  },
};
