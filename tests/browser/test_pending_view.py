"""Pending results in the page: what is drawn, what is asked, what is not run."""

import re
from typing import Any

from playwright.sync_api import Locator, expect

from browser.fake_kernel import FakeKernel
from ipytango.widgets import Frame

CONFIG = {"kind": "Future", "device": "sys/tg_test/1", "operation": "read_attribute('<i>')"}


def one(phase: str, **more: Any) -> Frame:
    """A frame of one result."""
    data = {
        "phase": phase,
        "over": phase in ("done", "failed", "cancelled", "ended"),
        "note": "",
        "elapsed": 3.0,
        "exact": True,
        "cancels": "",
        "html": "",
    }
    return Frame(data | more, whole=True)


def many(done: int = 0, failed: int = 0, cancelled: int = 0, **more: Any) -> Frame:
    """A frame of many results."""
    data = {
        "done": done,
        "failed": failed,
        "cancelled": cancelled,
        "elapsed": 3.0,
        "cancellable": False,
        "results_from": 0,
        "results": [],
        "failures_from": 0,
        "failures": [],
    }
    return Frame(data | more)


def part(slot: Locator, name: str) -> Locator:
    return slot.locator(f".ipytango-pending-{name}")


def test_pending_result_is_replaced_by_its_value(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("p1", "pending", CONFIG, one("pending", note="at the device"))
    expect(part(slot, "operation")).to_have_text("read_attribute('<i>')")
    expect(part(slot, "device")).to_have_text("sys/tg_test/1")
    expect(part(slot, "note")).to_have_text("at the device")
    expect(part(slot, "elapsed")).to_have_text(re.compile(r"pending for 3\.[2-9]"))  # it counts
    expect(part(slot, "cancel")).to_be_hidden()
    fake_kernel.draw("p1", one("done", html="<b>42</b>", elapsed=61.2))
    expect(part(slot, "outcome").locator("b")).to_have_text("42")
    expect(part(slot, "elapsed")).to_have_text("done after 1 min 01 s")


def test_time_that_is_not_known_is_not_given(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("p1", "pending", CONFIG, one("not started", elapsed=None))
    expect(part(slot, "elapsed")).to_have_text("not started")
    fake_kernel.draw("p1", one("done", exact=False))
    expect(part(slot, "elapsed")).to_have_text("done after more than 3.00 s")


def test_button_cancels(fake_kernel: FakeKernel) -> None:
    frame = one("queued", cancels="take the call out of the queue")
    slot = fake_kernel.show("p1", "pending", CONFIG, frame)
    button = slot.get_by_role("button", name="cancel")
    expect(button).to_have_attribute("title", "take the call out of the queue")
    button.click()
    command = fake_kernel.wait_for("cmd")
    assert (command["p"], command["op"]) == ("p1", "cancel")
    expect(part(slot, "cancel")).to_be_disabled()
    fake_kernel.draw("p1", one("cancelled"))
    expect(part(slot, "cancel")).to_be_hidden()


def test_button_says_why_it_could_not_cancel(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("p1", "pending", CONFIG, one("queued", cancels="cancel"))
    slot.get_by_role("button", name="cancel").click()
    fake_kernel.answer(fake_kernel.wait_for("cmd"), e="This panel is closed")
    expect(slot.locator(".ipytango-badge")).to_contain_text("This panel is closed")
    expect(part(slot, "cancel")).to_be_enabled()


def test_html_of_a_value_runs_nothing(fake_kernel: FakeKernel) -> None:
    html = (
        "<script>window.ran = 1</script><img src=x onerror='window.ran = 2'>"
        "<a href=' javascript:window.ran = 3'>a</a><b>42</b>"
    )
    slot = fake_kernel.show("p1", "pending", CONFIG, one("done", html=html))
    expect(part(slot, "outcome").locator("b")).to_have_text("42")
    part(slot, "outcome").locator("a").click()
    assert fake_kernel.page.evaluate("window.ran") is None
    assert "onerror" not in part(slot, "outcome").inner_html()


def test_many_are_counted_and_listed_as_they_come(fake_kernel: FakeKernel) -> None:
    rows = [["0", "dev <i>", "1.5", "0.10 s"], ["2", "dev", "2.5", "0.20 s"]]
    config = {"what": "Futures", "total": 4}
    first = many(done=1, results=rows[:1], cancellable=True)
    slot = fake_kernel.show("p1", "pending_many", config, first)
    expect(part(slot, "counts").locator("span")).to_have_text(["1 done", "3 pending"])
    expect(part(slot, "key")).to_have_text(["0"])
    more = many(done=2, failed=1, results_from=1, results=rows[1:], failures=["<i>[3]</i>"])
    fake_kernel.draw("p1", more, first=False)
    expect(part(slot, "key")).to_have_text(["0", "2"])
    expect(part(slot, "failures").locator("i")).to_have_text("[3]")
    expect(part(slot, "counts").locator("span")).to_have_text(["2 done", "1 failed", "1 pending"])
    expect(slot.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "3")
    expect(part(slot, "cancel")).to_be_hidden()


def test_what_comes_twice_is_listed_once(fake_kernel: FakeKernel) -> None:
    """A page that has rows already gets everything when another page comes."""
    rows = [["0", "dev", "1", ""], ["1", "dev", "2", ""]]
    config = {"what": "Futures", "total": 4}
    slot = fake_kernel.show("p1", "pending_many", config, many(done=1, results=rows[:1]))
    fake_kernel.draw("p1", many(done=2, results=rows))
    expect(part(slot, "key")).to_have_text(["0", "1"])
    fake_kernel.draw("p1", many(done=2, results_from=1, results=rows[1:]), first=False)
    expect(part(slot, "counts").locator("span")).to_have_text(["2 done", "2 pending"])
    expect(part(slot, "key")).to_have_text(["0", "1"])
