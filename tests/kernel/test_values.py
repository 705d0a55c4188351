"""In a cell a Tango call gives its value, in every green mode the same."""

import ast
from typing import cast

import pytest

from support.cells import results_of
from support.kernels import Kernel

# What is called, and its value as text.
CALLS = {
    'dev.write_attribute("ampli", 2.5)': "None",
    "dev.state()": "<DevState.RUNNING: 10>",
    "dev.State()": "<DevState.RUNNING: 10>",
    "dev.ping() > 0": "True",
    'dev.DevString("x")': "'x'",
    'dev.devstring("x")': "'x'",
    'dev.command_inout("DevDouble", 1.5)': "1.5",
    "list(dev.DevVarShortArray([1, 2]))": "[np.int16(1), np.int16(2)]",
    'dev.write_read_attribute("ampli", 2.5).value': "2.5",
    '[r.value for r in dev.write_read_attributes([("ampli", 2.5)], ["ampli"])]': "[2.5]",
    "dev.ampli": "2.5",
    "dev.Ampli": "2.5",
    'dev["ampli"].value': "2.5",
    'dev.read_attribute("ampli").value': "2.5",
    '[r.value for r in dev.read_attributes(["ampli", "State"])]': "[2.5, <DevState.RUNNING: 10>]",
    'dev.get_attribute_config("ampli").name': "'ampli'",
    'list(dev.get_property("nosuch")["nosuch"])': "[]",
    '"ampli" in dev.get_attribute_list()': "True",
    'dev.attribute_query("ampli").name': "'ampli'",
    'dev.command_query("Status").cmd_name': "'Status'",
    "dev.info().dev_class": "'TangoTest'",
    '"ampli" in dir(dev)': "True",
    '"ampli" in dev': "True",
    'hasattr(dev, "ampli"), hasattr(dev, "nosuch")': "(True, False)",
    'getattr(dev, "nosuch", "none")': "'none'",
    # AttributeProxy
    "attr.write(2.5)": "None",
    "attr.read().value": "2.5",
    "attr.write_read(2.5).value": "2.5",
    "attr.state()": "<DevState.RUNNING: 10>",
    "attr.get_config().name": "'ampli'",
    "attr.name()": "'ampli'",
    "attr.is_polled()": "False",
    # Group
    "group.get_size()": "1",
    "group.ping()": "True",
    'group.command_inout("DevDouble", 1.5)[0].get_data()': "1.5",
    'group.write_attribute("ampli", 2.5)[0].has_failed()': "False",
    'group.read_attribute("ampli")[0].get_data().value': "2.5",
    # Database
    'list(db.get_device_exported("sys/tg_test/*"))': "['sys/tg_test/1']",
    'db.get_device_info("sys/tg_test/1").class_name': "'TangoTest'",
    'db.command_inout("DbGetDeviceExportedList", "sys/tg_test/*")': "['sys/tg_test/1']",
}

PROXIES = """\
import numpy as np
attr = tango.AttributeProxy("sys/tg_test/1/ampli")
group = tango.Group("group")
group.add("sys/tg_test/1")
db = tango.Database()
"""


@pytest.fixture
def proxies(notebook: Kernel) -> Kernel:
    notebook.run(PROXIES + "dev.ampli = 2.5").check()
    return notebook


def test_call_gives_its_value(proxies: Kernel) -> None:
    assert results_of(proxies, CALLS) == CALLS


# What each attribute reads as: its type and shape, and its elements' type.
KINDS = """
import numpy as np

def kind(value):
    if isinstance(value, np.ndarray):
        return f"array of {value.dtype}, {value.shape}"
    if isinstance(value, (tuple, list)):
        return f"{type(value).__name__} of {len(value)}: {kind(value[0])}"
    return f"{type(value).__module__}.{type(value).__qualname__}"

def kinds(device, read):
    found = {}
    for name in device.get_attribute_list():
        try:
            found[name] = kind(read(device, name))
        except tango.DevFailed as error:
            found[name] = error.args[0].reason
    return found
"""

READS = {
    "high level": "getattr(device, name)",
    "item": "device[name].value",
    "read_attribute": "device.read_attribute(name).value",
    "read_attributes": "device.read_attributes([name])[0].value",
}


def kinds(notebook: Kernel, mode: str, read: str) -> dict[str, str]:
    notebook.run(f"%tango_green {mode}\n{KINDS}").check()
    found = notebook.run(f"kinds(dev, lambda device, name: {read})").check().result
    assert found is not None
    return cast("dict[str, str]", ast.literal_eval(found))


@pytest.mark.parametrize("read", READS.values(), ids=READS)
@pytest.mark.parametrize("mode", ["futures", "gevent", "asyncio"])
def test_each_attribute_reads_as_in_synchronous_mode(
    notebook: Kernel, mode: str, read: str
) -> None:
    expected = kinds(notebook, "synchronous", read)
    assert len(expected) > 50
    assert kinds(notebook, mode, read) == expected


# What TangoTest has no attribute for.
ENUMERATIONS = {
    "slow.mode": "<mode.OFF: 0>",
    "slow.mode.name": "'OFF'",
    "[m.name for m in slow.mode_spectrum]": "['OFF', 'RUNNING']",
    "slow.mode_image[1][0].name": "'RUNNING'",
    "slow.state_scalar": "<DevState.STANDBY: 7>",
    "[s.name for s in slow.state_spectrum]": "['ON', 'FAULT']",
    "slow.encoded": "('bytes', b'\\x00\\x01\\x02')",
    "slow.State()": "<DevState.ON: 0>",
}


def test_enumerations_states_and_bytes(notebook: Kernel) -> None:
    assert results_of(notebook, ENUMERATIONS) == ENUMERATIONS
