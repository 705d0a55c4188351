// The fields in which a value is typed, by what it has to be.

import { withItsOwnKeys } from "../dom.js";
import { make } from "./device_parts.js";

const ARRAY_ROWS = 2;

/**
 * @typedef {object} Field
 * @property {HTMLElement} el
 * @property {() => string} text what was typed or chosen
 * @property {(text: string) => void} suggest show what is set now, or what it takes, until
 *   something is typed or chosen
 * @property {(on: boolean) => void} enable
 */

/**
 * Make the field for a member of a device.
 * @param {any} member
 * @param {AbortSignal} signal
 * @param {() => void} submit called when Enter is pressed
 * @returns {Field}
 */
export function fieldFor(member, signal, submit) {
  const el = make("span", `field ipytango-device-takes-${member.kind}`);
  const input = inputFor(member);
  input.setAttribute("aria-label", `Value for ${member.name}`);
  const keys = member.kind === "array" ? "Ctrl+Enter sends it" : "Enter sends it";
  input.title = `${member.name} takes ${member.expected}\n${keys}`;
  withItsOwnKeys(input);
  el.append(input);
  const limits = limitsText(member);
  if (limits) el.append(make("span", "limits", limits));
  input.addEventListener(
    "keydown",
    (/** @type {any} */ event) => {
      if (event.key !== "Enter" || (member.kind === "array" && !event.ctrlKey)) return;
      event.preventDefault();
      submit();
    },
    { signal },
  );
  let chosen = false;
  input.addEventListener("change", () => (chosen = true), { signal });
  return {
    el,
    text: () => input.value,
    suggest(text) {
      if (input instanceof HTMLTextAreaElement) input.placeholder = exampleOf(member) + (member.writable && text ? `\nset ${text}` : "");
      else if (input instanceof HTMLInputElement) input.placeholder = text;
      else if (!chosen && [...input.options].some(({ value }) => value === text)) input.value = text;
    },
    enable(on) {
      input.disabled = !on;
    },
  };
}

/** How an array is typed. @param {any} member */
function exampleOf({ type, takes, group }) {
  if (/(Long|Double)String/.test(takes)) return "1, 2, 3\na text in each line";
  if (/Boolean/.test(type ?? takes)) return "True, False";
  if (/String/.test(type ?? takes)) return group === "image" ? "a row in each line" : "a text in each line";
  return group === "image" ? "1, 2; 3, 4" : "1, 2, 3";
}

/** @param {any} member @returns {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} */
function inputFor(member) {
  const { kind, labels } = member;
  if (kind === "choice" || kind === "boolean") {
    const select = /** @type {HTMLSelectElement} */ (make("select", "input"));
    for (const label of kind === "boolean" ? ["True", "False"] : labels) select.append(new Option(label, label));
    return select;
  }
  if (kind === "array") {
    const area = /** @type {HTMLTextAreaElement} */ (make("textarea", "input"));
    area.rows = ARRAY_ROWS;
    area.placeholder = exampleOf(member);
    area.spellcheck = false;
    return area;
  }
  const input = /** @type {HTMLInputElement} */ (make("input", "input"));
  input.type = "text";
  input.spellcheck = false;
  input.autocomplete = "off";
  if (kind === "number") input.inputMode = "decimal";
  return input;
}

/** @param {any} member */
function limitsText({ kind, min, max, unit }) {
  if (kind !== "number" && kind !== "array") return "";
  const known = (/** @type {number|null|undefined} */ limit) => limit !== null && limit !== undefined;
  let text = "";
  if (known(min) && known(max)) text = `${min} … ${max}`;
  else if (known(min)) text = `≥ ${min}`;
  else if (known(max)) text = `≤ ${max}`;
  return [text, unit ?? ""].filter(Boolean).join(" ");
}
