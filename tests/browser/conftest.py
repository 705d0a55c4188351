"""A real JupyterLab in a real Chromium: one server for all tests, a page and a kernel for each."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import tango
from playwright.sync_api import expect, sync_playwright

from browser.fake_kernel import FakeKernel
from browser.lab import Lab, kernel_name
from browser.page import RUN_TIMEOUT_S, FrontEnd, NotebookPage, Watchdog
from support.ipykernels import KINDS, OF_THE_ENVIRONMENT, environment_of
from support.leftovers import MARK, Leftovers

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

    from conftest import StartServer

OpenNotebook = Callable[..., NotebookPage]
OpenAgain = Callable[..., NotebookPage]
Outside = Callable[[str], tango.DeviceProxy]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CHROMIUM_OPTIONS = (
    *("--disable-gpu", "--disable-quic", "--disable-sync", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update"),
)
WINDOW = {"width": 1280, "height": 1000}

# Kept when the test directories of pytest are long gone; .gitignore and `make clean` know it.
FAILURES = Path("build") / "browser-failures"

# Playwright's own 5 s are too few on a machine that has other work.
expect.set_options(timeout=RUN_TIMEOUT_S * 1000)

_failed = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Iterator[None] | pytest.TestReport:
    """Let the fixtures of a test know that it failed."""
    report: pytest.TestReport = yield  # type: ignore[assignment, misc]
    if report.failed:
        item.stash[_failed] = True
    return report


@pytest.fixture(scope="session")
def lab(tango_host: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A Jupyter server whose kernels find the demo's database."""
    with Lab(tmp_path_factory.mktemp("lab"), tango_host=tango_host) as lab:
        yield lab


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser. Not for the session: Playwright's event loop would stay in the main thread."""
    if CHROMIUM is None:
        pytest.skip("no chromium: `make chromium` installs it where it can")
    # Its processes come and go as they like; this fixture ends them all.
    environment: dict[str, str | float | bool] = {
        name: value for name, value in os.environ.items() if name != MARK
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=CHROMIUM_OPTIONS, env=environment
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def window(chromium: Browser) -> Iterator[BrowserContext]:
    """What the pages of a module share: the cache above all, since JupyterLab is large."""
    context = chromium.new_context(viewport=WINDOW)  # type: ignore[arg-type]
    yield context
    context.close()


@pytest.fixture(scope="module")
def module_watchdog(window: BrowserContext) -> Watchdog:
    """The watchdog of the window. To stop listening is a message whose answer nobody awaits."""
    return Watchdog(window)


@pytest.fixture
def watchdog(module_watchdog: Watchdog) -> Iterator[Watchdog]:
    """What the test's pages say and ask; no error of ours, no request beyond this machine."""
    module_watchdog.forget()
    yield module_watchdog
    module_watchdog.check()


@pytest.fixture
def open_notebook(
    request: pytest.FixtureRequest,
    lab: Lab,
    window: BrowserContext,
    watchdog: Watchdog,
    leftovers: Leftovers,
) -> Iterator[OpenNotebook]:
    """Open a notebook of these cells: `open_notebook("a", "b", kernel=..., front_end="lab")`."""
    stem = re.sub(r"\W+", "-", request.node.name).strip("-")
    pages: list[NotebookPage] = []

    def open_notebook(
        *cells: str, kernel: str = "python3", front_end: FrontEnd = "lab"
    ) -> NotebookPage:
        name = f"{stem}-{len(pages) + 1}.ipynb"
        lab.write_notebook(name, cells, kernel)
        pages.append(NotebookPage(window.new_page(), lab, name, front_end))
        return pages[-1]

    yield open_notebook
    if request.node.stash.get(_failed, False):
        _keep(stem, window, watchdog, lab)
    # The pages first: they would show a dialogue about a kernel that ended.
    for page in window.pages:
        page.close()
    lab.tidy()


@pytest.fixture
def open_again(open_notebook: OpenNotebook, lab: Lab, window: BrowserContext) -> OpenAgain:
    """Open a saved notebook in one more page: `open_again(notebook, with_kernel=False)`."""
    del open_notebook  # which closes the page
    return lambda notebook, **options: NotebookPage(
        window.new_page(), lab, notebook.name, **options
    )


@pytest.fixture
def device(start_server: StartServer) -> str:
    """A device of `support/servers/event_server.py`, for the test alone."""
    return start_server("event").devices[0]


@pytest.fixture
def fake_kernel(window: BrowserContext) -> Iterator[FakeKernel]:
    """An empty page with the bundle in it, on a kernel that the test plays."""
    page = window.new_page()
    page.set_content("<!doctype html><title>A page</title><body>")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(f"{error.message}\n{error.stack}"))
    yield FakeKernel(page)
    page.close()
    assert not errors, "Uncaught in the page:\n" + "\n".join(errors)


@pytest.fixture(params=KINDS)
def any_kernel(request: pytest.FixtureRequest) -> str:
    """The name of a kernelspec, for each kind of ipykernel."""
    environment_of(request.param)
    return "python3" if request.param == OF_THE_ENVIRONMENT else kernel_name(request.param)


@pytest.fixture
def outside(tango_host: str) -> Outside:
    """Reach devices as another program does: `outside("sys/tg_test/1")` is a proxy here."""
    return lambda device: tango.DeviceProxy(f"tango://{tango_host}/{device}")


def _keep(stem: str, window: BrowserContext, watchdog: Watchdog, lab: Lab) -> None:
    FAILURES.mkdir(parents=True, exist_ok=True)
    for number, page in enumerate(window.pages, start=1):
        (FAILURES / f"{stem}-{number}.png").write_bytes(page.screenshot())
    (FAILURES / f"{stem}.log").write_text(
        "--- console ---\n" + "\n".join(watchdog.lines) + "\n--- server and kernels ---\n" + lab.log
    )
