"""The one place where ipytango registers with a shell, and unregisters."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from IPython.core.getipython import get_ipython

from ..client import Feeds, Keep, Stream, list_from, matcher_of_glob, mode_named, snapshot_of
from ..display import Info, ListingTable
from ..errors import NotLoaded
from ..explore import Explorer
from ..serve import Plan, Server
from ..widgets import DevicePanel, Plot, Watch
from ._green_shell import GreenShell

__all__ = [
    "GreenShell",
    "explore",
    "info",
    "load",
    "loaded",
    "ls",
    "panel",
    "plot",
    "serve",
    "stream",
    "unload",
    "watch",
]

_loaded: dict[int, GreenShell] = {}


def load(shell: Any) -> None:
    """Make `shell` green; a shell that is already stays as it is."""
    if id(shell) not in _loaded:
        _loaded[id(shell)] = GreenShell(shell)


def unload(shell: Any) -> None:
    """Leave `shell` as it was before `load`."""
    green = _loaded.get(id(shell))
    if green is not None:
        green.close()
        del _loaded[id(shell)]


def loaded() -> GreenShell:
    """Return the current shell with ipytango in it. Raises `NotLoaded`."""
    green = _loaded.get(id(get_ipython()))  # type: ignore[no-untyped-call, unused-ignore]
    if green is None:
        raise NotLoaded("This needs ipytango in the shell: run %load_ext ipytango first.")
    return green


def ls(pattern: str = "", what: str = "devices") -> ListingTable:
    """List what the current Tango database has.

    Args:
        pattern: ``*``, ``?`` and ``[...]`` as in file names, in any case; without them, what
            contains it. Devices are found by their aliases too.
        what: ``devices``, ``classes``, ``servers``, ``hosts`` or ``aliases``.

    Raises:
        CatalogueError: the database does not answer.
        NotLoaded: ipytango is not loaded in this shell.
        OptionError: there is no such `what`.
    """
    catalogue = loaded().client.catalogues.current
    return ListingTable(list_from(catalogue, what, pattern, matcher_of_glob(pattern)))


def info(thing: object, kind: str = "") -> Info:
    """Tell all that Tango knows of a device, attribute, command, class, server or host.

    Args:
        thing: its name (a device's or attribute's alias, too), a `DeviceProxy` or an
            `AttributeProxy`.
        kind: ``device``, ``attribute``, ``command``, ``class``, ``server`` or ``host``, where a
            name could mean several things.

    Raises:
        CatalogueError: the database does not answer.
        NotInDatabase: there is no such thing.
        NotLoaded: ipytango is not loaded in this shell.
        TangoNameError: that is no name.
    """
    name = thing if isinstance(thing, str) else getattr(snapshot_of(thing), "origin", "")
    return Info(loaded().client.inventory.about(name, kind))


def watch(*attributes: object, period: float = 1.0) -> Watch:
    """Show attributes of any number of devices in a live table.

    Args:
        attributes: full names (``sys/tg_test/1/ampli``), names with wildcards for attributes of
            one device (``sys/tg_test/1/*``), `DeviceProxy` objects for all their attributes,
            `AttributeProxy` objects, or lists of these.
        period: seconds between two readings of what its device sends no events of.

    Raises:
        AttributeNameError: what is given is no attribute's name.
        NotLoaded: ipytango is not loaded in this shell.
        OptionError: `period` is not above 0.
    """
    return Watch(loaded().hub, attributes, period_s=period)


def explore(*, by: str = "device", path: str = "", search: str = "", db: str = "") -> Explorer:
    """Show the devices of a Tango database as a tree that opens level by level.

    Args:
        by: how it is arranged: ``device``, ``class``, ``server``, ``host`` or ``alias``.
        path: down to where it is open, such as ``sys/tg_test``.
        search: a part of devices' names, or a pattern with ``*``: these, instead of the tree.
        db: ``host:port`` of another database than the current one.

    Raises:
        CatalogueError: `db` is no address, or there is no current database.
        NotLoaded: ipytango is not loaded in this shell.
        OptionError: the tree cannot be arranged so.
    """
    green = loaded()
    catalogues = green.client.catalogues
    catalogue = catalogues.of(db) if db else catalogues.current
    return Explorer(green.hub, catalogue, by=by, path=path, search=search)


def panel(device: object) -> DevicePanel:
    """Show one device live: state, attributes, commands, properties and settings.

    It changes nothing before it is unlocked, in its view or by `DevicePanel.unlock`.

    Args:
        device: a name (``sys/tg_test/1``, after ``tango://host:port/`` where its database is
            another one), an alias, or a `DeviceProxy`.

    Raises:
        DeviceNameError: what is given is no device's name.
        NotLoaded: ipytango is not loaded in this shell.
    """
    return DevicePanel(loaded().hub, device)


def plot(
    *attributes: object,
    period: float = 1.0,
    window: float | None = 300.0,
    history: bool = True,
    log: bool = False,
) -> Plot:
    """Draw attributes live: scalars over time, each spectrum as a curve, each image as a picture.

    Args:
        attributes: full names (``sys/tg_test/1/ampli``), `AttributeProxy` objects, or lists.
        period: seconds between two readings of what its device sends no events of.
        window: seconds that trends show; None for all that there is.
        history: begin trends with what the device's polling has kept.
        log: draw values on logarithmic scales.

    Raises:
        AttributeNameError: what is given is no attribute's name.
        NotLoaded: ipytango is not loaded in this shell.
        OptionError: an option is out of its range, or there are too many attributes.
    """
    return Plot(
        loaded().hub, attributes, period_s=period, window_s=window, history=history, log=log
    )


def serve(
    *classes: type,
    name: str = "notebook",
    devices: Sequence[str] | Mapping[str, Sequence[str]] = (),
    green_mode: str = "",
    database: bool = False,
    port: int = 0,
) -> Server:
    """Serve device classes in a process of their own, which ends with this kernel.

    A server of the same name ends first, and this one takes its address: proxies connect again.

    Args:
        classes: of this notebook, or of modules that can be imported.
        name: the instance name; the server is called ``CLASS/NAME``, after the first class.
        devices: names of devices (``domain/family/member``); for several classes, those of each.
        green_mode: that of classes that choose none: ``synchronous``, ``gevent`` or ``asyncio``.
        database: register it in the current database, until it is stopped.
        port: where it listens on this machine; 0 is any free port.

    Raises:
        CatalogueError: there is no current database.
        ModeError: there is no such green mode.
        NotLoaded: ipytango is not loaded in this shell.
        ServerError: it did not start; the message has the traceback of its process.
    """
    green = loaded()
    if green_mode:
        mode_named(green_mode)
    given = devices if isinstance(devices, Mapping) else {"": devices}
    plan = Plan(
        instance=name,
        devices={
            cls: (names,) if isinstance(names, str) else tuple(names)
            for cls, names in given.items()
            if names
        },
        database=green.current_database if database else "",
        port=port,
    )
    return green.servers.serve_classes(classes, green.variables, plan, green_mode)


def stream(*attributes: object, period: float = 1.0, keep: Keep = "newest") -> Stream:
    """Give the readings of attributes, one after the other, as they come.

        async for reading in ipytango.stream("sys/tg_test/1/ampli"):
            print(reading.value)

    In a cell ``for`` does the same, in every green mode, and everything else goes on meanwhile.
    What the device fails to give is a reading with a `failure`. Works without the extension too.

    Args:
        attributes: full names (``domain/family/member/name``, ``alias/name``, either of them
            after ``tango://host:port/``), proxies, or lists of them.
        period: how often an attribute without events is read, in seconds.
        keep: ``newest``: when readings come faster than they are taken, the newest of each
            attribute; ``all``: every reading, up to 10,000 that wait. `Stream.dropped` counts.

    Raises:
        AttributeNameError: something is no attribute's full name.
        OptionError: `period` or `keep` has no such value.
    """
    green = _loaded.get(id(get_ipython()))  # type: ignore[no-untyped-call, unused-ignore]
    feeds = _feeds_of_no_shell() if green is None else green.client.feeds
    return Stream(feeds, attributes, period_s=period, keep=keep)


@functools.cache
def _feeds_of_no_shell() -> Feeds:
    return Feeds()
