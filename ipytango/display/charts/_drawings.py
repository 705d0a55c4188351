"""A drawing of lines, texts and pictures that can be had as SVG and as PNG, with the same look."""

from __future__ import annotations

import base64
import dataclasses
import io
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from .._html import escape

if TYPE_CHECKING:
    from PIL import ImageDraw

__all__ = ["GRID", "INK", "Drawing", "stacked"]

INK = (136, 136, 136)
"""A mid-tone, for an image that does not know whether the page around it is light or dark."""

GRID = (136, 136, 136, 51)

FONT_SIZE = 11
SUPERSAMPLING = 3
LARGEST_SIDE = 8000
"""Pixels of a PNG; above it is drawn smaller."""

Point = tuple[float, float]
Colour = tuple[int, ...]
Anchor = Literal["start", "middle", "end"]

_PILLOW_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


@dataclasses.dataclass(frozen=True)
class _Line:
    points: Sequence[Point]
    colour: Colour
    width: float
    dash: bool


@dataclasses.dataclass(frozen=True)
class _Dot:
    at: Point
    radius: float
    colour: Colour


@dataclasses.dataclass(frozen=True)
class _Box:
    at: Point
    size: Point
    colour: Colour


@dataclasses.dataclass(frozen=True)
class _Text:
    at: Point
    text: str
    anchor: Anchor
    colour: Colour
    size: float


@dataclasses.dataclass(frozen=True)
class _Image:
    at: Point
    size: Point
    png: bytes


class Drawing:
    """What is drawn, in pixels of the page; the first is the lowest."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.alt = "plot"
        """What it shows, for those who cannot see it."""
        self._shapes: list[_Line | _Dot | _Box | _Text | _Image] = []

    def line(
        self, points: Sequence[Point], colour: Colour, width: float = 1.0, *, dash: bool = False
    ) -> None:
        """Draw through the points; a single one is a dot."""
        if len(points) == 1:
            self.dot(points[0], width / 2 + 0.2, colour)
        elif points:
            self._shapes.append(_Line(points, colour, width, dash))

    def dot(self, at: Point, radius: float, colour: Colour) -> None:
        """Draw a filled circle."""
        self._shapes.append(_Dot(at, radius, colour))

    def box(self, at: Point, size: Point, colour: Colour) -> None:
        """Draw a filled rectangle."""
        self._shapes.append(_Box(at, size, colour))

    def text(
        self,
        at: Point,
        text: str,
        anchor: Anchor = "start",
        colour: Colour = INK,
        size: float = FONT_SIZE,
    ) -> None:
        """Write a line of text; `at` is on its base line."""
        # What is not printable has no place in a line, and some of it none in XML.
        line = "".join(letter if letter.isprintable() else " " for letter in text)
        self._shapes.append(_Text(at, line, anchor, colour, size))

    def image(self, at: Point, size: Point, png: bytes) -> None:
        """Place a picture, with its pixels kept sharp."""
        self._shapes.append(_Image(at, size, png))

    # --- as SVG -----------------------------------------------------------------------------------

    def to_svg(self) -> str:
        """Return an SVG document."""
        body = "".join(_SVG[type(shape)](shape) for shape in self._shapes)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}" '
            f'viewBox="0 0 {self.width} {self.height}" font-family="system-ui,sans-serif" '
            f'font-size="{FONT_SIZE}">{body}</svg>'
        )

    # --- as PNG -----------------------------------------------------------------------------------

    def to_png(self, scale: float = 2.0, background: Colour = (255, 255, 255)) -> bytes:
        """Return a PNG file's bytes, with `scale` pixels for each of the page's."""
        from PIL import Image, ImageDraw

        scale = min(scale, LARGEST_SIDE / max(self.width, self.height))
        final = round(self.width * scale), round(self.height * scale)
        # Pillow draws lines with hard edges: drawn larger and reduced, they are smooth.
        factor = scale * SUPERSAMPLING
        canvas = Image.new("RGB", (final[0] * SUPERSAMPLING, final[1] * SUPERSAMPLING), background)
        pen = ImageDraw.Draw(canvas, "RGBA")
        for shape in self._shapes:
            if isinstance(shape, _Image):
                with Image.open(io.BytesIO(shape.png)) as picture:
                    size = round(shape.size[0] * factor), round(shape.size[1] * factor)
                    part = picture.convert("RGBA").resize(size, Image.Resampling.NEAREST)
                place = round(shape.at[0] * factor), round(shape.at[1] * factor)
                canvas.paste(part, place, part)
            elif not isinstance(shape, _Text):
                _PILLOW[type(shape)](pen, shape, factor)
        canvas = canvas.resize(final, Image.Resampling.LANCZOS)
        pen = ImageDraw.Draw(canvas, "RGBA")
        for shape in self._shapes:  # letters are smooth by themselves, and finer at their own size
            if isinstance(shape, _Text):
                _write(pen, shape, scale)
        file = io.BytesIO()
        canvas.save(file, "PNG")
        return file.getvalue()


def stacked(drawings: Sequence[Drawing], gap: int = 12) -> Drawing:
    """Put drawings below each other."""
    whole = Drawing(
        max((drawing.width for drawing in drawings), default=1),
        sum(drawing.height for drawing in drawings) + gap * max(len(drawings) - 1, 0) or 1,
    )
    top = 0.0
    for drawing in drawings:
        whole._shapes += [_moved(shape, top) for shape in drawing._shapes]
        top += drawing.height + gap
    return whole


def _moved(shape: Any, down: float) -> Any:
    if isinstance(shape, _Line):
        return dataclasses.replace(shape, points=[(x, y + down) for x, y in shape.points])
    return dataclasses.replace(shape, at=(shape.at[0], shape.at[1] + down))


# --- shapes as SVG --------------------------------------------------------------------------------


def _paint(colour: Colour, what: str) -> str:
    red, green, blue, *alpha = colour
    opacity = f' {what}-opacity="{alpha[0] / 255:.2f}"' if alpha else ""
    return f'{what}="#{red:02x}{green:02x}{blue:02x}"{opacity}'


def _svg_line(line: _Line) -> str:
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in line.points)
    dash = ' stroke-dasharray="5 4"' if line.dash else ""
    return (
        f'<path d="M{path}" fill="none" {_paint(line.colour, "stroke")} '
        f'stroke-width="{line.width:g}" stroke-linejoin="round" stroke-linecap="round"{dash}/>'
    )


def _svg_dot(dot: _Dot) -> str:
    (x, y), radius = dot.at, dot.radius
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" {_paint(dot.colour, "fill")}/>'


def _svg_box(box: _Box) -> str:
    (x, y), (width, height) = box.at, box.size
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f"{_paint(box.colour, 'fill')}/>"
    )


def _svg_text(text: _Text) -> str:
    x, y = text.at
    size = "" if text.size == FONT_SIZE else f' font-size="{text.size:g}"'
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{text.anchor}"{size} '
        f"{_paint(text.colour, 'fill')}>{escape(text.text)}</text>"
    )


def _svg_image(image: _Image) -> str:
    (x, y), (width, height) = image.at, image.size
    data = base64.b64encode(image.png).decode("ascii")
    return (
        f'<image x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'style="image-rendering:pixelated" preserveAspectRatio="none" '
        f'href="data:image/png;base64,{data}"/>'
    )


_SVG: dict[type, Callable[[Any], str]] = {
    _Line: _svg_line,
    _Dot: _svg_dot,
    _Box: _svg_box,
    _Text: _svg_text,
    _Image: _svg_image,
}


# --- shapes by Pillow -----------------------------------------------------------------------------


def _draw_line(pen: ImageDraw.ImageDraw, line: _Line, factor: float) -> None:
    points = [(x * factor, y * factor) for x, y in line.points]
    width = max(round(line.width * factor), 1)
    for part in _dashes(points, 5 * factor, 4 * factor) if line.dash else [points]:
        pen.line(part, fill=line.colour, width=width, joint="curve" if width > 2 else None)


def _dashes(points: Sequence[Point], on: float, off: float) -> list[list[Point]]:
    (x0, y0), (x1, y1) = points[0], points[-1]
    length = math.hypot(x1 - x0, y1 - y0) or 1.0
    starts = [step * (on + off) for step in range(int(length / (on + off)) + 1)]

    def at(way: float) -> Point:
        share = min(way / length, 1.0)
        return x0 + share * (x1 - x0), y0 + share * (y1 - y0)

    return [[at(start), at(start + on)] for start in starts]


def _draw_dot(pen: ImageDraw.ImageDraw, dot: _Dot, factor: float) -> None:
    (x, y), radius = dot.at, dot.radius
    corners = [(x - radius) * factor, (y - radius) * factor]
    corners += [(x + radius) * factor, (y + radius) * factor]
    pen.ellipse(corners, fill=dot.colour)


def _draw_box(pen: ImageDraw.ImageDraw, box: _Box, factor: float) -> None:
    (x, y), (width, height) = box.at, box.size
    pen.rectangle(
        [x * factor, y * factor, (x + width) * factor, (y + height) * factor], fill=box.colour
    )


def _write(pen: ImageDraw.ImageDraw, text: _Text, scale: float) -> None:
    from PIL import ImageFont

    font = ImageFont.load_default(text.size * scale)
    place = text.at[0] * scale, text.at[1] * scale
    pen.text(place, text.text, fill=text.colour, font=font, anchor=_PILLOW_ANCHORS[text.anchor])


_PILLOW: dict[type, Callable[[Any, Any, float], None]] = {
    _Line: _draw_line,
    _Dot: _draw_dot,
    _Box: _draw_box,
}
