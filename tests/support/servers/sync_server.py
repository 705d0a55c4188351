"""A device server as most are: synchronous, one operation of a device at a time.

python sync_server.py INSTANCE
"""

import time

from tango import AttrWriteType, DevState, Except
from tango.server import Device, attribute, command, run

SLOW_READ_S = 0.1


class Sync(Device):
    """Operations of a known length that wait for each other."""

    def init_device(self) -> None:
        """Start with a known set point."""
        super().init_device()
        self._set_point = 1.0
        self.set_state(DevState.ON)

    @command
    def sleep(self, seconds: float) -> float:
        """Take so many seconds; gives them back."""
        time.sleep(seconds)
        return seconds

    @command
    def fail(self) -> None:
        """Raise `DevFailed` with the reason `Test_Failed`."""
        Except.throw_exception("Test_Failed", "Failed because it was asked to", "Sync.fail")

    @command
    def echo(self, text: str) -> str:
        """Give the text back."""
        return text

    @attribute(dtype=float, unit="s")
    def slow(self) -> float:
        """Take 100 ms to be read."""
        time.sleep(SLOW_READ_S)
        return SLOW_READ_S

    @attribute(dtype=float, access=AttrWriteType.READ_WRITE)
    def set_point(self) -> float:
        """What was written last; a negative value is refused."""
        return self._set_point

    @set_point.write
    def write_set_point(self, value: float) -> None:
        """Take the value, or raise `DevFailed` if it is negative."""
        if value < 0:
            Except.throw_exception("Test_Refused", f"{value} is negative", "Sync.set_point")
        self._set_point = value


if __name__ == "__main__":
    run((Sync,))
