"""A device server for the tests: one device class, which tells where it runs."""

import os
import sys

from tango.server import Device, command, run


class Echo(Device):  # type: ignore[misc]  # PyTango has no types
    """Answer with what it is asked."""

    @command(dtype_in=str, dtype_out=str)  # type: ignore[untyped-decorator]  # as above
    def Variable(self, name: str) -> str:  # noqa: N802 - Tango's custom
        """Give a variable of the server's environment."""
        return os.environ.get(name, "")

    @command(dtype_out=str)  # type: ignore[untyped-decorator]  # as above
    def Arguments(self) -> str:  # noqa: N802 - Tango's custom
        """Give the command line."""
        return " ".join(sys.argv[1:])


if __name__ == "__main__":
    if "--fail" in sys.argv:
        sys.exit("cannot open the hardware")
    run((Echo,), args=[name for name in sys.argv if not name.startswith("--")])
