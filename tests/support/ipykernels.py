"""Other ipykernels than the environment's, each in a folder of its own: see `make kernels`."""

import os
import sys
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("IPYTANGO_TEST_KERNELS", Path(sys.prefix) / "kernels"))

OF_THE_ENVIRONMENT = "environment"
# One for each way in which messages to widgets are treated.
KINDS = ("6.31.0", "7.3.0", OF_THE_ENVIRONMENT)


def environment_of(kind: str) -> dict[str, str]:
    """Give what a kernel's environment needs to be of that kind; skips the test if it is absent."""
    if kind == OF_THE_ENVIRONMENT:
        return {}
    folder = FOLDER / kind
    if not folder.is_dir():
        pytest.skip(f"no ipykernel {kind}: `make kernels` installs it where it can")
    return {"PYTHONPATH": str(folder)}
