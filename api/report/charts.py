"""Charts as SVG, drawn by a few small functions: no script, no outside resource, readable in black and white."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from api.report.markup import Html, el

WIDTH, HEIGHT = 640, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 14, 24, 44


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis.

    Args:
        ticks: how many it gets about.
        classes: names of the steps of one from `low` on, in place of ticks.
    """

    label: str
    low: float
    high: float
    ticks: int = 6
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart.

    Args:
        style: class of the line: a, b or c.
        points: x and y in the axes' units.
    """

    name: str
    style: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a histogram: from, to, and the height of each of its segments."""

    low: float
    high: float
    segments: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across the chart at a value of x."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class _Plane:
    x: Axis
    y: Axis

    def place(self, x: float, y: float) -> tuple[float, float]:
        width, height = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
        share_x = (x - self.x.low) / (self.x.high - self.x.low)
        share_y = (y - self.y.low) / (self.y.high - self.y.low)
        return round(_LEFT + share_x * width, 1), round(_TOP + (1 - share_y) * height, 1)


def lines(title: str, axes: tuple[Axis, Axis], drawn: Sequence[Line], marks: Sequence[Mark] = ()) -> Html:
    """A chart of lines with their names in a legend."""
    plane = _Plane(*axes)
    parts = [*_frame(plane), *_marks(plane, marks)]
    for line in drawn:
        places = [plane.place(x, y) for x, y in line.points]
        parts.append(el("polyline", points=" ".join(f"{x},{y}" for x, y in places), class_=f"line {line.style}"))
        if len(places) <= 40:
            parts += [el("circle", cx=x, cy=y, r=2.6, class_=f"dot {line.style}") for x, y in places]
    return _figure(title, parts, [(line.name, line.style) for line in drawn])


def histogram(
    title: str,
    axes: tuple[Axis, Axis],
    bars: Sequence[Bar],
    names: Sequence[tuple[str, str]],
    marks: Sequence[Mark] = (),
) -> Html:
    """A histogram whose bars are stacked.

    Args:
        names: name and class (a, b or c) of each segment.
    """
    plane = _Plane(*axes)
    parts = _frame(plane)
    for bar in bars:
        base = 0.0
        for (_, style), height in zip(names, bar.segments, strict=True):
            left, top = plane.place(bar.low, base + height)
            right, bottom = plane.place(bar.high, base)
            if height:
                width = max(right - left - 1, 1)
                parts.append(
                    el(
                        "rect",
                        x=left,
                        y=top,
                        width=round(width, 1),
                        height=round(bottom - top, 1),
                        class_=f"bar {style}",
                    )
                )
            base += height
    return _figure(title, [*parts, *_marks(plane, marks)], names)


def ladder(title: str, rows: Sequence[tuple[str, tuple[float | None, ...]]], names: Sequence[tuple[str, str]]) -> Html:
    """Bars to both sides of nothing, one row a line of text; for each name one bar a row."""
    values = [value for _, row in rows for value in row if value is not None]
    reach = _nice(max((abs(value) for value in values), default=1.0))
    thick, gap, label = 8, 7, 210
    step = thick * len(names) + gap
    height = _TOP + step * len(rows) + 34
    middle = label + (WIDTH - label - _RIGHT) / 2
    scale = (WIDTH - label - _RIGHT) / 2 / reach
    ticks = _ticks(Axis("", -reach, reach, 8))
    parts = []
    for tick in ticks:
        x = round(middle + tick * scale, 1)
        parts.append(el("line", x1=x, x2=x, y1=_TOP, y2=height - 30, class_="grid" if tick else "axis"))
        parts.append(el("text", f"{tick:g}", x=x, y=height - 16, text_anchor="middle"))
    parts.append(el("text", "bits", x=middle, y=height - 2, text_anchor="middle"))
    for place, (text, row) in enumerate(rows):
        top = _TOP + place * step
        parts.append(el("text", text, x=label - 8, y=top + step / 2 + 1, text_anchor="end"))
        for number, ((_, style), value) in enumerate(zip(names, row, strict=True)):
            if value is None:
                continue
            x = middle + min(value, 0) * scale
            y = top + number * thick
            parts.append(
                el(
                    "rect",
                    x=round(x, 1),
                    y=y,
                    width=round(max(abs(value) * scale, 0.6), 1),
                    height=thick - 1,
                    class_=f"bar {style}",
                )
            )
    return _figure(title, parts, names, height)


def top(values: Sequence[float]) -> float:
    """A round number at or over all values."""
    return _nice(max(values, default=1.0) or 1.0)


def _nice(value: float) -> float:
    """The next round number: 1, 2 or 5 times a power of ten, in fifths of it."""
    unit = 10.0 ** math.floor(math.log10(value))
    return next(unit * step for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if unit * step >= value)


def _ticks(axis: Axis) -> list[float]:
    width = (axis.high - axis.low) / axis.ticks
    unit = 10.0 ** math.floor(math.log10(width))
    step = next(unit * size for size in (1, 2, 5, 10) if unit * size >= width * 0.999)
    first = math.ceil(round(axis.low / step, 6))
    last = math.floor(round(axis.high / step, 6))
    return [round(place * step, 9) for place in range(first, last + 1)]


def _frame(plane: _Plane) -> list[Html]:
    """Grid, ticks and labels of both axes."""
    parts: list[Html] = []
    for tick in _ticks(plane.y):
        x, y = plane.place(plane.x.low, tick)
        parts.append(el("line", x1=x, x2=WIDTH - _RIGHT, y1=y, y2=y, class_="grid"))
        parts.append(
            el("text", f"{tick:,g}" if tick < 1_000_000 else f"{tick:,.0f}", x=x - 6, y=y + 4, text_anchor="end")
        )
    for place, name in enumerate(plane.x.classes):
        x, y = plane.place(plane.x.low + place + 0.5, plane.y.low)
        parts.append(el("text", name, x=x, y=y + 17, text_anchor="middle"))
    for tick in () if plane.x.classes else _ticks(plane.x):
        x, y = plane.place(tick, plane.y.low)
        parts.append(el("line", x1=x, x2=x, y1=y, y2=y + 4, class_="axis"))
        parts.append(el("text", f"{tick:g}", x=x, y=y + 17, text_anchor="middle"))
    left, bottom = plane.place(plane.x.low, plane.y.low)
    parts.append(el("line", x1=left, x2=WIDTH - _RIGHT, y1=bottom, y2=bottom, class_="axis"))
    parts.append(el("text", plane.x.label, x=(left + WIDTH - _RIGHT) / 2, y=HEIGHT - 8, text_anchor="middle"))
    middle = (_TOP + bottom) / 2
    parts.append(el("text", plane.y.label, x=14, y=middle, text_anchor="middle", transform=f"rotate(-90 14 {middle})"))
    return parts


def _marks(plane: _Plane, marks: Sequence[Mark]) -> list[Html]:
    parts: list[Html] = []
    for mark in marks:
        if plane.x.low <= mark.at <= plane.x.high:
            x, _ = plane.place(mark.at, plane.y.low)
            parts.append(el("line", x1=x, x2=x, y1=_TOP - 4, y2=HEIGHT - _BOTTOM, class_="mark"))
            parts.append(el("text", mark.label, x=x, y=_TOP - 8, text_anchor="middle", class_="mark"))
    return parts


def _figure(title: str, parts: Sequence[Html], names: Sequence[tuple[str, str]], height: float = HEIGHT) -> Html:
    """The drawing with its title for those who cannot see it, and a legend below."""
    drawing = el("svg", el("title", title), *parts, viewBox=f"0 0 {WIDTH} {height:g}", role="img", aria_label=title)
    keys = [el("span", el("i", class_=f"key {style}"), name) for name, style in names if name]
    return el("figure", drawing, el("figcaption", *keys, class_="legend") if len(keys) > 1 else None)
