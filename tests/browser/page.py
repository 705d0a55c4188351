"""A notebook in a real browser, driven through JupyterLab's own commands.

Not by keystrokes: a key pressed while the page still settles is lost now and then. What is waited
for is a state of the page, never time.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import (
        BrowserContext,
        ConsoleMessage,
        Locator,
        Page,
        Request,
        WebError,
    )

    from browser.lab import Lab

FrontEnd = Literal["lab", "notebook"]
Theme = Literal["light", "dark"]

OPEN_TIMEOUT_S = 60.0
READY_TIMEOUT_S = 20.0
RUN_TIMEOUT_S = 60.0

_PATHS = {"lab": "lab/tree/{}?reset", "notebook": "notebooks/{}"}
_THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}

FIRST_CELL = ".jp-NotebookPanel .jp-Notebook .jp-Cell"

# The kernel's first messages are lost for a page whose connection still comes up.
READY_JS = """timeoutMs => {
    let step = 'JupyterLab';
    const ready = async () => {
        await jupyterapp.restored;
        const panel = jupyterapp.shell.currentWidget;
        step = 'the notebook';
        await panel.context.ready;
        step = 'its session';
        await panel.sessionContext.ready;
        step = "the kernel's first answer";
        await panel.sessionContext.session?.kernel?.info;
        return '';
    };
    const late = new Promise(resolve => setTimeout(() => resolve(step), timeoutMs));
    return Promise.race([ready(), late]);
}"""
STARTED_JS = "async () => Boolean(window.jupyterapp && (await jupyterapp.restored, true))"
IDLE_JS = """() => {
    const kernel = jupyterapp.shell.currentWidget.sessionContext.session?.kernel;
    return kernel?.connectionStatus === 'connected' && kernel.status === 'idle';
}"""
START_JS = """index => {
    const notebook = jupyterapp.shell.currentWidget.content;
    notebook.deselectAll();
    notebook.activeCellIndex = index;
    const run = { ended: false };
    (window.ipytangoRuns ??= {})[index] = run;
    jupyterapp.commands.execute('notebook:run-cell').finally(() => { run.ended = true; });
}"""
ENDED_JS = "index => window.ipytangoRuns?.[index]?.ended"
COMMAND_JS = "([name, args]) => jupyterapp.commands.execute(name, args)"
# Whatever a shell's channel still has to do comes first: ask when no cell runs.
EVALUATE_JS = """async expression => {
    const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const future = kernel.requestExecute({
        code: '', silent: true, store_history: false, user_expressions: { it: expression },
    });
    const { it } = (await future.done).content.user_expressions;
    return it.status === 'ok' ? it.data['text/plain'] : `${it.ename}: ${it.evalue}`;
}"""

# The bundle is a module that anywidget imports from a blob; other people's errors are their own.
_OURS = re.compile("blob:|ipytango|anywidget", re.IGNORECASE)
_LOCAL = re.compile(r"(https?|wss?)://127\.0\.0\.1[:/]|data:|blob:|about:")


class Watchdog:
    """Keeps what pages say on their console, and whom they ask for anything."""

    def __init__(self, context: BrowserContext) -> None:
        self.lines: list[str] = []
        self.errors: list[str] = []
        self.foreign: list[str] = []
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("request", self._on_request)

    def forget(self) -> None:
        """Start anew, for the next test."""
        self.lines.clear()
        self.errors.clear()
        self.foreign.clear()

    def check(self) -> None:
        """Fail on an error of our bundle, or a request that left this machine."""
        assert not self.errors, "Errors of the bundle on the console:\n" + "\n".join(self.errors)
        assert not self.foreign, f"Requests to other machines: {self.foreign}"

    def _on_console(self, message: ConsoleMessage) -> None:
        line = f"{message.type}: {message.text} ({message.location['url']})"
        self.lines.append(line)
        if message.type == "error" and _OURS.search(line):
            self.errors.append(line)

    def _on_error(self, thrown: WebError) -> None:
        error = thrown.error
        line = f"uncaught: {error.message}\n{error.stack}"
        self.lines.append(line)
        if _OURS.search(line):
            self.errors.append(line)

    def _on_request(self, request: Request) -> None:
        if not _LOCAL.match(request.url):
            self.foreign.append(request.url)


class NotebookPage:
    """One notebook in one browser window. Cells are counted from 0."""

    def __init__(
        self,
        page: Page,
        lab: Lab,
        name: str,
        front_end: FrontEnd = "lab",
        *,
        with_kernel: bool = True,
    ) -> None:
        """Load the notebook `name` in the page, and wait until its kernel is idle.

        Without a kernel it is JupyterLab's "No Kernel": the page has what the file has.
        """
        self.page = page
        self.name = name
        if with_kernel:
            page.goto(f"{lab.url}/{_PATHS[front_end].format(name)}")
            self._await_ready()
        else:
            page.goto(f"{lab.url}/lab?reset")
            page.wait_for_function(STARTED_JS, timeout=OPEN_TIMEOUT_S * 1000)
            self.command("docmanager:open", path=name, kernelPreference={"shouldStart": False})
            page.wait_for_selector(FIRST_CELL, timeout=OPEN_TIMEOUT_S * 1000)
            missing = self._what_is_not_ready()
            assert not missing, f"{name} waits for {missing}"

    # --- cells --------------------------------------------------------------------------------

    def run(self, cell: int, timeout: float = RUN_TIMEOUT_S) -> str:
        """Run a cell to its end, as the page sees it; gives the text of its output."""
        self.start(cell)
        return self.finish(cell, timeout)

    def run_all(self) -> None:
        """Run the cells one after the other."""
        for cell in range(self.page.locator(FIRST_CELL).count()):
            self.run(cell)

    def start(self, cell: int) -> None:
        """Run a cell and do not wait."""
        self.page.evaluate(START_JS, cell)

    def finish(self, cell: int, timeout: float = RUN_TIMEOUT_S) -> str:
        """Wait until a started cell has ended; gives the text of its output."""
        self.wait_for(ENDED_JS, cell, timeout=timeout)
        expect(self.prompt(cell)).to_have_text(re.compile(r"^\[\d+\]"))
        return self.text(cell)

    def is_running(self, cell: int) -> bool:
        """Say whether a started cell has not ended yet."""
        return not self.page.evaluate(ENDED_JS, cell)

    def cell(self, cell: int) -> Locator:
        """Find a cell."""
        return self.page.locator(FIRST_CELL).nth(cell)

    def prompt(self, cell: int) -> Locator:
        """Find a cell's input prompt: `[3]:`, or `[*]:` while it runs."""
        return self.cell(cell).locator(".jp-InputPrompt")

    def output(self, cell: int) -> Locator:
        """Find the area of what a cell has shown."""
        return self.cell(cell).locator(".jp-Cell-outputArea")

    def text(self, cell: int) -> str:
        """Read what a cell has shown, as a person does: empty without an output."""
        outputs = self.output(cell).locator(".jp-OutputArea-output")
        return "\n".join(text.strip("\n") for text in outputs.all_inner_texts())

    def wait_for_text(self, cell: int, text: str, timeout: float = RUN_TIMEOUT_S) -> None:
        """Wait until the output of a cell contains `text`."""
        expect(self.output(cell)).to_contain_text(text, timeout=timeout * 1000)

    def wait_for(
        self, condition: str, argument: Any = None, *, timeout: float = RUN_TIMEOUT_S
    ) -> Any:
        """Wait until a JavaScript function of `argument` gives something true; gives that."""
        handle = self.page.wait_for_function(condition, arg=argument, timeout=timeout * 1000)
        return handle.json_value()

    def scroll_to(self, cell: int) -> None:
        """Bring a cell into view."""
        self.cell(cell).scroll_into_view_if_needed()

    # --- the notebook and its kernel ------------------------------------------------------------

    def command(self, name: str, **args: Any) -> None:
        """Execute one of JupyterLab's commands to its end."""
        self.page.evaluate(COMMAND_JS, [name, args])

    def save(self) -> None:
        """Write the notebook to its file, outputs included."""
        self.command("docmanager:save")

    def reload(self) -> None:
        """Reload the page; the kernel goes on."""
        self.page.reload()
        self._await_ready()

    def clear_output(self, cell: int) -> None:
        """Clear the outputs of a cell."""
        self.page.evaluate(
            "index => { jupyterapp.shell.currentWidget.content.activeCellIndex = index; }", cell
        )
        self.command("notebook:clear-cell-output")

    def evaluate_in_kernel(self, expression: str) -> str:
        """Give the text form of an expression's value in the kernel, when no cell runs."""
        return str(self.page.evaluate(EVALUATE_JS, expression))

    def interrupt(self) -> None:
        """Interrupt the kernel as the stop button does."""
        self.command("notebook:interrupt-kernel")

    def restart_kernel(self) -> None:
        """Restart the kernel, without the question whether to, and wait until it is idle."""
        self.page.evaluate(
            "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
        )
        self._await_ready()

    def shut_down_kernel(self) -> None:
        """End the kernel; the page stays."""
        self.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")

    def wait_until_idle(self, timeout: float = RUN_TIMEOUT_S) -> None:
        """Wait until the page knows that the kernel is idle."""
        self.wait_for(IDLE_JS, timeout=timeout)

    # --- looks --------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Choose JupyterLab's light or dark theme."""
        self.command("apputils:change-theme", theme=_THEMES[theme])
        self.wait_for(
            "light => document.body.dataset.jpThemeLight === light", str(theme == "light").lower()
        )

    def screenshot(self, path: Path) -> None:
        """Take a picture of the window."""
        path.write_bytes(self.page.screenshot())  # with `path=` Playwright starts threads

    def _await_ready(self) -> None:
        self.page.wait_for_selector(FIRST_CELL, timeout=OPEN_TIMEOUT_S * 1000)
        missing = self._what_is_not_ready()
        if missing:
            # JupyterLab waits for ever for an answer that was lost while it connected; a person
            # reloads the page.
            self.page.reload()
            self.page.wait_for_selector(FIRST_CELL, timeout=OPEN_TIMEOUT_S * 1000)
            again = self._what_is_not_ready()
            assert not again, f"{self.name} waits for {missing}, and after a reload for {again}"
        self.wait_until_idle(OPEN_TIMEOUT_S)

    def _what_is_not_ready(self) -> str:
        return str(self.page.evaluate(READY_JS, READY_TIMEOUT_S * 1000))
