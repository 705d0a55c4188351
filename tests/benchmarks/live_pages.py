"""What the measured pages run: functions of JavaScript that count, and lay out."""

COUNT_CANVASES = """() => {
    window.drawn = 0;
    const clear = CanvasRenderingContext2D.prototype.clearRect;
    CanvasRenderingContext2D.prototype.clearRect = function (...args) {
        if (this.canvas.isConnected && this.canvas.closest(".ipytango-plot")) window.drawn++;
        return clear.apply(this, args);
    };
}"""
"""Counts what plots draw, in `drawn`."""

COUNT_TEXTS = """selector => {
    window.drawn = 0;
    const options = { childList: true, characterData: true, subtree: true };
    for (const element of document.querySelectorAll(selector)) {
        new MutationObserver(() => window.drawn++).observe(element, options);
    }
}"""
"""Counts in `drawn` how often the text in an element changes."""

DRAWN = "() => window.drawn"

SIDE_BY_SIDE = """() => {
    const style = document.createElement("style");
    style.textContent = `
        .jp-OutputArea:has(.jp-OutputArea-child + .jp-OutputArea-child) {
            display: grid; grid-template-columns: repeat(6, 1fr); zoom: 0.4;
        }
        .jp-OutputPrompt { display: none; }`;
    document.head.append(style);
}"""
"""Puts the displays of one cell side by side, small, so that all are in view."""

STAMPS_OF_TEXT = """selector => {
    window.delays = [];
    const element = document.querySelector(selector);
    let last = element.textContent;
    const look = () => {
        const text = element.textContent;
        if (text === last) return;
        last = text;
        const note = () => window.delays.push(Date.now() - 1000 * Number(text));
        requestAnimationFrame(note);  // what was written is on the screen when this runs
    };
    const options = { childList: true, characterData: true, subtree: true };
    new MutationObserver(look).observe(element, options);
}"""
"""Notes in `delays` how old, in milliseconds, the time is that an element shows anew."""

MOMENTS_OF_CANVAS = """() => {
    window.moments = [];
    const clear = CanvasRenderingContext2D.prototype.clearRect;
    const note = () => window.moments.push(Date.now() / 1000);
    CanvasRenderingContext2D.prototype.clearRect = function (...args) {
        if (this.canvas.isConnected) requestAnimationFrame(note);
        return clear.apply(this, args);
    };
}"""
"""Notes in `moments` when what was drawn on a canvas is on the screen, seconds since the epoch."""
