"""A device that takes its time and answers others meanwhile, with coroutines."""

import asyncio

from tango import DevState, GreenMode
from tango.server import Device, attribute, command


class Telescope(Device):
    """It slews for two seconds, and tracks for fifteen."""

    green_mode = GreenMode.Asyncio

    async def init_device(self) -> None:
        await super().init_device()
        self.set_state(DevState.STANDBY)

    @command
    async def long_running_command(self) -> None:
        """Slew; answers when it is there."""
        self.set_state(DevState.MOVING)
        await asyncio.sleep(2)
        self.set_state(DevState.ON)

    @command
    async def background_task_command(self) -> None:
        """Track; answers at once."""
        self.tracking = asyncio.create_task(self.track())

    async def track(self) -> None:
        self.set_state(DevState.RUNNING)
        await asyncio.sleep(15)
        self.set_state(DevState.STANDBY)

    @attribute(unit="deg")
    async def test_attribute(self) -> float:
        """The altitude, slow to measure."""
        await asyncio.sleep(2)
        return 42.0


if __name__ == "__main__":
    Telescope.run_server()
