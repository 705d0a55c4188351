"""The browser side of the hub: finds its panels in the page, draws, confirms, tells."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from playwright.sync_api import Locator, expect

from browser.fake_kernel import FakeKernel
from ipytango.widgets import Frame

SNAPSHOT = "<em>as it was</em>"


def said(text: str) -> Frame:
    """A frame of the plain view."""
    return Frame({"text": text})


def live(slot: Locator) -> Locator:
    """What the plain view shows."""
    return slot.locator(".ipytango-plain")


def badge(slot: Locator) -> Locator:
    """The line beneath a view."""
    return slot.locator(".ipytango-badge")


# --- panels and places ----------------------------------------------------------------------------


def test_page_says_hello(fake_kernel: FakeKernel) -> None:
    hello = fake_kernel.wait_for("hello")
    assert hello["v"] == 1
    assert hello["c"]
    assert "id" not in hello  # see the protocol


def test_first_frame_replaces_the_snapshot(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("p1", "plain", snapshot=SNAPSHOT)
    expect(slot.locator("em")).to_be_visible()
    expect(live(slot)).to_be_hidden()
    fake_kernel.draw("p1", said("42"))
    expect(live(slot)).to_have_text("42")
    expect(slot.locator("em")).to_be_hidden()


@pytest.mark.parametrize("opened_first", [True, False])
def test_place_and_opening_come_in_any_order(fake_kernel: FakeKernel, opened_first: bool) -> None:
    if opened_first:
        fake_kernel.open("p1", "plain")
    fake_kernel.place("p1")
    if not opened_first:
        assert fake_kernel.wait_for("ask")["u"] == ["p1"]
        fake_kernel.open("p1", "plain")
    message = fake_kernel.wait_for("vis", "message => message.m.includes('p1')")
    assert message["m"] == ["p1"]


def test_view_says_how_wide_it_is(fake_kernel: FakeKernel) -> None:
    fake_kernel.open("p1", "plain")
    slot = fake_kernel.place("p1")
    shown = fake_kernel.wait_for("vis", "message => 'p1' in message.p")
    width = slot.evaluate("element => element.clientWidth * devicePixelRatio")
    assert shown["p"] == {"p1": width}
    assert shown["n"] == ["p1"]


def test_other_width_asks_for_everything_anew(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("p1", "plain", frame=said("a"))
    slot.evaluate("element => { element.style.width = '300px'; }")
    message = fake_kernel.wait_for("vis", "message => message.p.p1 < 400")
    assert message["n"] == ["p1"]


def test_place_of_another_kernel_stays_as_it_is(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.place("unknown", SNAPSHOT)
    fake_kernel.wait_for("ask", "message => message.u.includes('unknown')")
    fake_kernel.close_panels("unknown")
    fake_kernel.forget()
    fake_kernel.show("p1", "plain", frame=said("a"))
    assert fake_kernel.sent("ask") == []  # asked for once
    expect(slot.locator("em")).to_be_visible()
    assert slot.inner_html() == SNAPSHOT


def test_two_views_of_one_panel(fake_kernel: FakeKernel) -> None:
    one = fake_kernel.show("p1", "plain", frame=said("a"))
    fake_kernel.place("p1")
    # The new one has seen nothing; the other one only gets everything once more.
    fake_kernel.wait_for("vis", "message => message.n.includes('p1')")
    fake_kernel.draw("p1", said("b"))
    views = fake_kernel.page.locator(".ipytango-plain")
    expect(views).to_have_text(["b", "b"])
    expect(one).to_be_visible()


def test_unknown_view_leaves_the_snapshot(fake_kernel: FakeKernel) -> None:
    fake_kernel.open("p1", "no such view")
    slot = fake_kernel.place("p1", SNAPSHOT)
    fake_kernel.show("p2", "plain", frame=said("a"))
    expect(slot.locator("em")).to_be_visible()
    assert slot.locator(".ipytango-view").count() == 0


def test_removed_output_is_told(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("p1", "plain", frame=said("a"))
    slot.evaluate("element => element.remove()")
    fake_kernel.wait_for("vis", "message => message.m.length === 0")
    assert fake_kernel.sent("bye") == []


def test_output_that_is_rendered_anew_keeps_its_view(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("p1", "plain", frame=said("line\n" * 100))
    slot.evaluate(
        """slot => {
            const view = slot.querySelector('.ipytango-plain');
            view.style.cssText = 'height: 50px; overflow: auto';
            view.tabIndex = 0;
            view.focus();
            view.scrollTop = 40;
        }"""
    )
    # The scroll event comes with the next repaint.
    fake_kernel.page.evaluate("() => new Promise(done => requestAnimationFrame(() => done()))")
    fake_kernel.page.evaluate("() => new Promise(done => requestAnimationFrame(() => done()))")
    fake_kernel.forget()
    slot.evaluate(
        """slot => {
            window.view = slot.querySelector('.ipytango-plain');
            slot.outerHTML = '<div data-ipytango="p1"><em>newer</em></div>';
        }"""
    )
    expect(live(slot)).to_be_visible()
    expect(slot.locator("em")).to_be_hidden()
    assert slot.evaluate("slot => slot.contains(window.view)")
    assert slot.evaluate("() => window.view.scrollTop") == 40
    assert slot.evaluate("() => document.activeElement === window.view")
    fake_kernel.draw("p1", said("b"), first=False)
    expect(live(slot)).to_have_text("b")
    assert all(message["m"] == ["p1"] for message in fake_kernel.sent("vis"))


def test_closed_notebook_is_no_removal(fake_kernel: FakeKernel) -> None:
    """JupyterLab takes the whole notebook away when its tab is closed; the kernel may go on."""
    fake_kernel.page.evaluate(
        "() => { document.body.innerHTML = '<main><div class=jp-Notebook></div></main>'; }"
    )
    fake_kernel.open("p1", "plain")
    fake_kernel.place("p1", into=".jp-Notebook")
    fake_kernel.wait_for("vis", "message => message.n.includes('p1')")
    fake_kernel.forget()
    fake_kernel.page.evaluate("() => document.querySelector('.jp-Notebook').remove()")
    fake_kernel.wait_for("bye")
    assert all(message["m"] == ["p1"] for message in fake_kernel.sent("vis"))


def test_page_that_goes_says_so(fake_kernel: FakeKernel) -> None:
    fake_kernel.show("p1", "plain")
    fake_kernel.page.evaluate("() => dispatchEvent(new PageTransitionEvent('pagehide'))")
    fake_kernel.wait_for("bye")


def test_hidden_page_sees_nothing(fake_kernel: FakeKernel) -> None:
    fake_kernel.show("p1", "plain")
    fake_kernel.page.evaluate(
        """() => {
            Object.defineProperty(document, 'hidden', { configurable: true, value: true });
            document.dispatchEvent(new Event('visibilitychange'));
        }"""
    )
    message = fake_kernel.wait_for("vis", "message => !('p1' in message.p)")
    assert message["m"] == ["p1"]


def test_view_out_of_sight_is_not_asked_for(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("p1", "plain", frame=said("a"))
    page = fake_kernel.page
    page.evaluate("() => document.body.insertAdjacentHTML('afterbegin', '<p style=height:9000px>')")
    message = fake_kernel.wait_for("vis", "message => !('p1' in message.p)")
    assert message["m"] == ["p1"]
    fake_kernel.draw("p1", said("missed"))
    fake_kernel.forget()
    slot.scroll_into_view_if_needed()
    fake_kernel.wait_for("vis", "message => message.n.includes('p1')")
    # What only adds to what was missed is of no use.
    fake_kernel.wait_for_ack(fake_kernel.draw("p1", said("more"), first=False))
    expect(live(slot)).to_have_text("a")
    fake_kernel.draw("p1", said("all"))
    expect(live(slot)).to_have_text("all")


def test_notebooks_of_two_kernels_share_a_page(fake_kernel: FakeKernel) -> None:
    other = FakeKernel(fake_kernel.page)
    mine = fake_kernel.show("p1", "plain", frame=said("mine"))
    theirs = other.show("p2", "plain", frame=said("theirs"))
    expect(live(mine)).to_have_text("mine")
    expect(live(theirs)).to_have_text("theirs")


def test_two_notebooks_of_one_kernel_share_a_page(fake_kernel: FakeKernel) -> None:
    """Each notebook has a model of its own; a place is served by one of them."""
    slot = fake_kernel.show("p1", "plain", frame=said("a"))
    other = FakeKernel(fake_kernel.page)
    other.open("p1", "plain")
    other.wait_for("hello")
    assert slot.locator(".ipytango-view").count() == 1


def test_notebook_that_is_opened_again_has_its_views_from_the_new_hub(
    fake_kernel: FakeKernel,
) -> None:
    """JupyterLab keeps the closed notebook's model for a while, and its comm hears nothing."""
    page = fake_kernel.page
    notebook = "document.body.innerHTML = '<main><div class=jp-Notebook></div></main>'"
    page.evaluate(f"() => {{ {notebook}; }}")
    fake_kernel.open("p1", "plain")
    fake_kernel.place("p1", into=".jp-Notebook")
    fake_kernel.wait_for("vis", "message => message.n.includes('p1')")
    page.evaluate("() => document.querySelector('.jp-Notebook').remove()")
    fake_kernel.wait_for("bye")
    page.evaluate(f"() => {{ {notebook}; }}")
    slot = fake_kernel.place("p1", SNAPSHOT, into=".jp-Notebook")
    reopened = FakeKernel(page)
    assert reopened.wait_for("ask")["u"] == ["p1"]
    reopened.open("p1", "plain")
    reopened.wait_for("vis", "message => message.n.includes('p1')")
    reopened.draw("p1", said("again"))
    expect(live(slot)).to_have_text("again")


# --- frames ---------------------------------------------------------------------------------------


def test_drawn_batch_is_confirmed(fake_kernel: FakeKernel) -> None:
    fake_kernel.show("p1", "plain")
    batches = [fake_kernel.draw("p1", said(str(number))) for number in range(5)]
    fake_kernel.wait_for_ack(batches[-1])


def test_small_batches_are_confirmed_seldom(fake_kernel: FakeKernel) -> None:
    fake_kernel.show("p1", "plain", frame=said("a"))
    fake_kernel.forget()
    duration_s = fake_kernel.page.evaluate("() => performance.now()") / 1000
    last = 0
    for number in range(40):
        last = fake_kernel.draw("p1", said(str(number)))
    fake_kernel.wait_for_ack(last)
    duration_s = fake_kernel.page.evaluate("() => performance.now()") / 1000 - duration_s
    assert len(fake_kernel.sent("ack")) <= 2 + duration_s / 0.5


def test_large_batch_is_confirmed_at_once(fake_kernel: FakeKernel) -> None:
    fake_kernel.show("p1", "plain", frame=said("a"))
    for _ in range(3):
        fake_kernel.forget()
        data = Frame({"text": "b"}, [np.zeros(300_000, np.uint8)])
        fake_kernel.wait_for_ack(fake_kernel.draw("p1", data))


def test_heartbeats_are_confirmed(fake_kernel: FakeKernel) -> None:
    """Else the kernel would take a page for closed that shows nothing that changes."""
    fake_kernel.wait_for("hello")
    fake_kernel.send({"k": "h"})
    fake_kernel.wait_for("ack")


def test_error_of_a_frame_is_shown_until_the_next(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("p1", "plain", frame=said("a"))
    fake_kernel.batch([{"p": "p1", "e": "ValueError: <b>no</b>"}])
    expect(badge(slot)).to_have_text("ValueError: <b>no</b>")
    expect(live(slot)).to_have_text("a")
    fake_kernel.draw("p1", said("b"), first=False)
    expect(badge(slot)).to_be_hidden()


def test_error_of_a_view_is_shown_and_stops_nothing(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("p1", "plain", frame=said("a"))
    other = fake_kernel.show("p2", "plain", frame=said("a"))
    fake_kernel.batch([{"p": "p1", "d": None, "b": []}, {"p": "p2", "d": {"text": "b"}, "b": []}])
    expect(badge(slot)).to_contain_text("TypeError")
    expect(live(other)).to_have_text("b")


def test_buffers_keep_type_and_shape_wherever_they_lie(fake_kernel: FakeKernel) -> None:
    """The model gives them at odd offsets, where a browser's arrays cannot begin."""
    slot = fake_kernel.show("p1", "plain")
    arrays: list[npt.NDArray[np.generic] | bytes] = [
        np.array([[1.5, np.nan, -np.inf]], ">f8"),
        np.array([1, 2, 3], np.int64),
        np.array([True, False]),
        np.arange(6, dtype=np.uint16).reshape(2, 3)[:, ::2],
        b"bytes",
        np.empty((0, 4), np.float32),
    ]
    fake_kernel.draw("p1", Frame({"text": "a", "tell": True}, arrays))
    expect(live(slot)).to_have_text(
        "a\n"
        "Float64Array 1,3: 1.5,NaN,-Infinity\n"
        "Float64Array 3: 1,2,3\n"
        "Uint8Array 2: 1,0\n"
        "Uint16Array 2,2: 0,2,3,5\n"
        "Uint8Array 5: 98,121,116,101,115\n"
        "Float32Array 0,4:"
    )


def test_config_that_changes_is_told(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("p1", "plain", {"title": "one"}, said("a"))
    expect(slot.locator(".ipytango-plain")).to_have_attribute("title", "one")
    fake_kernel.open("p1", "plain", {"title": "two"})
    expect(slot.locator(".ipytango-plain")).to_have_attribute("title", "two")


# --- commands -------------------------------------------------------------------------------------


def ask(slot: Locator) -> None:
    """Have the plain view ask its panel something."""
    slot.locator(".ipytango-plain").dispatch_event("ask")


def test_command_is_answered(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("p1", "plain", frame=said("a"))
    ask(slot)
    command = fake_kernel.wait_for("cmd")
    assert (command["p"], command["op"], command["a"]) == ("p1", "echo", "a")
    fake_kernel.answer({**command, "c": "another page"}, v="not mine")
    fake_kernel.answer(command, v="mine")
    expect(badge(slot)).to_have_text("mine")


def test_command_fails(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("p1", "plain", frame=said("a"))
    ask(slot)
    fake_kernel.answer(fake_kernel.wait_for("cmd"), e="it cannot be")
    expect(badge(slot)).to_have_text("it cannot be")


def test_command_to_a_closed_panel_fails(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("p1", "plain", frame=said("a"))
    ask(slot)
    fake_kernel.wait_for("cmd")
    fake_kernel.close_panels("p1")
    expect(badge(slot)).to_contain_text("closed: run its cell again")  # the one under way
    fake_kernel.forget()
    ask(slot)
    assert fake_kernel.sent("cmd") == []


# --- the kernel goes ------------------------------------------------------------------------------


def test_silent_kernel_makes_views_stale(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("p1", "plain", frame=said("a"))
    fake_kernel.page.clock.install()
    fake_kernel.page.clock.fast_forward(3500)
    fake_kernel.page.clock.run_for(1500)
    expect(badge(slot)).to_contain_text("stale since")
    fake_kernel.send({"k": "h"})
    expect(badge(slot)).to_be_hidden()


def test_silent_kernel_leaves_no_command_without_an_answer(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("p1", "plain", frame=said("a"))
    fake_kernel.page.clock.install()
    ask(slot)
    command = fake_kernel.wait_for("cmd")
    fake_kernel.page.clock.fast_forward(3500)
    fake_kernel.page.clock.run_for(1500)
    expect(badge(slot)).to_contain_text("The kernel does not answer")
    fake_kernel.answer(command, v="late")
    ask(slot)
    fake_kernel.answer(fake_kernel.wait_for("cmd", f"({{n}}) => n > {command['n']}"), v="mine")
    expect(badge(slot)).to_have_text("mine")


def test_closed_panel_freezes(fake_kernel: FakeKernel) -> None:
    slot = fake_kernel.show("p1", "plain", frame=said("a"))
    fake_kernel.close_panels("p1")
    expect(badge(slot)).to_contain_text("closed since")
    fake_kernel.draw("p1", said("b"))
    fake_kernel.wait_for("vis", "message => message.m.length === 0")
    expect(live(slot)).to_have_text("a")


def test_view_that_has_drawn_nothing_leaves_the_snapshot_when_closed(
    fake_kernel: FakeKernel,
) -> None:
    slot = fake_kernel.show("p1", "plain", snapshot=SNAPSHOT)
    fake_kernel.close_panels("p1")
    expect(slot.locator("em")).to_be_visible()
    assert slot.locator(".ipytango-view").count() == 0


def test_closed_hub_closes_all(fake_kernel: FakeKernel) -> None:
    slots = [fake_kernel.show(name, "plain", frame=said("a")) for name in ("p1", "p2")]
    fake_kernel.close_model()
    for slot in slots:
        expect(badge(slot)).to_contain_text("closed since")
        expect(live(slot)).to_have_text("a")


def test_page_that_was_forgotten_says_hello_again(fake_kernel: FakeKernel) -> None:
    fake_kernel.show("p1", "plain", frame=said("a"))
    fake_kernel.forget()
    fake_kernel.send({"k": "w"})
    fake_kernel.wait_for("hello")
    assert fake_kernel.wait_for("vis")["n"] == ["p1"]


def test_other_version_of_the_protocol_leaves_the_page_alone(fake_kernel: FakeKernel) -> None:
    other = FakeKernel(fake_kernel.page, version=0)
    slot = other.place("p1", SNAPSHOT)
    other.open("p1", "plain")
    assert slot.inner_html() == SNAPSHOT
    assert other.sent("hello") == []
