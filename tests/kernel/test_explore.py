"""`%tango_explore` and `ipytango.explore` in a real kernel: the test plays the browser."""

from __future__ import annotations

from typing import Any

import pytest

from support.kernels import Kernel, value
from support.pages import PanelPage

DEVICE = "sys/tg_test/1"
FOUND = ["", "found"]
SCRIPT = "<script>alert(1)</script>"
WAYS: dict[str, list[list[str]]] = {
    "device": [["sys"], ["sys", "tg_test"]],
    "class": [["TangoTest"]],
    "server": [["TangoTest"], ["TangoTest", "test"]],
    "alias": [],
}


class Looker(PanelPage):
    """A page with one explorer in view, that keeps what it is told as the view does."""

    def __init__(self, kernel: Kernel, *, name: str = "page") -> None:
        super().__init__(kernel, "e.id", name=name)

    def told(self, key: str, path: list[str]) -> Any:
        """What the newest frame that speaks of a path says of what stands below it."""
        nodes: list[Any] = []
        for data in self.drawn(self.panel):
            if data["whole"]:
                nodes.clear()
            nodes += [node for known, node in data["nodes"] if known == path]
        return nodes[-1][key] if nodes else None

    def names(self, path: list[str]) -> list[str]:
        """The entries below a path, as they were told."""
        return [name for name, _, _ in self.told("branches", path) or ()]

    @property
    def newest(self) -> dict[str, Any]:
        """The newest frame; empty while there is none."""
        return next(reversed(self.drawn(self.panel)), {})


def followed(kernel: Kernel) -> set[str]:
    """What is followed."""
    names = value(
        kernel,
        "[feed.name for engine in ipytango.extension.loaded().client.feeds._engines "
        "for device in engine.devices for feed in device.feeds.values()]",
    )
    return set(names)


@pytest.fixture
def notebook(green_kernel: Kernel) -> Kernel:
    """A green kernel in which nothing is followed."""
    green_kernel.run("%reset -f\n%unload_ext ipytango\n%load_ext ipytango").check()
    green_kernel.run("import ipytango, tango").check()
    return green_kernel


def show(kernel: Kernel, arguments: str = "", **options: Any) -> Looker:
    """Run `e = %tango_explore ...`, display it and look at it."""
    kernel.run(f"e = %tango_explore {arguments}").check()
    kernel.run("e").check()
    return Looker(kernel, **options)


# --- the tree -------------------------------------------------------------------------------------


def test_tree_opens_level_by_level(notebook: Kernel) -> None:
    looker = show(notebook)
    looker.wait(lambda: "sys" in looker.names([]), "the domains")
    assert looker.told("branches", ["sys"]) is None
    looker.command("open", ["sys"])
    looker.wait(lambda: "tg_test" in looker.names(["sys"]), "the families")
    looker.command("open", ["sys", "tg_test"])
    looker.wait(
        lambda: looker.told("branches", ["sys", "tg_test"]) == [["1", DEVICE, ""]], "the members"
    )
    later = Looker(notebook, name="later")
    later.wait(lambda: later.names(["sys", "tg_test"]) == ["1"], "all of it in another page")


@pytest.mark.parametrize("way", WAYS)
def test_ways(notebook: Kernel, way: str) -> None:
    notebook.run(f"tango.Database().put_device_alias({DEVICE!r}, 'explored')").check()
    looker = show(notebook, f"--by {way}")
    for path in WAYS[way]:
        looker.wait(lambda path=path: path[-1] in looker.names(path[:-1]), f"{path}")  # type: ignore[misc]
        looker.command("open", path)
    name, device = {"device": ("1", DEVICE), "alias": ("explored", "explored")}.get(
        way, (DEVICE, DEVICE)
    )
    last = WAYS[way][-1] if WAYS[way] else []
    looker.wait(lambda: name in looker.names(last), f"the devices below {last}")
    found = next(branch for branch in looker.told("branches", last) if branch[0] == name)
    assert found[1] == device
    notebook.run("tango.Database().delete_device_alias('explored')").check()


def test_hosts(notebook: Kernel) -> None:
    looker = show(notebook, "--by host")
    looker.wait(lambda: looker.names([]), "the hosts")
    hosts = looker.names([])
    for host in hosts:
        looker.command("open", [host])
    looker.wait(lambda: any("TangoTest/test" in looker.names([host]) for host in hosts), "servers")


@pytest.mark.parametrize(
    ("text", "found"), [("TG_TE", [DEVICE]), ("sys/tg_*", [DEVICE]), ("no such thing", [])]
)
def test_search(notebook: Kernel, text: str, found: list[str]) -> None:
    looker = show(notebook)
    looker.command("search", text)
    looker.wait(lambda: looker.told("pending", FOUND) is False, "the answer")
    assert looker.names(FOUND) == found
    looker.command("search", "")
    looker.wait(lambda: looker.newest.get("sought") == "", "the tree again")


def test_from_code(notebook: Kernel) -> None:
    notebook.run("e = ipytango.explore(by='class')").check()
    notebook.run("e.open('TangoTest')\ne.search('')").check()
    assert "▾ TangoTest\n  · sys/tg_test/1" in value(notebook, "e.text()")
    outcome = notebook.run("ipytango.explore(by='colour')")
    assert outcome.error is not None
    assert "device, class, server, host, alias; not by 'colour'" in str(outcome.error)


@pytest.mark.parametrize(
    ("arguments", "opened"),
    [
        ("SYS/TG_test", [["sys"], ["sys", "tg_test"]]),
        ("sys/tg_test/1", [["sys"], ["sys", "tg_test"]]),
        ("--by server tangotest/TEST", [["TangoTest"], ["TangoTest", "test"]]),
    ],
)
def test_path_is_opened_in_any_case(
    notebook: Kernel, arguments: str, opened: list[list[str]]
) -> None:
    looker = show(notebook, arguments)
    looker.wait(lambda: looker.newest.get("opened") == [[], *opened], f"{opened}")
    assert value(notebook, "e.selected") == (DEVICE if arguments.endswith("/1") else "")


def test_no_such_path(notebook: Kernel) -> None:
    said = notebook.run("%tango_explore sys/nonsense").stderr
    assert "'sys/nonsense' is not in this tree: sys has no 'nonsense'" in said


def test_search_finds_aliases(notebook: Kernel) -> None:
    notebook.run(f"tango.Database().put_device_alias({DEVICE!r}, 'sought')").check()
    looker = show(notebook, "--search OUGH")
    looker.wait(lambda: looker.names(FOUND) == [DEVICE], "the alias's device")
    assert looker.told("branches", FOUND) == [[DEVICE, DEVICE, "alias sought"]]
    notebook.run("tango.Database().delete_device_alias('sought')").check()


@pytest.mark.parametrize("way", ["device", "class", "server"])
def test_search_finds_classes_and_servers(notebook: Kernel, way: str) -> None:
    looker = show(notebook, f"--by {way} --search tangoTES")
    server, kind = ["TangoTest/test", "", "server"], ["TangoTest", "", "class"]
    folders = [kind, server] if way == "class" else [server, kind]
    own = "dserver/TangoTest/test"
    looker.wait(lambda: looker.told("branches", FOUND) == [*folders, [own, own, ""]], "all of it")
    looker.wait(lambda: looker.names([*FOUND, "TangoTest"]) == [DEVICE], "the class's devices")
    looker.wait(lambda: DEVICE in looker.names([*FOUND, "TangoTest/test"]), "the server's")
    shown = value(notebook, "e.text()").splitlines()
    assert shown[shown.index("▾ TangoTest class") + 1].startswith(f"  · {DEVICE}")
    assert "▾ TangoTest/test server" in shown
    assert any(line.startswith(f"  · {DEVICE} TangoTest") for line in shown)


def test_search_opens_nothing_where_devices_were_found(notebook: Kernel) -> None:
    looker = show(notebook, "--search test")
    looker.wait(lambda: looker.told("pending", FOUND) is False, "the answer")
    assert [DEVICE, DEVICE, ""] in looker.told("branches", FOUND)
    assert not [path for path in looker.newest["opened"] if path[:2] == FOUND]
    looker.command("open", [*FOUND, "TangoTest"])
    looker.wait(lambda: looker.names([*FOUND, "TangoTest"]) == [DEVICE], "what was opened")


def test_search_in_a_tree_by_host_finds_hosts(notebook: Kernel) -> None:
    looker = show(notebook, "--by host")
    looker.wait(lambda: looker.names([]), "the hosts")
    host = looker.names([])[0]
    looker.command("search", host)
    looker.wait(lambda: [host, "", "host"] in (looker.told("branches", FOUND) or []), "the host")
    looker.command("open", [*FOUND, host])
    looker.wait(lambda: looker.names([*FOUND, host]), "its servers")
    server = looker.names([*FOUND, host])[0]
    looker.command("open", [*FOUND, host, server])
    looker.wait(lambda: looker.names([*FOUND, host, server]), "their devices")


# --- devices --------------------------------------------------------------------------------------


def test_states_of_what_is_seen_and_of_nothing_else(notebook: Kernel) -> None:
    looker = show(notebook, "sys/tg_test")
    assert followed(notebook) == set()
    looker.command("see", {"view": "a", "devices": ["no name", DEVICE, "sys/none/1"]})

    def states() -> dict[str, Any]:
        told: dict[str, Any] = {}
        for data in looker.drawn(looker.panel):
            told |= data["states"]
        return told

    looker.wait(lambda: states().get(DEVICE, [""])[0] == "RUNNING", "the state of TangoTest")
    looker.wait(lambda: "sys/none/1" in states(), "what is known of no device")
    assert states()["sys/none/1"][0] == "unknown"
    assert "DeviceNotDefined" in states()["sys/none/1"][2]
    notebook.run("e.sleep()").check()
    notebook.wait_until(lambda: followed(notebook) == set(), "nothing followed while asleep")
    notebook.run("e.waken()").check()
    notebook.wait_until(lambda: followed(notebook), "states followed again")
    looker.command("see", {"view": "a", "devices": []})
    notebook.wait_until(lambda: followed(notebook) == set(), "nothing followed")


def test_views_have_their_own_rows(notebook: Kernel) -> None:
    looker = show(notebook, "sys/tg_test")
    other = "sys/database/2"

    def seen() -> set[str]:
        return set(value(notebook, "list(e._states._followings)"))

    looker.command("see", {"view": "a", "devices": [DEVICE]})
    looker.command("see", {"view": "b", "devices": [other]})
    assert seen() == {DEVICE, other}
    looker.command("see", {"view": "b", "devices": [DEVICE, other]})
    looker.command("see", {"view": "a", "devices": []})
    assert seen() == {DEVICE, other}
    many = [f"sys/many/{number}" for number in range(1000)]
    looker.command("see", {"view": "a", "devices": many})
    assert len(seen()) == 200
    assert seen() > {DEVICE, other}
    for view in range(8):
        looker.command("see", {"view": f"later {view}", "devices": [DEVICE]})
    assert seen() == {DEVICE}


def test_facts_of_a_selected_device(notebook: Kernel) -> None:
    looker = show(notebook, "sys/tg_test")
    looker.command("select", DEVICE)
    looker.wait(lambda: looker.newest.get("facts"), "facts")
    facts = dict(looker.newest["facts"])
    assert (facts["class"], facts["server"]) == ("TangoTest", "TangoTest/test")
    assert facts["running"] == "yes"
    assert value(notebook, "e.selected") == DEVICE


def test_panels_are_opened_and_closed(notebook: Kernel) -> None:
    looker = show(notebook)
    assert "e" not in looker.command("panel", DEVICE)
    looker.wait(lambda: looker.config.get("panels"), "the panel's place")
    assert looker.config["panels"] == [[DEVICE, value(notebook, f"e.panels[{DEVICE!r}].id")]]
    looker.command("shut", DEVICE)
    looker.wait(lambda: looker.config["panels"] == [], "no panel")
    assert value(notebook, "len(e.panels)") == 0


# --- what may go wrong ----------------------------------------------------------------------------


def test_no_database_there(notebook: Kernel) -> None:
    notebook.run("e = %tango_explore --db 127.0.0.1:1").check()
    notebook.run("e").check()
    looker = Looker(notebook)
    looker.wait(lambda: looker.told("failure", []), "why there is nothing")
    assert "127.0.0.1:1 was asked for domains" in looker.told("failure", [])


@pytest.mark.parametrize(
    ("arguments", "error"),
    [("--by colour", "invalid choice"), ("--db nowhere", "names no Tango database")],
)
def test_bad_arguments(notebook: Kernel, arguments: str, error: str) -> None:
    assert error in notebook.run(f"%tango_explore {arguments}").stderr


def test_unknown_commands_and_hostile_ones(notebook: Kernel) -> None:
    looker = show(notebook)
    assert "e" in looker.command("delete", DEVICE)
    assert "e" in looker.command("by", SCRIPT)
    looker.command("search", SCRIPT)
    looker.wait(lambda: looker.told("pending", FOUND) is False, "the answer")
    shown = notebook.run("e").check().displays[-1]["text/html"]
    assert SCRIPT not in shown


def test_nothing_is_left_of_a_closed_explorer(notebook: Kernel) -> None:
    looker = show(notebook)
    looker.command("see", {"view": "a", "devices": [DEVICE]})
    looker.command("panel", DEVICE)
    notebook.wait_until(lambda: followed(notebook), "something followed")
    notebook.run("e.close()").check()
    notebook.wait_until(lambda: followed(notebook) == set(), "nothing followed")
