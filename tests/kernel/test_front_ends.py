"""Notebooks that nobody looks at: executed by the programs that do this."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from support.scratch import shell_environment

EXECUTE_TIMEOUT_S = 60

CELLS = {
    "%load_ext ipytango\n%tango_green asyncio\nimport asyncio, tango": None,
    "dev = tango.DeviceProxy('sys/tg_test/1')": None,
    "dev.DevString('plain')": "'plain'",
    "await dev.DevString('awaited')": "'awaited'",
    "await asyncio.gather(*(dev.DevDouble(float(n)) for n in range(3)))": "[0.0, 1.0, 2.0]",
    "asyncio.run(asyncio.sleep(0.01, 'ran'))": "'ran'",
    "import gevent\ngevent.spawn(dev.DevString, 'greenlet').get()": "'greenlet'",
    "%tango_green futures": None,
    "dev.DevString('waited for', wait=False).result()": "'waited for'",
}


@pytest.fixture
def notebook_file(tmp_path: Path) -> Path:
    """A notebook with the cells, not executed."""
    path = tmp_path / "notebook.ipynb"
    code: dict[str, object] = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
    }
    notebook = {
        "cells": [
            {**code, "id": f"cell-{number}", "source": source}
            for number, source in enumerate(CELLS)
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(notebook))
    return path


def results(path: Path) -> list[str | None]:
    """Read from an executed notebook what each cell gave."""
    return [
        next(
            (
                "".join(output["data"]["text/plain"])
                for output in cell["outputs"]
                if "data" in output
            ),
            None,
        )
        for cell in json.loads(path.read_text())["cells"]
    ]


COMMANDS = {
    "nbclient": ["-m", "jupyter", "execute", "--inplace", "{given}"],
    "papermill": ["-m", "papermill", "--kernel", "python3", "{given}", "{made}"],
}


@pytest.mark.parametrize("program", COMMANDS)
def test_notebook_is_executed_as_a_person_would(
    notebook_file: Path, tmp_path: Path, tango_host: str, program: str
) -> None:
    pytest.importorskip(program)
    made = tmp_path / "made.ipynb"
    words = {"given": str(notebook_file), "made": str(made)}
    done = subprocess.run(
        [sys.executable, *(word.format(**words) for word in COMMANDS[program])],
        env=shell_environment(tmp_path, tango_host),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=EXECUTE_TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    shown = results(made if made.exists() else notebook_file)
    for (source, expected), result in zip(CELLS.items(), shown, strict=True):
        if not source.startswith("%tango_green"):
            assert result == expected, source
