"""The gevent hub on the asyncio loop: what gevent's own tests cannot know of."""

from __future__ import annotations

import asyncio
import contextvars
import itertools
import os
import resource
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import gevent
import gevent.event
import gevent.lock
import gevent.os
import gevent.queue
import gevent.socket
import gevent.subprocess
import nest_asyncio2
import pytest
from gevent import _hub_local

from ipytango.errors import BlocksTheLoop, HubError, NotInGreenTask
from ipytango.green import (
    AsyncioHub,
    await_,
    can_park,
    in_green_task,
    install_hub,
    spawn,
    uninstall_hub,
)

T = TypeVar("T")

LONG_S = 30.0
"""Longer than any test may take: a wait of this length must be ended from outside."""


@contextmanager
def hub_on_running_loop() -> Iterator[AsyncioHub]:
    hub = install_hub(asyncio.get_running_loop())
    try:
        yield hub
    finally:
        if gevent.get_hub() is hub:
            uninstall_hub(hub, force=True)


def in_cell(function: Callable[..., T], *args: Any) -> T:
    """Run `function` as a cell's code would run, with a hub on the loop; nothing is left behind."""

    async def main() -> T:
        before = _descriptors()
        with hub_on_running_loop():
            result = await in_green_task(function, *args)
        assert _descriptors() - before == set()
        return result

    return asyncio.run(main())


def _descriptors() -> set[str]:
    found = set()
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the listing's own descriptor
            found.add(f"{entry.name} -> {entry.readlink()}")
    return found


def hub() -> AsyncioHub:
    found = gevent.get_hub()
    assert isinstance(found, AsyncioHub)
    return found


# --- waiting --------------------------------------------------------------------------------------


def test_loop_goes_on_while_greenlets_run_and_wait() -> None:
    async def main() -> tuple[int, float]:
        ticks = [time.monotonic()]

        async def tick() -> None:
            while True:
                await asyncio.sleep(0.01)
                ticks.append(time.monotonic())

        ticker = asyncio.create_task(tick())
        with hub_on_running_loop():
            spinning = gevent.spawn(_spin_until, time.monotonic() + 0.5)
            await in_green_task(spinning.join)
        ticker.cancel()
        gaps = [after - before for before, after in itertools.pairwise(ticks)]
        return len(ticks), sorted(gaps)[len(gaps) // 2]

    count, median_gap = asyncio.run(main())
    assert count > 10
    assert median_gap < 0.05


def _spin_until(end: float) -> None:
    while time.monotonic() < end:
        gevent.sleep(0)


def test_greenlets_go_on_between_and_during_awaits() -> None:
    async def main() -> list[str]:
        seen: list[str] = []

        def background() -> None:
            for step in ("first", "second"):
                gevent.sleep(0.01)
                seen.append(step)

        with hub_on_running_loop():
            greenlet = gevent.spawn(background)
            done = asyncio.Event()
            greenlet.link(lambda _: done.set())
            await asyncio.wait_for(done.wait(), 5)
        return seen

    assert asyncio.run(main()) == ["first", "second"]


def test_two_green_tasks_wait_at_the_same_time() -> None:
    async def main() -> float:
        with hub_on_running_loop():
            begin = time.monotonic()
            await asyncio.gather(spawn(gevent.sleep, 0.2), spawn(gevent.sleep, 0.2))
            return time.monotonic() - begin

    assert 0.2 <= asyncio.run(main()) < 0.39


def test_who_is_woken_goes_on_before_anything_else() -> None:
    # gevent's semaphores hand over on this: with a delayed wake-up two would hold it.
    async def main() -> int:
        with hub_on_running_loop():
            semaphore = gevent.lock.Semaphore(1)
            inside = most = 0

            def work() -> None:
                nonlocal inside, most
                for _ in range(20):
                    with semaphore:
                        inside += 1
                        most = max(most, inside)
                        gevent.sleep(0)
                        inside -= 1

            gevent.spawn(work)
            await asyncio.gather(*(spawn(work) for _ in range(4)))
            return most

    assert asyncio.run(main()) == 1


def test_current_task_stays_the_cells_task_after_a_gevent_wait() -> None:
    async def main() -> None:
        with hub_on_running_loop():
            own = asyncio.current_task()

            def cell() -> None:
                gevent.sleep(0.01)
                assert asyncio.current_task() is own

            await in_green_task(cell)
            assert asyncio.current_task() is own

    asyncio.run(main())


def test_cancelling_the_task_ends_a_gevent_wait() -> None:
    async def main() -> None:
        with hub_on_running_loop() as installed:
            event = gevent.event.Event()
            task = spawn(event.wait)
            await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert event.linkcount() == 0
            assert installed.waiting() == []

    asyncio.run(main())


def test_timeout_ends_await_in_a_green_task_and_in_a_greenlet() -> None:
    def wait() -> str:
        try:
            with gevent.Timeout(0.02):
                await_(asyncio.sleep(LONG_S))
        except gevent.Timeout:
            return "timed out"
        return "not timed out"

    def cell() -> list[str]:
        return [wait(), gevent.spawn(wait).get()]

    assert in_cell(cell) == ["timed out", "timed out"]


def test_join_returns_when_nothing_is_left_to_do() -> None:
    def cell() -> tuple[bool, bool, bool]:
        greenlet = gevent.spawn(gevent.sleep, 0.05)
        early = hub().join(timeout=0.01)
        return early, hub().join(), greenlet.dead

    assert in_cell(cell) == (False, True, True)


def test_raw_greenlets_below_a_gevent_greenlet_may_wait() -> None:
    def cell() -> int:
        from greenlet import greenlet

        def deeper() -> int:
            gevent.sleep(0.01)
            return 7

        return int(gevent.spawn(lambda: greenlet(deeper).switch()).get())

    assert in_cell(cell) == 7


# --- who may not wait -----------------------------------------------------------------------------


def test_wait_inside_an_asyncio_task_is_refused_and_nothing_is_corrupted() -> None:
    async def main() -> None:
        with hub_on_running_loop() as installed:
            event, queue = gevent.event.Event(), gevent.queue.Queue()
            greenlet = gevent.spawn(queue.get)
            for wait in (event.wait, queue.get, greenlet.join, lambda: gevent.sleep(0)):
                with pytest.raises(BlocksTheLoop, match=r"await ipytango\.spawn"):
                    wait()
            with pytest.raises(BlocksTheLoop), gevent.Timeout(0.01):
                event.wait()
            assert event.linkcount() == 0
            await asyncio.sleep(0.02)
            queue.put("for the greenlet")
            assert await spawn(greenlet.get) == "for the greenlet"
            assert installed.waiting() == []

    asyncio.run(main())


def test_wait_in_a_callback_of_the_loop_is_refused() -> None:
    async def main() -> BaseException:
        refused: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()

        def callback() -> None:
            try:
                gevent.sleep(1)
            except BlocksTheLoop as error:
                refused.set_result(error)

        with hub_on_running_loop():
            asyncio.get_running_loop().call_soon(callback)
            return await asyncio.wait_for(refused, 5)

    assert "in a callback of the event loop" in str(asyncio.run(main()))


def test_coroutine_code_after_a_gevent_wait_may_not_wait_itself() -> None:
    # The hub ran this step of the task: the coroutine stands below it, and is still a coroutine.
    async def main() -> None:
        with hub_on_running_loop():
            await in_green_task(gevent.sleep, 0.01)
            assert not can_park()
            with pytest.raises(BlocksTheLoop):
                gevent.sleep(1)
            with pytest.raises(NotInGreenTask):
                await_(asyncio.sleep(0))
            await in_green_task(gevent.sleep, 0)

    asyncio.run(main())


@pytest.mark.parametrize("waited_before", [False, True])
def test_direct_switch_into_a_greenlet_comes_back(waited_before: bool) -> None:
    # gevent says that only the hub may do it; it must not take the loop along.
    def cell() -> list[str]:
        seen: list[str] = []
        greenlet = gevent.spawn(gevent.sleep, LONG_S)
        raw = gevent.spawn_raw(gevent.sleep, LONG_S)

        def start() -> None:
            seen.append("started")
            gevent.sleep(0)

        started = gevent.Greenlet(start)
        if waited_before:
            gevent.sleep(0)
        greenlet.throw(gevent.GreenletExit)
        with pytest.raises(LookupError):
            raw.throw(LookupError)
        started.switch()
        gevent.sleep(0.01)
        return [*seen, *("dead" if each.dead else "alive" for each in (greenlet, raw))]

    assert in_cell(cell) == ["started", "dead", "dead"]


def test_interrupt_between_two_callbacks_leaves_the_hub_alive() -> None:
    def cell() -> list[BaseException]:
        caught: list[BaseException] = []
        hub().on_system_error = caught.append
        loop = hub().loop
        feed_due, loop._feed_due = loop._feed_due, _interrupt
        loop.wake_soon()
        loop.aio.call_later(0.01, setattr, loop, "_feed_due", feed_due)
        gevent.sleep(0.02)
        return caught

    caught = in_cell(cell)
    assert caught
    assert {type(error) for error in caught} == {KeyboardInterrupt}


def _interrupt() -> None:
    raise KeyboardInterrupt


# --- awaiting in gevent greenlets -----------------------------------------------------------------


def test_await_in_a_greenlet_passes_results_and_errors_on() -> None:
    async def fail() -> None:
        await asyncio.sleep(0)
        raise LookupError("as it was")

    def cell() -> str:
        assert gevent.spawn(await_, asyncio.sleep(0.01, "result")).get() == "result"
        with pytest.raises(LookupError, match="as it was"):
            gevent.spawn(await_, fail()).get()
        return "done"

    assert in_cell(cell) == "done"


def test_killing_a_greenlet_cancels_what_it_awaits() -> None:
    async def main() -> bool:
        cancelled = asyncio.Event()

        async def awaited() -> None:
            try:
                await asyncio.sleep(LONG_S)
            except asyncio.CancelledError:
                cancelled.set()
                raise

        with hub_on_running_loop():
            greenlet = gevent.spawn(await_, awaited())
            await asyncio.sleep(0.01)
            await spawn(greenlet.kill)
            await asyncio.wait_for(cancelled.wait(), 5)
            return bool(greenlet.dead)

    assert asyncio.run(main())


# --- errors, contexts -----------------------------------------------------------------------------


def test_greenlets_timers_and_callbacks_run_in_the_context_of_their_spawner() -> None:
    cell_number: contextvars.ContextVar[int] = contextvars.ContextVar("cell_number", default=0)

    def cell() -> dict[str, int]:
        cell_number.set(3)
        seen: dict[str, int] = {}

        def note(where: str) -> None:
            seen[where] = cell_number.get()

        gevent.spawn(note, "spawn")
        gevent.spawn_later(0.001, note, "spawn_later")
        gevent.spawn_raw(note, "spawn_raw")
        timer = hub().loop.timer(0.001)
        timer.start(note, "timer")
        hub().loop.run_callback(note, "callback")
        event = gevent.event.Event()

        def wait_and_note() -> None:
            event.wait()
            note("after a wait")

        gevent.spawn(wait_and_note)
        cell_number.set(4)
        event.set()
        gevent.sleep(0.02)
        cell_number.set(3)
        return seen

    assert in_cell(cell) == {
        "spawn": 3,
        "spawn_later": 3,
        "spawn_raw": 3,
        "timer": 3,
        "callback": 3,
        "after a wait": 3,
    }


def test_traceback_is_printed_in_the_context_of_the_greenlet_that_failed() -> None:
    cell_number: contextvars.ContextVar[int] = contextvars.ContextVar("cell_number", default=0)
    printed: list[tuple[int, str]] = []

    class Stream:
        def write(self, text: str) -> None:
            printed.append((cell_number.get(), text))

        def flush(self) -> None: ...

    def cell() -> None:
        hub().exception_stream = Stream()
        cell_number.set(7)
        gevent.spawn(lambda: 1 / 0)
        gevent.spawn_raw({}.__getitem__, "missing")
        cell_number.set(8)
        gevent.sleep(0.01)

    in_cell(cell)
    assert {number for number, _ in printed} == {7}
    text = "".join(text for _, text in printed)
    assert "ZeroDivisionError" in text
    assert "KeyError" in text


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_system_error_in_a_background_greenlet_goes_to_the_hook(kind: type[BaseException]) -> None:
    def cell() -> list[BaseException]:
        caught: list[BaseException] = []
        hub().exception_stream = None
        hub().on_system_error = caught.append

        def fail() -> None:
            raise kind

        gevent.spawn(fail)
        gevent.sleep(0.01)
        return caught

    assert [type(error) for error in in_cell(cell)] == [kind]


def test_system_error_is_reported_to_asyncio_by_default() -> None:
    async def main() -> list[dict[str, Any]]:
        reports: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, report: reports.append(report))
        with hub_on_running_loop() as installed:
            installed.exception_stream = None

            def fail() -> None:
                raise KeyboardInterrupt

            gevent.spawn(fail)
            await in_green_task(gevent.sleep, 0.01)
        return reports

    (report,) = asyncio.run(main())
    assert isinstance(report["exception"], KeyboardInterrupt)


# --- descriptors, threads, processes, signals -----------------------------------------------------


def test_descriptor_of_an_asyncio_reader_can_be_watched_too() -> None:
    async def main() -> list[str]:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        seen: list[str] = []
        loop = asyncio.get_running_loop()

        def read() -> None:
            seen.append("asyncio")
            loop.remove_reader(ours)

        loop.add_reader(ours, read)
        with hub_on_running_loop():
            waiting = spawn(gevent.socket.wait_read, ours.fileno())
            await asyncio.sleep(0.01)
            theirs.send(b"x")
            await asyncio.wait_for(waiting, 5)
            seen.append("gevent")
            await asyncio.sleep(0)
        ours.close()
        theirs.close()
        return seen

    assert sorted(asyncio.run(main())) == ["asyncio", "gevent"]


def test_closing_a_watched_descriptor_does_not_break_the_loop() -> None:
    def cell() -> bool:
        for _ in range(3):  # the numbers come again
            reading, writing = os.pipe()
            greenlet = gevent.spawn(gevent.socket.wait_read, reading)
            gevent.sleep(0)
            os.close(reading)
            greenlet.kill()
            os.close(writing)
        ours, theirs = gevent.socket.socketpair()
        with ours, theirs:
            gevent.spawn_later(0.01, theirs.sendall, b"x")
            return bool(ours.recv(1) == b"x")

    assert in_cell(cell)


def test_regular_file_is_always_ready(tmp_path: Any) -> None:
    def cell() -> None:
        with open(tmp_path / "file", "w+") as file, gevent.Timeout(5):  # noqa: PTH123
            gevent.socket.wait_read(file.fileno())

    in_cell(cell)


def test_threads_wake_the_hub_once_for_many_results() -> None:
    def cell() -> tuple[int, int]:
        loop = hub().loop
        before = loop.iteration
        watchers = [loop.async_() for _ in range(100)]
        fired: list[None] = []
        for watcher in watchers:
            watcher.start(fired.append, None)

        def send_all() -> None:
            for watcher in watchers:
                watcher.send()

        thread = threading.Thread(target=send_all)
        thread.start()
        thread.join()
        while len(fired) < len(watchers):
            gevent.sleep(0)
        for watcher in watchers:
            watcher.close()
        return len(fired), loop.iteration - before

    fired, turns = in_cell(cell)
    assert fired == 100
    assert turns < 10


def test_subprocess_and_thread_pool() -> None:
    def cell() -> tuple[int, bytes, int]:
        process = gevent.subprocess.Popen(
            [sys.executable, "-c", "print('hello'); raise SystemExit(3)"],
            stdout=subprocess.PIPE,
        )
        out, _ = process.communicate()
        return process.returncode, out, hub().threadpool.apply(threading.get_ident)

    code, out, ident = in_cell(cell)
    assert (code, out) == (3, b"hello\n")
    assert ident != threading.get_ident()


def test_signal_handler_is_given_back() -> None:
    before = signal.getsignal(signal.SIGUSR1)

    def cell() -> list[str]:
        seen: list[str] = []
        watcher = gevent.signal_handler(signal.SIGUSR1, seen.append, "signal")
        os.kill(os.getpid(), signal.SIGUSR1)
        with gevent.Timeout(5):
            while not seen:
                gevent.sleep(0.001)
        watcher.cancel()
        return seen

    assert in_cell(cell) == ["signal"]
    assert signal.getsignal(signal.SIGUSR1) == before


def test_signal_wakes_an_idle_hub() -> None:
    def cell() -> float:
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGUSR1)).start()
        begin = time.monotonic()
        watcher = hub().loop.signal(signal.SIGUSR1)
        hub().wait(watcher)
        return time.monotonic() - begin

    assert in_cell(cell) < 5


@pytest.mark.parametrize(
    ("fork", "waitpid"), [(gevent.os.fork, gevent.os.waitpid), (os.fork, os.waitpid)]
)
def test_forked_child_waits_on_a_hub_of_its_own(
    fork: Callable[[], int], waitpid: Callable[[int, int], tuple[int, int]]
) -> None:
    def cell() -> int:
        background = gevent.spawn(gevent.sleep, LONG_S)
        gevent.sleep(0)
        child = fork()
        if child == 0:
            try:
                gevent.sleep(0.01)
                native = not isinstance(gevent.get_hub(), AsyncioHub)
                os._exit(7 if native and gevent.spawn(lambda: 1).get() == 1 else 1)
            finally:
                os._exit(2)
        with gevent.Timeout(10):
            _, status = waitpid(child, 0)
        assert not background.dead
        return os.waitstatus_to_exitcode(status)

    assert in_cell(cell) == 7


def test_other_threads_keep_the_native_hub() -> None:
    def ask() -> bool:
        try:
            gevent.sleep(0.001)
            return isinstance(gevent.get_hub(), AsyncioHub)
        finally:
            gevent.get_hub().destroy(destroy_loop=True)

    def cell() -> bool:
        with ThreadPoolExecutor(1) as pool:
            return await_(asyncio.wrap_future(pool.submit(ask)))

    assert in_cell(cell) is False


# --- nested loops ---------------------------------------------------------------------------------


def test_nested_event_loop_in_a_cell_that_waited_before() -> None:
    # After the first wait the cell's code stands below the hub, which must be entered again.
    program = """
        import asyncio, gevent, nest_asyncio2
        from ipytango.green import in_green_task, install_hub

        def cell():
            gevent.sleep(0.01)
            loop = asyncio.get_event_loop()
            greenlet = gevent.spawn(lambda: (gevent.sleep(0.05), "greenlet")[1])
            async def nested():
                while not greenlet.dead:
                    await asyncio.sleep(0.001)
                return greenlet.value
            print(loop.run_until_complete(nested()))
            gevent.sleep(0.01)
            print(loop.run_until_complete(asyncio.sleep(0.01, "again")))
            gevent.sleep(0)

        async def main():
            nest_asyncio2.apply()
            install_hub(asyncio.get_running_loop())
            await in_green_task(cell)
            await asyncio.sleep(0.01)
            print("after")

        asyncio.run(main())
    """
    assert nest_asyncio2.__name__  # the process below needs it
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ran.stderr == ""
    assert ran.stdout.split() == ["greenlet", "again", "after"]


# --- idle -----------------------------------------------------------------------------------------


def test_nothing_runs_while_everything_waits() -> None:
    async def main() -> tuple[int, float]:
        with hub_on_running_loop() as installed:
            event = gevent.event.Event()
            for _ in range(10):
                gevent.spawn(event.wait)
                gevent.spawn_later(LONG_S, event.set)
            loop: Any = asyncio.get_running_loop()
            polls = 0
            select = loop._selector.select

            def counting(timeout: float | None = None) -> Any:
                nonlocal polls
                polls += 1
                return select(timeout)

            await asyncio.sleep(0.05)
            turns = installed.loop.iteration
            loop._selector.select = counting
            used = _cpu_s()
            await asyncio.sleep(0.5)
            loop._selector.select = select
            assert installed.loop.iteration == turns
            return polls, _cpu_s() - used

    polls, used = asyncio.run(main())
    assert polls <= 3
    assert used < 0.05


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_THREAD)
    return usage.ru_utime + usage.ru_stime


# --- coming and going -----------------------------------------------------------------------------


def test_uninstall_gives_the_former_hub_back() -> None:
    def in_thread() -> None:
        gevent.sleep(0)
        former = gevent.get_hub()
        lock = gevent.lock.Semaphore(0)
        assert not lock.acquire(timeout=0.001)  # it keeps the former hub from now on

        async def main() -> None:
            with hub_on_running_loop():
                gevent.spawn_later(0.01, lock.release)
                assert await spawn(lock.acquire, timeout=5)

        asyncio.run(main())
        assert gevent.get_hub() is former
        gevent.spawn_later(0.01, lock.release)
        assert lock.acquire(timeout=5)
        former.destroy(destroy_loop=True)

    _in_thread(in_thread)


def test_uninstall_without_a_former_hub_leaves_none() -> None:
    def in_thread() -> Any:
        async def main() -> None:
            uninstall_hub(install_hub(asyncio.get_running_loop()))

        asyncio.run(main())
        return _hub_local.get_hub_if_exists()

    assert _in_thread(in_thread) is None


def test_hub_in_use_is_not_replaced() -> None:
    def in_thread() -> None:
        gevent.sleep(0)
        waiting = gevent.spawn(gevent.sleep, LONG_S)
        gevent.sleep(0)

        async def main() -> None:
            with pytest.raises(HubError, match="1 greenlets"):
                install_hub(asyncio.get_running_loop())

        asyncio.run(main())
        waiting.kill()
        gevent.get_hub().destroy(destroy_loop=True)

    _in_thread(in_thread)


def test_hub_with_waiters_is_not_given_back_unless_forced() -> None:
    async def main() -> None:
        installed = install_hub(asyncio.get_running_loop())
        event = gevent.event.Event()
        greenlet, task = gevent.spawn(event.wait), spawn(event.wait)
        await asyncio.sleep(0.01)
        with pytest.raises(HubError, match="2 greenlets wait"):
            uninstall_hub(installed)
        uninstall_hub(installed, force=True)
        assert greenlet.dead
        assert isinstance(await task, gevent.GreenletExit)  # as gevent's greenlets end
        assert event.linkcount() == 0
        with pytest.raises(HubError, match="not the hub of this thread"):
            uninstall_hub(installed)

    _in_thread(lambda: asyncio.run(main()))


def test_uninstall_after_the_loop_was_closed() -> None:
    def in_thread() -> str:
        async def main() -> AsyncioHub:
            installed = install_hub(asyncio.get_running_loop())
            gevent.spawn(gevent.event.Event().wait)
            gevent.spawn_later(LONG_S, print)
            await spawn(installed.threadpool.apply, len, ("",))
            return installed

        uninstall_hub(asyncio.run(main()), force=True)
        try:
            return str(gevent.spawn(lambda: "native").get())
        finally:
            gevent.get_hub().destroy(destroy_loop=True)

    assert _in_thread(in_thread) == "native"


def test_uninstall_from_a_cell_that_the_hub_has_just_woken() -> None:
    async def main() -> str:
        installed = install_hub(asyncio.get_running_loop())

        def cell() -> str:
            installed.threadpool.apply(len, ("",))
            gevent.sleep(0.01)
            uninstall_hub(installed)
            return await_(asyncio.sleep(0.01, "goes on"))

        return await in_green_task(cell)

    assert _in_thread(lambda: asyncio.run(main())) == "goes on"


def test_install_and_uninstall_from_the_wrong_place_are_refused() -> None:
    async def main() -> None:
        other = asyncio.new_event_loop()
        with pytest.raises(HubError, match="install_hub"):
            install_hub(other)
        other.close()
        with hub_on_running_loop() as installed:
            with pytest.raises(HubError, match="already has"):
                install_hub(asyncio.get_running_loop())
            refused = gevent.spawn(_refusal_of_uninstall, installed)
            assert "by a greenlet of the hub itself" in await spawn(refused.get)

    _in_thread(lambda: asyncio.run(main()))
    loop = asyncio.new_event_loop()
    with pytest.raises(HubError, match="no event loop"):
        install_hub(loop)
    loop.close()


def _refusal_of_uninstall(installed: AsyncioHub) -> str:
    with pytest.raises(HubError) as refused:
        uninstall_hub(installed)
    return str(refused.value)


def _in_thread(function: Callable[[], T]) -> T:
    """Run `function` in a thread that never had a hub."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function).result()
