"""A control chart as a picture: finds per 1,000 by quarter, within what chance alone would give."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from markupsafe import Markup

from api.web.texts import Catalogue

_LEFT, _RIGHT, _TOP, _FOOT = 56.0, 84.0, 14.0, 46.0
_WIDTH, _HEIGHT = 760.0, 250.0
_STEPS = (1, 2, 2.5, 5, 10)


def control_chart(chart: Mapping[str, Any], side: str, t: Catalogue) -> Markup:
    """The chart of one side of a port; the table beside it has the figures.

    Args:
        side: what it is of, in words.
    """
    points, scale = chart["points"], _Scale(chart)
    middle = scale.y(chart["centre"])
    return Markup(
        '<svg class="control" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}'
        '<line class="centre" x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="{}">{}</text>{}</svg>'
    ).format(
        *(_WIDTH, _HEIGHT, t("ports.chart_label", side=Markup.escape(side)), _axes(t, points, scale)),
        _band(points, scale),
        *(_LEFT, _WIDTH - _RIGHT, middle, middle),
        *(_WIDTH - _RIGHT + 6, middle + 4, t("ports.chart_centre", rate=t.number(chart["centre"], 1)).striptags()),
        _line(points, scale),
    )


def outside_of(points: Sequence[Mapping[str, Any]]) -> list[str]:
    """The quarters that lie outside the limits."""
    return [point["quarter"] for point in points if point["is_outside"]]


class _Scale:
    """Where a quarter and a rate stand; the picture ends a little above the highest rate, whatever the limits are."""

    def __init__(self, chart: Mapping[str, Any]) -> None:
        self._count = max(len(chart["points"]) - 1, 1)
        most = max([chart["centre"] * 2, *(point["rate"] or 0 for point in chart["points"])])
        self.step = _step(most * 1.1 or 1)
        self.top = min(self.step * math.ceil((most * 1.1 or 1) / self.step), 1000)

    def x(self, place: int) -> float:
        return round(_LEFT + (_WIDTH - _LEFT - _RIGHT) * place / self._count, 1)

    def y(self, rate: float) -> float:
        return round(_HEIGHT - _FOOT - (_HEIGHT - _TOP - _FOOT) * min(rate, self.top) / self.top, 1)


def _step(most: float) -> float:
    """A round step of which four or five make the axis."""
    size = 10.0 ** math.floor(math.log10(most / 4))
    return next(size * step for step in _STEPS if size * step >= most / 5)


def _axes(t: Catalogue, points: Sequence[Mapping[str, Any]], scale: _Scale) -> Markup:
    rates = [scale.step * place for place in range(round(scale.top / scale.step) + 1)]
    lines = [
        Markup(
            '<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="{}" text-anchor="end">{}</text>'
        ).format(
            _LEFT, _WIDTH - _RIGHT, scale.y(rate), scale.y(rate), _LEFT - 8, scale.y(rate) + 4, t.number(round(rate, 6))
        )
        for rate in rates
    ]
    every = math.ceil(len(points) / 12)
    quarters = [
        Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>').format(
            scale.x(place), _HEIGHT - _FOOT + 20, point["quarter"][4:]
        )
        for place, point in enumerate(points)
        if place % every == 0
    ]
    years = [
        Markup('<text class="year" x="{}" y="{}" text-anchor="middle">{}</text>').format(
            scale.x(place), _HEIGHT - 8, point["quarter"][:4]
        )
        for place, point in enumerate(points)
        if place == 0 or point["quarter"][:4] != points[place - 1]["quarter"][:4]
    ]
    return Markup("").join([*lines, *quarters, *years])


def _band(points: Sequence[Mapping[str, Any]], scale: _Scale) -> Markup:
    """What lies within the limits; a quarter without examinations parts it."""
    shapes = []
    for run in _runs(points):
        upper = [(scale.x(place), scale.y(point["upper"])) for place, point in run]
        lower = [(scale.x(place), scale.y(point["lower"])) for place, point in run]
        if len(run) == 1:  # one quarter alone is a bar, since a band of no width cannot be seen
            upper = [(upper[0][0] + aside, upper[0][1]) for aside in (-5, 5)]
            lower = [(lower[0][0] + aside, lower[0][1]) for aside in (-5, 5)]
        outline = "L".join(f"{x:g},{y:g}" for x, y in [*upper, *reversed(lower)])
        shapes.append(Markup('<path class="limits" d="M{}Z"/>').format(outline))
    return Markup("").join(shapes)


def _line(points: Sequence[Mapping[str, Any]], scale: _Scale) -> Markup:
    parts = []
    for run in _runs(points):
        spots = [(scale.x(place), scale.y(point["rate"])) for place, point in run]
        parts.append(Markup('<path class="rate" d="M{}"/>').format("L".join(f"{x:g},{y:g}" for x, y in spots)))
        parts += [_mark(x, y, point["is_outside"]) for (x, y), (_, point) in zip(spots, run, strict=True)]
    return Markup("").join(parts)


def _mark(x: float, y: float, is_outside: bool) -> Markup:  # noqa: FBT001 - a fact of the point
    if is_outside:
        return Markup('<path class="outside" transform="translate({} {})" d="M0,-8L8,0L0,8L-8,0Z"/>').format(x, y)
    return Markup('<circle class="point" cx="{}" cy="{}" r="4"/>').format(x, y)


def _runs(points: Sequence[Mapping[str, Any]]) -> list[list[tuple[int, Mapping[str, Any]]]]:
    """Quarters with examinations that follow each other."""
    runs = groupby(enumerate(points), lambda one: one[1]["rate"] is not None)
    return [list(run) for is_known, run in runs if is_known]
