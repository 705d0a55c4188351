"""Every error that ipytango raises of its own; an error of Tango stays PyTango's ``DevFailed``.

::

    IpytangoError
    ├── BridgeError (RuntimeError)      a wait where nothing can be waited for
    │   ├── NotInGreenTask              sync code that no cell and no green task runs
    │   └── BlocksTheLoop               a gevent wait on the greenlet that runs the loop
    ├── DoorError (RuntimeError)        a hand-over from a thread to a loop that cannot take it
    ├── HubError (RuntimeError)         the gevent hub cannot be installed or given back now
    ├── ModeError (ValueError)          an unknown or impossible green mode
    ├── AttributeNameError (ValueError) what was to be followed is no attribute's full name
    ├── DeviceNameError (ValueError)    what was given names no device
    ├── TangoNameError (ValueError)     what was given is no name that Tango could know
    ├── ValueTextError (ValueError)     what was typed is no value that can be written there
    ├── PanelLocked (RuntimeError)      a panel that is locked there was asked to change its device
    ├── StreamClosed (RuntimeError)     more was asked of readings that have been closed
    ├── NotLoaded (RuntimeError)        what needs the extension was asked of a shell without it
    ├── OptionError (ValueError)        an option's value is out of its range
    ├── CatalogueError                  a Tango database did not say what it was asked for
    │   └── NotInDatabase (LookupError)     it answered, and knows no such thing
    ├── TcpServerError                  the TCP server cannot listen where it was told to
    └── ProcessError                    a process of our own did not start, or has gone
        ├── DemoError                       the demo's database or TangoTest did not come up
        └── ServerError                     a device server of a cell did not start

A message says what was asked, what was found and what to do.
"""

__all__ = [
    "AttributeNameError",
    "BlocksTheLoop",
    "BridgeError",
    "CatalogueError",
    "DemoError",
    "DeviceNameError",
    "DoorError",
    "HubError",
    "IpytangoError",
    "ModeError",
    "NotInDatabase",
    "NotInGreenTask",
    "NotLoaded",
    "OptionError",
    "PanelLocked",
    "ProcessError",
    "ServerError",
    "StreamClosed",
    "TangoNameError",
    "TcpServerError",
    "ValueTextError",
]


class IpytangoError(Exception):
    """The root of ipytango's own errors."""


class BridgeError(IpytangoError, RuntimeError):
    """Sync code asked for a wait that cannot be had where it stands."""


class NotInGreenTask(BridgeError):
    """`await_` was called by code that neither a cell nor a green task runs."""


class BlocksTheLoop(BridgeError):
    """A gevent wait on the greenlet that runs the event loop: nothing could ever end it."""


class DoorError(IpytangoError, RuntimeError):
    """A thread's hand-over to the loop was refused."""


class HubError(IpytangoError, RuntimeError):
    """The thread's gevent hub cannot be exchanged now."""


class ModeError(IpytangoError, ValueError):
    """No such green mode, or one that cannot be used here."""


class AttributeNameError(IpytangoError, ValueError):
    """What was given is not the full name of an attribute."""


class DeviceNameError(IpytangoError, ValueError):
    """What was given is not the name of a device."""


class TangoNameError(IpytangoError, ValueError):
    """What was given cannot be the name of a device, attribute, command, class, server or host."""


class ValueTextError(IpytangoError, ValueError):
    """A text is no value of the attribute or argument that it was given for."""


class PanelLocked(IpytangoError, RuntimeError):
    """A device's panel was asked to change something while it is locked there."""


class StreamClosed(IpytangoError, RuntimeError):
    """Readings were asked of something that has been closed."""


class NotLoaded(IpytangoError, RuntimeError):
    """The current shell has no ipytango in it."""


class OptionError(IpytangoError, ValueError):
    """An option was given a value that it does not take."""


class CatalogueError(IpytangoError):
    """A Tango database did not say what it was asked for: it is away, silent, or not named."""


class NotInDatabase(CatalogueError, LookupError):
    """A Tango database knows no such device, alias or server."""


class ProcessError(IpytangoError):
    """A process that was to run for this one did not start, or is out of reach."""


class DemoError(ProcessError):
    """The demo's Tango database or TangoTest could not be brought up."""


class ServerError(ProcessError):
    """A device server of a cell was not started."""

    def __init__(self, message: str, traceback: str = "") -> None:
        super().__init__(message)
        self.traceback = traceback
        """That of the server's own process, with the lines of the cell; empty if it has none."""

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message}\n\n{self.traceback}" if self.traceback else message

    def _render_traceback_(self) -> list[str]:
        # What IPython shows: the lines of the cell, not those that have started a process for it.
        return [f"{type(self).__name__}: {self}"]


class TcpServerError(IpytangoError):
    """The TCP server over attributes cannot listen where it was told to."""
