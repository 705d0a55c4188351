"""The display of readings: what an attribute's value is, at one moment."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...client import Reading, StateSnapshot, TimeSnapshot, ValueList, ValueSnapshot
from .._addresses import png_address, svg_address
from .._numbers import brief_number, format_number
from .._show import html_of, line_of, text_of
from .._templates import render
from .._texts import count_text, one_line, printable, shortened, time_text
from ..charts import (
    LAMPS,
    ChartLine,
    Statistics,
    chart,
    colour_bar_svg,
    decimate,
    lamps_svg,
    paint,
    quality_colour,
    state_colour,
    statistics_of,
)
from ._kinds import array_of, kind_of, label_of, words_of
from ._value_texts import text_body

__all__ = ["figures", "short_text", "value_body", "value_record"]

ROWS, COLUMNS = 32, 6
"""Elements of an array of words that are shown."""

LONGEST_WORD = 300

READINGS = 200
"""Readings of a list that are shown."""

READ, SET = "#3b7dc4", "#d9730d"
CURVE_COLUMNS = 480
"""Pixels across that a curve has to itself."""

TIMES = "\N{MULTIPLICATION SIGN}"


@html_of.register
def _(snapshot: StateSnapshot) -> str:
    return render("state.html", state=snapshot.name)


@line_of.register
def _(snapshot: StateSnapshot) -> str:
    return snapshot.name


@line_of.register
def _(snapshot: TimeSnapshot) -> str:
    return time_text(snapshot.time_s)


@html_of.register
def _(snapshot: TimeSnapshot) -> str:
    return render("time.html", time=time_text(snapshot.time_s))


@html_of.register
def _(snapshot: ValueSnapshot) -> str:
    reading, facts = snapshot.reading, snapshot.facts
    device, _, name = reading.attribute.rpartition("/")
    label = facts.label if facts and facts.label.lower() != name.lower() else ""
    return render(
        "value.html",
        device=device,
        name=name,
        label=shortened(label, LONGEST_WORD),
        quality=reading.quality,
        time=time_text(reading.time_s),
        type=_type_text(reading),
        unit=facts.unit if facts else "",
        failure=reading.failure,
        **value_body(snapshot),
    )


def value_record(snapshot: ValueSnapshot) -> dict[str, Any]:
    """Return what a live view shows of a reading, but for the elements of numeric arrays: JSON."""
    reading, kind = snapshot.reading, kind_of(snapshot)
    record: dict[str, Any] = {
        "kind": kind,
        "quality": reading.quality,
        "rim": quality_colour("INVALID" if kind == "failure" else reading.quality),
        "time": reading.time_s,
        "type": _type_text(reading),
        "set": "" if kind == "failure" else _set_text(snapshot),
        "unit": snapshot.facts.unit if snapshot.facts and kind == "number" else "",
    }
    if kind == "failure":
        record["text"] = shortened(str(reading.failure), 1000)
    elif kind == "words":
        record["words"] = [
            [shortened(word, LONGEST_WORD) for word in row]
            for row in words_of(snapshot, ROWS, COLUMNS)
        ]
        record["hidden"] = _hidden_words(reading)
    elif kind == "state":
        record |= {"text": reading.value, "colour": state_colour(reading.value)}
    elif kind in {"number", "lamp", "label", "text", "encoded"}:
        record["text"] = scalar_text(snapshot, reading.value)
    return record


def value_body(snapshot: ValueSnapshot) -> dict[str, Any]:
    """Return what the template shows of the value itself: its kind, and that kind's parts."""
    reading, kind = snapshot.reading, kind_of(snapshot)
    body: dict[str, Any] = {"kind": kind, "set_text": _set_text(snapshot)}
    if kind in {"curve", "picture", "lamps"}:
        array = array_of(reading.value)
        assert array is not None  # noqa: S101 - these kinds are those of arrays
        return body | _ARRAYS[kind](snapshot, array)
    if kind == "words":
        words = words_of(snapshot, ROWS, COLUMNS)
        return body | {
            "words": [[shortened(word, LONGEST_WORD) for word in row] for row in words],
            "is_state": reading.data_type == "DevState",
            "hidden": _hidden_words(reading),
        }
    if kind in {"failure", "nothing", "empty"}:
        return body
    return body | {"text": scalar_text(snapshot, reading.value), "value": reading.value}


def scalar_text(snapshot: ValueSnapshot, value: Any) -> str:
    """Return a scalar value as text, without its unit."""
    reading, facts = snapshot.reading, snapshot.facts
    if reading.data_type == "DevEnum":
        return label_of(value, facts)
    if reading.data_type == "DevEncoded":
        name, content = value
        return f"{shortened(str(name), LONGEST_WORD)}: {count_text(len(content), 'byte')}"
    if isinstance(value, int | float | np.number):
        return format_number(value, facts.format if facts else "")
    return shortened(str(value))


def _set_text(snapshot: ValueSnapshot) -> str:
    """Return what was last set, in few words; empty where that cannot be."""
    reading, facts = snapshot.reading, snapshot.facts
    value = reading.set_value
    if value is None:
        return ""
    if reading.data_format != "SCALAR":
        size = np.size(value) if isinstance(value, np.ndarray) else len(value)
        return count_text(int(size), "value") if size else ""
    text = shortened(scalar_text(snapshot, value), LONGEST_WORD)
    if kind_of(snapshot) == "number" and facts and facts.unit:
        text += f" {facts.unit}"
    return text


def _curve(snapshot: ValueSnapshot, values: NDArray[Any]) -> dict[str, Any]:
    unit = snapshot.facts.unit if snapshot.facts else ""
    setting = array_of(snapshot.reading.set_value)
    if setting is None or setting.ndim != 1 or len(setting) < 2:
        setting = None
    lines = [_line(values, READ, 1.5, unit)]
    if setting is not None:
        lines.insert(0, _line(setting, SET, 1.0, unit))
    last = max(len(values), 0 if setting is None else len(setting)) - 1
    drawing = chart(lines, 0, max(last, 1), time=False, legend=False, width=560, height=180)
    return {
        "picture": svg_address(drawing.to_svg()),
        "figures": figures(statistics_of(values)),
        "set_is_drawn": setting is not None,
    }


def _line(values: NDArray[Any], colour: str, width: float, unit: str) -> ChartLine:
    # Here, as it is quicker than to have all of millions as floats.
    positions, kept = decimate(values, CURVE_COLUMNS)
    return ChartLine(
        label="",
        unit=unit,
        colour=colour,
        width=width,
        xs=positions.astype(float),
        ys=kept.astype(float),
    )


def _picture(snapshot: ValueSnapshot, values: NDArray[Any]) -> dict[str, Any]:
    del snapshot
    lamps = values.dtype == np.bool_
    numbers = values.view(np.uint8) if lamps else values
    known = statistics_of(numbers)
    low, high = (0, 1) if lamps else (known.low, known.high)
    if not known.finite:
        low = high = 0
    picture = paint(numbers, low, high, "lamps" if lamps else "viridis")
    rows, columns = picture.steps
    shown = f"of {rows} {TIMES} {columns} pixels one is shown" if rows * columns > 1 else ""
    return {
        "picture": png_address(picture.png),
        "width": picture.width,
        "height": picture.height,
        "bar": "" if lamps else svg_address(colour_bar_svg(low, high, picture.height)),
        "figures": _on_off(values) if lamps else figures(known),
        "shown": shown,
    }


def _lamps(snapshot: ValueSnapshot, values: NDArray[Any]) -> dict[str, Any]:
    del snapshot
    return {
        "picture": svg_address(lamps_svg(values)),
        "figures": _on_off(values),
        "hidden": max(0, len(values) - LAMPS),
    }


_ARRAYS = {"curve": _curve, "picture": _picture, "lamps": _lamps}


def figures(known: Statistics) -> list[tuple[str, str]]:
    """Return an array's statistics as names and numbers in words."""
    shown = [("n", f"{known.count:,}")]
    if known.finite:
        shown += [
            ("min", brief_number(known.low, 6)),
            ("max", brief_number(known.high, 6)),
            ("mean", brief_number(known.mean, 6)),
            ("std", brief_number(known.deviation, 4)),
        ]
    shown += [("NaN", f"{known.nan:,}")] if known.nan else []
    shown += [("infinite", f"{known.infinite:,}")] if known.infinite else []
    return shown


def _on_off(values: NDArray[Any]) -> list[tuple[str, str]]:
    lit = int(np.count_nonzero(values))
    return [("on", f"{lit:,}"), ("off", f"{values.size - lit:,}")]


def _figures(snapshot: ValueSnapshot) -> list[tuple[str, str]]:
    """Return the statistics of what is shown as numbers or lamps."""
    if kind_of(snapshot) not in _ARRAYS:
        return []
    array = array_of(snapshot.reading.value)
    if array is None or array.dtype == np.bool_:
        return [] if array is None else _on_off(array)
    return figures(statistics_of(array))


def _hidden_words(reading: Reading) -> str:
    """Say how many of an array's words are not shown."""
    value = reading.value
    if reading.data_format == "SPECTRUM":
        hidden = len(value) - ROWS
        return f"… and {hidden:,} more" if hidden > 0 else ""
    rows, columns = len(value), len(value[0])
    if rows <= ROWS and columns <= COLUMNS:
        return ""
    return f"… of {columns:,} {TIMES} {rows:,}"


def _type_text(reading: Reading) -> str:
    """Say the type and the size, the width before the height."""
    if reading.data_format == "SCALAR" or reading.failure is not None or reading.value is None:
        return reading.data_type if reading.failure is None else ""
    value = reading.value
    if isinstance(value, np.ndarray):
        size = f" {TIMES} ".join(f"{side:,}" for side in reversed(value.shape))
    elif len(value) and isinstance(value[0], list | tuple):
        size = f"{len(value[0]):,} {TIMES} {len(value):,}"
    else:
        size = f"{len(value):,}"
    return f"{reading.data_type}, {size}"


@line_of.register
def _(snapshot: ValueSnapshot) -> str:
    reading = snapshot.reading
    head = one_line(reading.attribute)
    if reading.failure is not None:
        return f"{head}: {one_line(shortened(str(reading.failure), LONGEST_WORD))}"
    quality = "" if reading.quality == "VALID" else f" ({reading.quality})"
    equals = " =" if reading.data_format == "SCALAR" else ":"
    return f"{head}{equals} {short_text(snapshot)}{quality}"


def short_text(snapshot: ValueSnapshot) -> str:
    reading, kind = snapshot.reading, kind_of(snapshot)
    if kind in {"nothing", "empty"}:
        return "no value" if kind == "nothing" else "empty"
    if reading.data_format == "SCALAR":
        text = one_line(shortened(scalar_text(snapshot, reading.value), LONGEST_WORD))
        unit = snapshot.facts.unit if snapshot.facts and kind == "number" else ""
        return f"{text} {one_line(unit)}".strip()
    return _type_text(reading)


@text_of.register
def _(snapshot: ValueSnapshot) -> str:
    reading, kind = snapshot.reading, kind_of(snapshot)
    name = one_line(reading.attribute)
    if kind == "failure":
        return f"{name} has no value:\n{text_of(reading.failure)}"
    if kind == "text":
        quality = "" if reading.quality == "VALID" else f" ({reading.quality})"
        lines = [f"{name} ={quality} {printable(scalar_text(snapshot, reading.value))}"]
    else:
        lines = [line_of(snapshot), *(f"  {line}" for line in text_body(snapshot))]
        if known := _figures(snapshot):
            unit = one_line(snapshot.facts.unit) if snapshot.facts else ""
            figures_line = ", ".join(f"{name} {value}" for name, value in known)
            lines.append(f"  {figures_line}{f' ({unit})' if unit else ''}")
    setting = one_line(_set_text(snapshot))
    about = [f"set {setting}"] if setting else []
    about += [time_text(reading.time_s)]
    about += [_type_text(reading)] if reading.data_format == "SCALAR" else []
    return "\n".join([*lines, "  " + ", ".join(about)])


@html_of.register
def _(snapshot: ValueList) -> str:
    shown = snapshot.items[:READINGS]
    return render(
        "values.html",
        rows=[
            {
                "name": item.reading.attribute,
                "failure": item.reading.failure,
                "text": short_text(item) if not item.failed else "",
                "lamp": kind_of(item) == "lamp",
                "state": kind_of(item) == "state",
                "set_text": "" if item.failed else _set_text(item),
                "quality": item.reading.quality,
                "time": time_text(item.reading.time_s),
            }
            for item in shown
        ],
        hidden=len(snapshot.items) - len(shown),
    )


@text_of.register
def _(snapshot: ValueList) -> str:
    shown = [line_of(item) for item in snapshot.items[:READINGS]]
    hidden = len(snapshot.items) - len(shown)
    return "\n".join([*shown, f"... and {hidden} more"] if hidden else shown)


@line_of.register
def _(snapshot: ValueList) -> str:
    return count_text(len(snapshot.items), "reading")
