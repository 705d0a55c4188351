"""A device that takes its time and answers others meanwhile, with greenlets."""

import gevent
from tango import DevState, GreenMode
from tango.server import Device, attribute, command


class Telescope(Device):
    """It slews for two seconds, and tracks for fifteen."""

    green_mode = GreenMode.Gevent

    def init_device(self) -> None:
        super().init_device()
        self.set_state(DevState.STANDBY)

    @command
    def long_running_command(self) -> None:
        """Slew; answers when it is there."""
        self.set_state(DevState.MOVING)
        gevent.sleep(2)
        self.set_state(DevState.ON)

    @command
    def background_task_command(self) -> None:
        """Track; answers at once."""
        gevent.spawn(self.track)

    def track(self) -> None:
        self.set_state(DevState.RUNNING)
        gevent.sleep(15)
        self.set_state(DevState.STANDBY)

    @attribute(unit="deg")
    def test_attribute(self) -> float:
        """The altitude, slow to measure."""
        gevent.sleep(2)
        return 42.0


if __name__ == "__main__":
    Telescope.run_server()
