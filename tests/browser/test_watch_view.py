"""The view of a watch in a page: what is told is shown, in the reader's order, as text."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from browser.fake_kernel import FakeKernel
from ipytango.display import watch_colours
from ipytango.widgets import Frame

SCRIPT = "<script>document.title = 'executed'</script><img src=x onerror=\"document.title='run'\">"
MANY = 500
CONFIG = {"panel": "w", "period": 1.0, "paused": None, "colours": watch_colours()}

GOOD = {"state": "live", "source": "poll", "kind": "number", "quality": "VALID", "since": 1.0}
FAILURE = [
    {"reason": "Test_Failed", "description": "It failed", "origin": "here", "severity": "ERR"},
    {"reason": "API_Outer", "description": "So this did", "origin": "there", "severity": "ERR"},
]


def frame(values: dict[int, str], *, whole: bool = False, age_s: float = 0.0, **data: Any) -> Frame:
    """A frame as the kernel makes it."""
    now_s = time.time()
    times = np.full(2 * len(values), now_s - age_s)
    keys = np.array(list(values), dtype=np.uint32)
    told = {"now": now_s, "whole": whole, "gone": [], "rows": {}, "values": list(values.values())}
    return Frame({**told, **data}, (keys, times))


def whole(rows: dict[int, dict[str, Any]], values: dict[int, str], **options: Any) -> Frame:
    """A frame that says everything; a row is a good one but for what is said of it."""
    told = {
        key: {**GOOD, "place": key, "name": f"sys/tg_test/1/a{key}", "failure": [], **row}
        for key, row in rows.items()
    }
    return frame(values, whole=True, rows=told, **options)


@pytest.fixture
def watch(fake_kernel: FakeKernel) -> Locator:
    """A watch of three rows: 2.000, 10.000 and 1.000, the second in alarm."""
    rows: dict[int, dict[str, Any]] = {0: {"unit": "mm"}, 1: {"quality": "ALARM"}, 2: {}}
    return fake_kernel.show(
        "w", "watch", CONFIG, whole(rows, {0: "2.000", 1: "10.000", 2: "1.000"})
    )


def update(fake_kernel: FakeKernel, new: Frame) -> None:
    """Draw another frame, to its end."""
    fake_kernel.wait_for_ack(fake_kernel.draw("w", new, first=bool(new.data["whole"])))


def column(watch: Locator, name: str) -> list[str]:
    """What stands in one column, from above."""
    cells: list[tuple[float, str]] = watch.locator(
        ".ipytango-watch-row:not([hidden])"
    ).evaluate_all(
        "(rows, name) => rows.map((row) => [row.getBoundingClientRect().top, "
        "row.querySelector(`.ipytango-watch-${name}`).textContent])",
        name,
    )
    return [text for _, text in sorted(cells)]


def row(watch: Locator, name: str) -> Locator:
    """The row of an attribute."""
    return watch.locator(".ipytango-watch-row:not([hidden])").filter(has_text=name)


def test_rows_say_what_was_told(watch: Locator) -> None:
    assert column(watch, "name") == [f"sys/tg_test/1/a{key}" for key in range(3)]
    assert column(watch, "value") == ["2.000", "10.000", "1.000"]
    assert column(watch, "unit") == ["mm", "", ""]
    assert column(watch, "quality") == ["valid", "alarm", "valid"]
    assert column(watch, "source") == ["poll", "poll", "poll"]
    expect(watch.locator(".ipytango-watch-census")).to_have_text("3 rows")


def test_only_what_is_new_is_written(fake_kernel: FakeKernel, watch: Locator) -> None:
    watch.evaluate(
        """(slot) => {
            window.written = [];
            new MutationObserver((records) => {
                for (const { target } of records) {
                    if (!target.closest?.(".ipytango-watch-age, .ipytango-watch-census")) {
                        window.written.push(target.parentElement.className || target.className);
                    }
                }
            }).observe(slot.querySelector(".ipytango-watch-sheet"), {
                subtree: true, childList: true, characterData: true, attributes: true,
            });
        }"""
    )
    update(fake_kernel, frame({1: "11.000"}))
    assert column(watch, "value") == ["2.000", "11.000", "1.000"]
    written = set(fake_kernel.page.evaluate("window.written"))
    kinds = {name.removeprefix("ipytango-watch-").split()[0] for name in written if name}
    assert kinds <= {"value", "row", "time"}, written


def test_rows_come_and_go(fake_kernel: FakeKernel, watch: Locator) -> None:
    told = {7: {**GOOD, "place": 0.5, "name": "a/b/c/new", "failure": []}}
    update(fake_kernel, frame({7: "7.000"}, rows=told, gone=[2]))
    assert column(watch, "value") == ["2.000", "7.000", "10.000"]
    row(watch, "a/b/c/new").hover()
    row(watch, "a/b/c/new").locator("button").click()
    command = fake_kernel.wait_for("cmd")
    assert (command["op"], command["a"]) == ("remove", 7)


@pytest.mark.parametrize(
    ("title", "orders"),
    [
        ("value", (["1.000", "2.000", "10.000"], ["10.000", "2.000", "1.000"])),
        ("quality", (["10.000", "2.000", "1.000"], ["2.000", "1.000", "10.000"])),
        ("unit", (["2.000", "10.000", "1.000"], ["2.000", "10.000", "1.000"])),
    ],
)
def test_any_column_sorts(watch: Locator, title: str, orders: tuple[list[str], list[str]]) -> None:
    header = watch.get_by_role("columnheader", name=title)
    for order, said in zip(
        (*orders, ["2.000", "10.000", "1.000"]), ("asc", "desc", "none"), strict=True
    ):
        header.get_by_role("button").click()
        expect(header).to_have_attribute("aria-sort", f"{said}ending" if said != "none" else said)
        assert column(watch, "value") == order


@pytest.mark.parametrize(
    ("words", "left"), [("alarm", ["10.000"]), ("A2 valid", ["1.000"]), ("10", ["10.000"])]
)
def test_filter_looks_at_name_value_and_quality(
    watch: Locator, words: str, left: list[str]
) -> None:
    watch.get_by_label("Filter rows").fill(words)
    expect(watch.locator(".ipytango-watch-census")).to_have_text("1 of 3 rows")
    assert column(watch, "value") == left
    watch.get_by_label("Filter rows").fill("no such thing")
    expect(watch.get_by_text("No row matches the filter.")).to_be_visible()


def test_what_is_not_live_says_so(fake_kernel: FakeKernel, watch: Locator) -> None:
    away = {"state": "away", "failure": FAILURE}
    failed = {"state": "failed", "failure": FAILURE}
    rows: dict[int, dict[str, Any]] = {
        0: away,
        1: failed,
        2: {},
        3: {"state": "connecting"},
        4: {"failure": FAILURE},
    }
    update(fake_kernel, whole(rows, {0: "2.000", 1: "", 2: "1.000", 3: "", 4: ""}))
    assert column(watch, "value") == ["2.000", "Test_Failed", "1.000", "", "Test_Failed"]
    sources = column(watch, "source")
    assert [text.split()[0] for text in sources] == ["away", "failed", "poll", "connecting", "poll"]
    expect(watch.locator(".ipytango-watch-census")).to_have_text(
        "5 rows · 1 connecting · 1 away · 1 failed · 1 with errors"
    )
    faint = row(watch, "a0").locator(".ipytango-watch-value")
    assert float(faint.evaluate("cell => getComputedStyle(cell).opacity")) < 1


def test_polled_value_that_stays_out_is_stale(fake_kernel: FakeKernel, watch: Locator) -> None:
    update(fake_kernel, whole({0: {}, 1: {"source": "change"}}, {0: "1", 1: "2"}, age_s=60))
    sources = column(watch, "source")
    assert sources[0].startswith("stale")
    assert sources[1] == "events"  # they come when something changes
    assert column(watch, "age") == ["1 min", "1 min"]


def test_silent_kernel_leaves_no_row_live(fake_kernel: FakeKernel, watch: Locator) -> None:
    fake_kernel.close_panels("w")
    expect(watch.locator(".ipytango-watch-is-live")).to_have_count(0)
    expect(watch.locator(".ipytango-watch-census")).to_have_text("3 rows · 3 stale")


def test_details_fold_the_stack(fake_kernel: FakeKernel, watch: Locator) -> None:
    told = {"failure": FAILURE, "label": "A label", "description": "What it is"}
    update(fake_kernel, whole({0: told}, {0: ""}))
    row(watch, "a0").click()
    details = watch.locator(".ipytango-watch-details")
    expect(details).to_contain_text("What it is")
    expect(details.get_by_text("Test_Failed It failed")).to_be_visible()
    expect(details.get_by_text("So this did")).to_be_hidden()
    details.get_by_text("Test_Failed It failed").click()
    expect(details.get_by_text("So this did")).to_be_visible()
    details.get_by_title("Close the details").click()
    expect(details).to_be_hidden()


def test_hostile_text_is_text(fake_kernel: FakeKernel, watch: Locator) -> None:
    failure = [dict.fromkeys(("reason", "description", "origin", "severity"), SCRIPT)]
    texts = dict.fromkeys(("unit", "label", "description", "full", "set", "quality"), SCRIPT)
    rows: dict[int, dict[str, Any]] = {
        0: {**texts, "name": f"a/b/c/{SCRIPT}", "kind": "text"},
        1: {"failure": failure, "source": SCRIPT},
    }
    update(fake_kernel, whole(rows, {0: SCRIPT, 1: ""}))
    assert column(watch, "value") == [SCRIPT, SCRIPT]
    for place in range(2):
        watch.locator(".ipytango-watch-row").nth(place).click()
        expect(watch.locator(".ipytango-watch-details")).to_contain_text("executed")
    assert watch.locator("script, img").count() == 0
    assert fake_kernel.page.title() == "A page"


def test_pause_is_asked_for_and_shown(fake_kernel: FakeKernel, watch: Locator) -> None:
    watch.get_by_role("button", name="Pause").click()
    assert fake_kernel.wait_for("cmd")["a"] is True
    fake_kernel.open("w", "watch", {**CONFIG, "paused": time.time()})
    expect(watch.locator(".ipytango-watch-census")).to_contain_text("paused at")
    watch.get_by_role("button", name="Resume").click()
    fake_kernel.wait_for("cmd", "message => message.a === false")


def test_rows_that_are_shown_are_saved(fake_kernel: FakeKernel, watch: Locator) -> None:
    watch.get_by_role("columnheader", name="value").get_by_role("button").click()
    watch.get_by_label("Filter rows").fill("valid")
    expect(watch.locator(".ipytango-watch-census")).to_have_text("2 of 3 rows")
    with fake_kernel.page.expect_download() as download:
        watch.get_by_role("button", name="Save CSV").click()
        command = fake_kernel.wait_for("cmd", "message => message.op === 'csv'")
        assert command["a"] == [2, 0]
        fake_kernel.answer(command, v="attribute,value\n")
    assert download.value.path().read_text() == "attribute,value\n"
    assert download.value.suggested_filename.endswith(".csv")


def test_small_table_is_seen_whole(fake_kernel: FakeKernel, watch: Locator) -> None:
    update(fake_kernel, frame({0: "3.000"}))
    assert column(watch, "value")[0] == "3.000"
    assert not fake_kernel.sent("cmd")


def test_closed_watch_asks_no_more(fake_kernel: FakeKernel, watch: Locator) -> None:
    fake_kernel.close_panels("w")
    for name in ("Pause", "Copy CSV", "Save CSV"):
        expect(watch.get_by_role("button", name=name)).to_be_disabled()
    row(watch, "a1").hover()
    expect(watch.locator(".ipytango-watch-remove").filter(visible=True)).to_have_count(0)
    expect(watch.get_by_label("Filter rows")).to_be_enabled()


def test_refusal_is_shown(fake_kernel: FakeKernel, watch: Locator) -> None:
    watch.get_by_role("button", name="Copy CSV").click()
    fake_kernel.answer(fake_kernel.wait_for("cmd"), e="No such thing")
    expect(watch.get_by_text("No such thing")).to_be_visible()


def test_large_table_has_only_the_rows_in_sight(fake_kernel: FakeKernel, watch: Locator) -> None:
    rows: dict[int, dict[str, Any]] = {key: {} for key in range(MANY)}
    update(fake_kernel, whole(rows, {key: str(key) for key in range(MANY)}))
    expect(watch.locator(".ipytango-watch-census")).to_have_text(f"{MANY} rows")
    assert watch.locator(".ipytango-watch-row").count() < 40
    port = watch.locator(".ipytango-watch-port")
    port.evaluate("port => { port.scrollTop = port.scrollHeight; }")
    expect(row(watch, f"a{MANY - 1}")).to_be_visible()
    # The kernel hears which rows these are, and of none at the top.
    seen = fake_kernel.wait_for(
        "cmd", f"({{op, a}}) => op === 'seen' && a.keys.includes({MANY - 1})"
    )
    assert min(seen["a"]["keys"]) > MANY - 40
    update(fake_kernel, frame({MANY - 1: "new"}))
    assert column(watch, "value")[-1] == "new"
