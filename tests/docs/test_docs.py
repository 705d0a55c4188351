"""The documentation builds without a warning, has a place for everything, and what it says runs."""

import re
import subprocess
import sys
import zlib
from collections import defaultdict
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from IPython.core.magic import Magics

import ipytango
import ipytango.magics
from support.kernels import Kernel

PROJECT = Path(__file__).parents[2]
DOCS = PROJECT / "docs"
BUILD_TIMEOUT_S = 100.0

EXAMPLE = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
"""What readers type. A code-block of another kind is not run."""


class Page(HTMLParser):
    """What a page links to, what it loads, and the places in it that can be linked to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.loads: set[str] = set()
        self.places: set[str] = set()
        self.feed(path.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what matters of a tag."""
        given = {name: value for name, value in attrs if value}
        self.places |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.add(given["href"])
        elif tag == "link" and given.get("rel") == "stylesheet":
            self.loads.add(given["href"])
        elif "src" in given:
            self.loads.add(given["src"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build all pages; a warning is an error, a name without a place is a warning."""
    scratch = tmp_path_factory.mktemp("docs")
    command = [
        *(sys.executable, "-m", "sphinx", "-W", "-n", "-q", "--keep-going"),
        *("-d", str(scratch / "doctrees"), str(DOCS), str(scratch / "site")),
    ]
    built = subprocess.run(
        command, capture_output=True, text=True, timeout=BUILD_TIMEOUT_S, check=False
    )
    assert built.returncode == 0, built.stderr
    return scratch / "site"


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in site.rglob("*.html")}


@pytest.fixture(scope="module")
def described(site: Path) -> dict[str, set[str]]:
    """What has a place in the reference, by its kind, from the inventory that Sphinx writes."""
    _, _, _, _, packed = (site / "objects.inv").read_bytes().split(b"\n", 4)
    names: dict[str, set[str]] = defaultdict(set)
    for line in zlib.decompress(packed).decode().splitlines():
        name, kind = re.match(r"(.+?) (\S+:\S+) ", line).groups()  # type: ignore[union-attr]
        names[kind].add(name)
    return names


def magics() -> Iterator[str]:
    for name in ipytango.magics.__all__:
        owner = getattr(ipytango.magics, name)
        if isinstance(owner, type) and issubclass(owner, Magics):
            yield from (f"%{magic}" for magic in owner.magics["line"])
            yield from (f"%%{magic}" for magic in owner.magics["cell"])


def test_each_magic_has_its_place(described: dict[str, set[str]]) -> None:
    assert {"%tango_green", "%%tango_green", "%mon"} <= set(magics())
    assert described["std:magic"] == set(magics())


def test_each_public_name_has_its_place(described: dict[str, set[str]]) -> None:
    python = set().union(*(names for kind, names in described.items() if kind.startswith("py:")))
    assert {f"ipytango.{name}" for name in ipytango.__all__} - python == set()


def test_each_error_has_its_place(described: dict[str, set[str]]) -> None:
    from ipytango import errors

    assert {f"ipytango.errors.{name}" for name in errors.__all__} <= described["py:exception"]


def test_each_command_has_its_place(described: dict[str, set[str]]) -> None:
    asked = [sys.executable, "-m", "ipytango.cli", "--help"]
    told = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=True).stdout
    commands = set(re.findall(r"^    ([a-z-]+)", told, re.MULTILINE))
    assert "serve-tcp" in commands
    assert {f"ipytango {command}" for command in commands} <= described["std:shell-command"]


def test_links_lead_somewhere(pages: dict[Path, Page]) -> None:
    lost = [
        f"{path.name}: {link}"
        for path, page in pages.items()
        for link in page.links | page.loads
        if not urlsplit(link).scheme and not is_there(path, link, pages)
    ]
    assert not lost, "\n".join(lost)


def is_there(path: Path, link: str, pages: dict[Path, Page]) -> bool:
    parts = urlsplit(link)
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not target.exists():
        return False
    return not parts.fragment or unquote(parts.fragment) in pages[target].places


def test_pages_load_nothing_from_elsewhere(pages: dict[Path, Page]) -> None:
    """A control room has no internet."""
    foreign = {load for page in pages.values() for load in page.loads if urlsplit(load).netloc}
    assert foreign == set()


def pages_with_examples() -> list[str]:
    pages = [PROJECT / "README.md", *sorted(DOCS.rglob("*.md"))]
    found = (path for path in pages if EXAMPLE.search(path.read_text()))
    return [path.relative_to(PROJECT).as_posix() for path in found]


def test_there_are_examples() -> None:
    some = {"README.md", "docs/tutorial.md", "docs/how_to/servers.md", "docs/how_to/futures.md"}
    assert some <= set(pages_with_examples())


@pytest.mark.parametrize("page", pages_with_examples())
def test_examples_run(page: str, fresh_kernel: Kernel) -> None:
    """The cells of a page, one after the other, in a kernel beside the demo."""
    for example in EXAMPLE.findall((PROJECT / page).read_text()):
        outcome = fresh_kernel.run(example)
        assert outcome.status == "ok", f"{example}\n{outcome.text}"
