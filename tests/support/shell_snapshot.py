"""Everything of a shell's process that an extension could change: run in the shell under test.

`take_snapshot` gives it as one flat dict from a name to the object itself; `differences`
compares two.
The text of this file is run as a cell: it imports nothing of the tests.
"""

import asyncio
import builtins
import signal
import sys
import threading
from typing import Any

import gevent
import gevent._hub_local
import gevent.hub
import IPython
import tango
import tango.asyncio
import tango.asyncio_executor
import tango.futures
import tango.futures_executor
import tango.gevent
import tango.gevent_executor
import tango.green
from IPython.core.async_helpers import get_asyncio_loop
from IPython.core.getipython import get_ipython

_ABSENT = object()


def take_snapshot() -> dict[str, Any]:
    """Find all that is compared."""
    shell = get_ipython()
    return {
        **_hooks_of_the_shell(shell),
        **_registries_of_the_shell(shell),
        **_python(),
        **_asyncio(),
        **_tango(),
        **_gevent(),
    }


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Say what is not the same."""
    return sorted(
        f"{name}: {before.get(name, 'absent')!r} -> {after.get(name, 'absent')!r}"
        for name in before.keys() | after.keys()
        if not _same(before.get(name, _ABSENT), after.get(name, _ABSENT))
    )


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    # Equality, since a bound method is made anew each time it is asked for.
    return one is other or (type(one) is type(other) and bool(one == other))


def _members(owner: Any, name: str) -> dict[str, Any]:
    return {f"{name}.{key}": value for key, value in vars(owner).items()}


def _functions(owner: Any, name: str) -> dict[str, Any]:
    """Values change with every cell; what is called does not."""
    return {name: value for name, value in _members(owner, name).items() if callable(value)}


def _hooks_of_the_shell(shell: Any) -> dict[str, Any]:
    found = {
        **_functions(shell, "shell"),
        **_members(type(shell), "type(shell)"),
        **_members(IPython.core.interactiveshell.InteractiveShell, "InteractiveShell"),
    }
    for name in ("loop_runner", "autoawait", "custom_exceptions", "_use_asyncio_inputhook"):
        found[f"shell.{name}"] = getattr(shell, name, None)
    kernel = getattr(shell, "kernel", None)
    if kernel is not None:
        found |= {**_functions(kernel, "kernel"), **_functions(type(kernel), "type(kernel)")}
        found["kernel._execute_sleep"] = kernel._execute_sleep
        for kind, handler in {**kernel.shell_handlers, **kernel.control_handlers}.items():
            found[f"kernel handler {kind}"] = handler
    return found


def _registries_of_the_shell(shell: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "magics registry": tuple(sorted(dict.keys(shell.magics_manager.registry))),
        "custom matchers": tuple(shell.Completer.custom_matchers),
    }
    for name in ("ast_transformers", "input_transformers_post", "configurables"):
        found[f"shell.{name}"] = tuple(getattr(shell, name))
    for name in ("cleanup_transforms", "line_transforms", "token_transformers"):
        found[f"input {name}"] = tuple(getattr(shell.input_transformer_manager, name))
    for event, callbacks in shell.events.callbacks.items():
        found[f"shell event {event}"] = tuple(callbacks)
    for kind, magics in shell.magics_manager.magics.items():
        found |= {f"{kind} magic {name}": magic for name, magic in magics.items()}
    for name, hook in shell.strdispatchers.items():
        found[f"dispatcher {name}"] = (*hook.strs.items(), *hook.regexs.items())
    for mime, formatter in shell.display_formatter.formatters.items():
        for name in ("type_printers", "deferred_printers", "singleton_printers"):
            found[f"{mime} {name}"] = tuple(getattr(formatter, name, {}).items())
    return found


def _python() -> dict[str, Any]:
    wakeup = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
    found = {
        "wakeup fd": wakeup,
        "threading.excepthook": threading.excepthook,
        **_functions(builtins, "builtins"),
    }
    for number in (signal.SIGINT, signal.SIGCHLD, signal.SIGALRM, signal.SIGTERM):
        found[f"handler of {number.name}"] = signal.getsignal(number)
    for name in ("excepthook", "displayhook", "unraisablehook"):
        found[f"sys.{name}"] = getattr(sys, name)
    for name in ("meta_path", "path_hooks"):
        found[f"sys.{name}"] = tuple(getattr(sys, name))
    return found


def _asyncio() -> dict[str, Any]:
    loop: Any = get_asyncio_loop()
    found = {
        "loop exception handler": loop.get_exception_handler(),
        "loop task factory": loop.get_task_factory(),
        "loop policy": asyncio.get_event_loop_policy(),
        "loop descriptors": tuple(sorted(loop._selector.get_map())),
        **_functions(loop, "loop"),
        **_members(type(loop), "type(loop)"),
    }
    for module in (asyncio, asyncio.runners, asyncio.tasks, asyncio.events, asyncio.futures):
        found |= _functions(module, module.__name__)
    runner = getattr(asyncio, "Runner", None)
    return found if runner is None else found | _members(runner, "asyncio.Runner")


def _tango() -> dict[str, Any]:
    found: dict[str, Any] = {"green mode": tango.get_green_mode()}
    for name in ("DeviceProxy", "AttributeProxy", "Database", "Group", "Connection"):
        found |= _members(getattr(tango, name), f"tango.{name}")
    for module in (tango, tango.asyncio, tango.futures, tango.gevent, tango.green):
        found |= _functions(module, module.__name__)
    for module in (tango.asyncio_executor, tango.futures_executor, tango.gevent_executor):
        found |= _members(module, module.__name__)
    return found


def _gevent() -> dict[str, Any]:
    found = {
        "hub": gevent._hub_local.get_hub_if_exists(),
        "gevent loop class": gevent.config.loop,
        **_members(gevent.hub.Hub, "gevent.hub.Hub"),
    }
    for module in (gevent, gevent.hub, gevent._hub_local):
        found |= _functions(module, module.__name__)
    found.pop("gevent.hub.Hub._hub_counter")  # it counts all that were ever made
    return found
