"""Ports as a picture: rate ratios with their intervals on one scale."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from api.port_map import port_name
from api.web.texts import Catalogue

_LEFT, _WIDTH, _ROW, _TOP = 190, 480, 26, 30
_LOW, _HIGH = 0.1, 10.0
_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10)


def forest(t: Catalogue, rows: Sequence[Mapping[str, Any]], everything: Mapping[str, Any]) -> Markup:
    """Rate ratios of the ports and of all together with their 95 % intervals, on a logarithmic scale."""
    told = [(port_name(row), row["ratio"]) for row in rows if row.get("ratio")]
    if everything["ratio"]:
        told.append((t("ports.by_port_short"), everything["ratio"]))
    if not told:
        return Markup("")
    height = _TOP + _ROW * len(told) + 24
    parts = [_axis(t, height)]
    for place, (name, ratio) in enumerate(told):
        parts.append(_line(str(name), ratio, _TOP + _ROW * place + _ROW / 2))
    return Markup('<svg class="forest" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        _LEFT + _WIDTH + 20,
        height,
        t("ports.picture_label"),
        Markup("").join(parts),
    )


def _axis(t: Catalogue, height: int) -> Markup:
    ticks = [
        Markup(
            '<line class="{5}" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>'
            '<text x="{0}" y="{3}" text-anchor="middle">{4}</text>'
        ).format(_x(tick), _TOP - 6, height - 18, height - 4, t.number(tick), "one" if tick == 1 else "axis")
        for tick in _TICKS
    ]
    return Markup("").join(ticks)


def _line(name: str, ratio: Mapping[str, float], y: float) -> Markup:
    return Markup(
        '<text x="0" y="{1}">{0}</text><line class="interval" x1="{2}" x2="{3}" y1="{4}" y2="{4}"/>'
        '<circle class="estimate" cx="{5}" cy="{4}" r="4"/>'
    ).format(escape(name[:28]), y + 4, _x(ratio["low"]), _x(ratio["high"]), y, _x(ratio["value"]))


def _x(ratio: float) -> float:
    held = min(max(ratio, _LOW), _HIGH)
    return round(_LEFT + _WIDTH * (math.log(held) - math.log(_LOW)) / (math.log(_HIGH) - math.log(_LOW)), 1)
