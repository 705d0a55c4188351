"""The surroundings of a shell under test: nothing of the person who runs the tests gets in."""

import os
from pathlib import Path

# What would change how IPython, Jupyter or PyTango behave.
_FOREIGN = ("IPYTHON", "JUPYTER", "PYTANGO", "PYTHONSTARTUP", "PYTHONWARNINGS", "TANGO", "XDG_")

# A port that nothing serves: a test that forgot to ask for a database fails at once, and does
# not reach a real one through /etc/tangorc.
NO_TANGO_HOST = "127.0.0.1:1"


def shell_environment(scratch: Path, tango_host: str, **extra: str) -> dict[str, str]:
    """Make the environment of a shell whose home and settings all lie in `scratch`."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(_FOREIGN)}
    home = scratch / "home"
    home.mkdir(parents=True, exist_ok=True)
    return environment | {
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "jupyter" / "config"),
        "JUPYTER_DATA_DIR": str(home / "jupyter" / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "jupyter" / "runtime"),
        "TANGO_HOST": tango_host,
        **extra,
    }
