/** The notebook's colours for what is drawn on a canvas, which knows no CSS variables. */

/**
 * @typedef {object} Theme
 * @property {string} text
 * @property {string} muted
 * @property {string} grid
 * @property {string} frame
 * @property {string} background
 * @property {string} font family
 */

/**
 * @param {Element} el
 * @returns {Theme}
 */
export function themeOf(el) {
  const style = getComputedStyle(el);
  /** @param {string} name @param {string} fallback */
  const variable = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  const text = style.color || "#333";
  return {
    text: variable("--jp-ui-font-color1", text),
    muted: variable("--jp-ui-font-color2", "#808080"),
    grid: "rgba(128,128,128,0.16)",
    frame: "rgba(128,128,128,0.45)",
    background: variable("--jp-layout-color0", "transparent"),
    font: style.fontFamily || "sans-serif",
  };
}

/**
 * Call back whenever the theme may have changed, until the signal.
 *
 * @param {() => void} callback
 * @param {AbortSignal} signal
 */
export function onThemeChange(callback, signal) {
  const observer = new MutationObserver(callback);
  const attributeFilter = ["data-jp-theme-light", "data-jp-theme-name", "class"];
  observer.observe(document.body, { attributes: true, attributeFilter });
  observer.observe(document.documentElement, { attributes: true, attributeFilter });
  const media = matchMedia("(prefers-color-scheme: dark)");
  media.addEventListener("change", callback, { signal });
  signal.addEventListener("abort", () => observer.disconnect(), { once: true });
}
