"""``%tango_demo``."""

from __future__ import annotations

import asyncio
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments

from ..demo import Demo, demo
from ..errors import DemoError
from ..green import await_, can_wait
from ._arguments import Arguments
from ._db import ClientOwner
from ._parsing import parsed

__all__ = ["DEMO_ARGUMENTS", "DemoMagics"]


@magics_class
class DemoMagics(Magics):
    """A private Tango for this kernel."""

    def __init__(self, shell: Any, owner: ClientOwner) -> None:
        super().__init__(shell)
        self._owner = owner
        self._demo: Demo | None = None
        self._before = ""

    @magic_arguments()
    @argument("--stop", action="store_true", help="end it, and return to the database before it")
    @argument("--look-alike", action="store_true", help="the TangoTest in Python, not that in C++")
    @line_magic
    def tango_demo(self, line: str) -> Demo | None:
        """Start a private Tango database with TangoTest as ``sys/tg_test/1``, and choose it.

        Everything listens on loopback only, and ends with this kernel. What was made before stays
        with its own database.
        """
        given = parsed(self.tango_demo, line)
        if given.stop:
            self.stop()
            return None
        if self._demo is None or not self._demo.running:
            started = demo(look_alike=given.look_alike)
            try:
                if can_wait():  # other things go on meanwhile
                    await_(asyncio.to_thread(started.start))
                else:
                    started.start()
            except DemoError as error:
                raise UsageError(f"%tango_demo: {error}") from None
            catalogues = self._owner.client.catalogues
            self._demo, self._before = started, catalogues.current_host
            catalogues.switch(started.tango_host)
        return self._demo

    def stop(self) -> None:
        """End the demo, if one runs, and return to the database before it."""
        ended, self._demo = self._demo, None
        if ended is None:
            return
        catalogues = self._owner.client.catalogues
        if self._before and catalogues.current_host == ended.tango_host:
            catalogues.switch(self._before)
        ended.stop()


DEMO_ARGUMENTS = Arguments(options=("--look-alike", "--stop"))
