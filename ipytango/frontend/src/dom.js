// What views make their part of a page with. Text goes in as text, never as HTML.

/**
 * Give what makes the elements of a view: `make("div", "row", text)` has the class
 * `ipytango-VIEW-row`.
 * @param {string} view
 */
export function maker(view) {
  /** @param {string} tag @param {string} [name] @param {string} [text] */
  return (tag, name, text) => {
    const element = document.createElement(tag);
    if (name) element.className = `ipytango-${view}-${name}`;
    if (text !== undefined) element.textContent = text;
    return element;
  };
}

/** What is known of something: names, and what there is to say. @param {[string, string][]} facts */
export function factList(facts) {
  const list = document.createElement("dl");
  list.className = "ipytango-facts";
  for (const [name, text] of facts) {
    const term = list.appendChild(document.createElement("dt"));
    const said = list.appendChild(document.createElement("dd"));
    term.textContent = name;
    said.textContent = text;
  }
  return list;
}

/**
 * Copy what stands in the place of a view without it: the display that the notebook keeps.
 * @param {import("./types.js").Host} host
 */
export function stillOf({ el, config }) {
  const still = document.createElement("div");
  const slot = el.closest(".ipytango-slot");
  const parts = slot ? [...slot.children].filter((child) => !child.classList.contains("ipytango-view")) : [];
  if (parts.length) still.append(...parts.map((part) => part.cloneNode(true)));
  else still.textContent = config.text;
  return still;
}

/** Keep a notebook's shortcuts off: Enter presses the button, "a" is a letter. @param {HTMLElement} element */
export function withItsOwnKeys(element) {
  element.dataset.lmSuppressShortcuts = "true";
  return element;
}

// Only what differs is written: for the rest the page has nothing to do.

/** @param {any} node @param {string} text */
export function write(node, text) {
  if (node.shown !== text) {
    node.shown = text;
    node.textContent = text;
  }
}

/** @param {any} node @param {string} text */
export function hint(node, text) {
  if (node.hinted !== text) {
    node.hinted = text;
    if (text) node.title = text;
    else node.removeAttribute("title");
  }
}

/** @param {any} node @param {string} name */
export function style(node, name) {
  if (node.styled !== name) {
    node.styled = name;
    node.className = name;
  }
}

/** @param {any} node @param {string} colour */
export function paint(node, colour) {
  if (node.painted !== colour) {
    node.painted = colour;
    node.style.backgroundColor = colour;
  }
}

/**
 * Give what has a view drawn soon: once, however often it is asked for, and not when it has gone.
 * @param {AbortSignal} signal @param {() => void} draw
 */
export function drawnSoon(signal, draw) {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      if (!signal.aborted) draw();
    });
  };
}

/** @param {string} text */
export async function copyText(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // A page that came over plain http from another machine has no clipboard but this one.
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("not allowed");
}
