// The display of a proxy, with a button that opens the device's panel beneath it.

import { asker } from "../asking.js";
import { stillOf, withItsOwnKeys } from "../dom.js";
import { make, messageOf } from "./device_parts.js";

/** @param {import("../types.js").Host} host @returns {import("../types.js").View} */
export function mount(host) {
  const ask = asker(host, messageOf);
  const still = stillOf(host);
  const button = /** @type {HTMLButtonElement} */ (withItsOwnKeys(make("button", "open", "Open panel")));
  button.type = "button";
  const place = make("div");
  let open = false;
  button.addEventListener(
    "click",
    async () => {
      button.disabled = true;
      await ask(open ? "close" : "open");
      button.disabled = false;
    },
    { signal: host.signal },
  );
  host.el.classList.add("ipytango-device-opener");
  host.el.append(still, button, place);
  return {
    draw({ panel }) {
      open = Boolean(panel);
      button.textContent = open ? "Close panel" : "Open panel";
      const shown = place.firstElementChild?.getAttribute("data-ipytango") ?? null;
      if (shown === panel) return;
      place.replaceChildren();
      if (!panel) return;
      const slot = make("div");
      slot.setAttribute("data-ipytango", panel);
      place.append(slot);
    },
    stale(since) {
      button.disabled = since !== null;
    },
  };
}
