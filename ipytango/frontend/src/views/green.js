// The green mode's status: the modes as chips, the facts as a table.

/** @type {import("../types.js").Mount} */
export function mount({ el, config }) {
  const chips = document.createElement("div");
  chips.className = "ipytango-green-modes";
  const title = document.createElement("b");
  title.textContent = "Tango green mode";
  const modes = config.modes.map((/** @type {string} */ name) => {
    const chip = document.createElement("span");
    chip.textContent = name;
    return chip;
  });
  chips.append(title, ...modes);
  const table = document.createElement("table");
  table.className = "ipytango-green-facts";
  const body = table.createTBody();
  el.append(chips, table);

  return {
    draw(data) {
      for (const chip of modes) chip.classList.toggle("chosen", chip.textContent === data.mode);
      body.replaceChildren(...data.rows.map(row));
    },
  };
}

/** @param {[string, string]} fact */
function row([name, value]) {
  const line = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = name;
  const cell = document.createElement("td");
  cell.textContent = value;
  line.append(head, cell);
  return line;
}
