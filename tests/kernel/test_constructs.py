"""A call gives its value wherever in a cell's sync code it stands, in every green mode."""

import pytest

from support.cells import results_of
from support.kernels import Kernel
from support.sources import WriteSource

# Each cell asks the device in another construct of the language.
CONSTRUCTS = {
    'dev.DevString("x")': "'x'",
    "if dev.ampli == 2.5: seen = 1\nseen": "1",
    "[dev.ampli for _ in range(2)]": "[2.5, 2.5]",
    "{dev.ampli for _ in range(2)}": "{2.5}",
    "{n: dev.ampli for n in 'ab'}": "{'a': 2.5, 'b': 2.5}",
    "[[dev.ampli for _ in range(n)] for n in (0, 2)]": "[[], [2.5, 2.5]]",
    "list(dev.ampli for _ in range(2))": "[2.5, 2.5]",
    "sum(dev.DevDouble(n) for n in range(5))": "10.0",
    "(lambda: dev.ampli)()": "2.5",
    "(lambda ask: ask())(lambda: dev['ampli'].value)": "2.5",
    "list(map(dev.DevLong, [1, 2]))": "[1, 2]",
    "sorted([3, 1, 2], key=dev.DevLong)": "[1, 2, 3]",
    "sorted([3, 1, 2], key=lambda n: -dev.DevLong(n))": "[3, 2, 1]",
    "list(filter(dev.DevBoolean, [True, False]))": "[True]",
    "def ask():\n    return dev.ampli\nask()": "2.5",
    "def numbers():\n    for n in (0, 1): yield dev.DevLong(n)\nlist(numbers())": "[0, 1]",
    "def all_of():\n    yield from map(dev.DevLong, [7])\nnext(all_of())": "7",
    "class Ask:\n    ampli = dev.ampli\nAsk.ampli": "2.5",
    "class Ask:\n    @property\n    def ampli(self):\n        return dev.ampli\nAsk().ampli": "2.5",
    "def deep(n):\n    return dev.ampli if n == 0 else deep(n - 1)\ndeep(200)": "2.5",
    "def ask(ampli=dev.ampli):\n    return ampli\nask()": "2.5",
    "with open('/dev/null') as _:\n    seen = dev.ampli\nseen": "2.5",
    "try:\n    1 / 0\nexcept ZeroDivisionError:\n    seen = dev.ampli\nseen": "2.5",
    "try:\n    pass\nfinally:\n    seen = dev.ampli\nseen": "2.5",
    "f'{dev.ampli:.2f}'": "'2.50'",
    "(seen := dev.ampli) + seen": "5.0",
    "assert dev.ampli == 2.5": "None",
    "first, *rest = dev.ampli, dev.ampli\nrest": "[2.5]",
    "exec('seen = dev.ampli')\nseen": "2.5",
    "eval('dev.ampli')": "2.5",
    "import functools\nfunctools.reduce(lambda a, b: a + dev.DevLong(b), [1, 2, 3])": "6",
    "import functools\nfunctools.cache(dev.DevLong)(4)": "4",
    "class Ask:\n    def __del__(self): seen.append(dev.ampli)\n"
    "seen = []\nask = Ask()\ndel ask\nseen": "[2.5]",
    # beside an await of the same cell
    "await asyncio.sleep(0)\ndev.ampli": "2.5",
    "[dev.ampli, await asyncio.sleep(0)]": "[2.5, None]",
    "[dev.ampli for _ in [await asyncio.sleep(0)]]": "[2.5]",
    # numpy and pandas call back
    "import numpy as np\nnp.vectorize(dev.DevDouble)([1, 2]).tolist()": "[1.0, 2.0]",
    "np.apply_along_axis(lambda row: dev.DevDouble(row[0]), 1, np.eye(2)).tolist()": "[1.0, 0.0]",
    "np.fromiter((dev.DevLong(n) for n in range(3)), int).tolist()": "[0, 1, 2]",
    "import pandas as pd\npd.Series([1, 2]).map(dev.DevLong).tolist()": "[1, 2]",
    "pd.Series([1.0, 2.0]).apply(lambda x: dev.DevDouble(x)).tolist()": "[1.0, 2.0]",
    "pd.DataFrame({'a': [1, 2]}).apply(lambda row: dev.DevLong(int(row.a)), axis=1).tolist()": (
        "[1, 2]"
    ),
    "pd.Series([1, 1]).groupby([0, 0]).agg(lambda _: dev.ampli).tolist()": "[2.5]",
}


@pytest.fixture
def ready(notebook: Kernel) -> Kernel:
    notebook.run("dev.write_attribute('ampli', 2.5)").check()
    return notebook


def test_value_in_each_construct(ready: Kernel) -> None:
    assert results_of(ready, CONSTRUCTS) == CONSTRUCTS


# Magics that run code, and what the code leaves in `seen`.
MAGICS = {
    "%time seen = dev.ampli": "2.5",
    "%%time\nseen = dev.ampli": "2.5",
    "%%time\nawait asyncio.sleep(0)\nseen = dev.ampli": "2.5",
    "%timeit -n 1 -r 1 seen.append(dev.ampli)": "[2.5]",
    "%%timeit -n 1 -r 1\nseen.append(dev.ampli)": "[2.5]",
    "timing = %timeit -q -o -n 2 -r 2 dev.state()\nseen = timing.loops": "2",
    "%prun -q seen.append(dev.ampli)": "[2.5]",
    "%%capture caught\nprint(dev.ampli)": "[]",
    "seen = caught.stdout": "'2.5\\n'",
    "get_ipython().run_line_magic('time', 'seen = dev.ampli')": "2.5",
    "def ask(): get_ipython().run_line_magic('time', 'seen.append(dev.ampli)')\nask()": "[2.5]",
    "get_ipython().run_cell_magic('time', '', 'seen = dev.ampli')": "2.5",
    "get_ipython().ex('seen = dev.ampli')": "2.5",
    "seen = get_ipython().ev('dev.ampli')": "2.5",
    "get_ipython().run_cell('seen = dev.ampli')": "2.5",
    "get_ipython().run_cell('import asyncio; await asyncio.sleep(0); seen = dev.ampli')": "2.5",
    "get_ipython().user_expressions({'x': 'seen.append(dev.ampli)'})": "[2.5]",
    "%run -i ask.py": "2.5",
    "%run ask_main.py": "2.5",
    "%run -n ask_main.py": "[]",
    "def ask():\n    get_ipython().run_line_magic('run', 'ask_main.py')\nask()": "2.5",
    "%run ask.ipynb": "2.5",
    "import ask_helper\nseen = ask_helper.ask(dev)": "2.5",
    "seen = [*ask_helper.numbers(dev)]": "[0, 1]",
    "seen = ask_helper.Device(dev).ampli": "2.5",
    "import ask_on_import\nseen = ask_on_import.seen": "2.5",
}

SOURCES = {
    "ask.py": "seen = dev.ampli\n",
    "ask_main.py": (
        "import tango\n"
        "if __name__ == '__main__':\n"
        "    seen = tango.DeviceProxy('sys/tg_test/1').ampli\n"
    ),
    "ask_on_import.py": "import tango\nseen = tango.DeviceProxy('sys/tg_test/1').ampli\n",
    "ask_helper.py": (
        "def ask(dev):\n"
        "    return dev.read_attribute('ampli').value\n"
        "def numbers(dev):\n"
        "    yield from (dev.DevLong(n) for n in range(2))\n"
        "class Device:\n"
        "    def __init__(self, dev):\n"
        "        self.dev = dev\n"
        "    @property\n"
        "    def ampli(self):\n"
        "        return self.dev.ampli\n"
    ),
    "ask.ipynb": (
        '{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null,'
        ' "outputs": [], "source": "import tango"},'
        ' {"cell_type": "code", "id": "b", "metadata": {}, "execution_count": null, "outputs": [],'
        ' "source": "seen = tango.DeviceProxy(\'sys/tg_test/1\').ampli"}],'
        ' "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    ),
}


def test_value_in_each_magic(ready: Kernel, write_source: WriteSource) -> None:
    paths = {name: write_source(name, source) for name, source in SOURCES.items()}
    found = {}
    for cell in MAGICS:
        name = next((name for name in reversed(SOURCES) if name in cell), "")
        ready.run("seen = []\nimport sys; sys.modules.pop('ask_on_import', None)").check()
        ready.run(cell.replace(name, str(paths[name])) if name else cell).check()
        found[cell] = ready.run("seen").check().result
    assert found == MAGICS
