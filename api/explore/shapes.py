"""Shapes of things in a drawing: kind is shape and two letters, and a name stands below."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from api.explore.shown import Drawn
from graph.schema import NodeKind

MARKS = {
    NodeKind.IDENTITY: "Dr",
    NodeKind.VEHICLE: "Tk",
    NodeKind.CARRIER: "Ca",
    NodeKind.PHONE: "Ph",
    NodeKind.ADDRESS: "Ad",
    NodeKind.PORT: "Po",
    NodeKind.EVENT: "Ev",
}
LETTERS = 24
"""Letters of a name beside its thing; the table has all of it."""
_LINE, _SIZE = 15, 12  # of a label, in pixels; letters of a line, in number

Spot = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Labels:
    """What is written beside things.

    Args:
        more: of a thing that too many share, by how many do.
        band: word of a band.
    """

    more: Callable[[int], str]
    band: Callable[[str], str]


def thing(node: Drawn, spot: Spot, focus: str, labels: Labels) -> Markup:
    """A thing where it stands: its shape, its two letters, and what is written below."""
    kind, (x, y) = NodeKind(node["kind"]), spot
    is_focus = node["id"] == focus
    half = 22 if is_focus else {NodeKind.IDENTITY: 18, NodeKind.EVENT: 14}.get(kind, 15)
    is_filled = kind in {NodeKind.IDENTITY, NodeKind.EVENT}
    colour = {NodeKind.IDENTITY: "g-driver", NodeKind.EVENT: "g-event"}.get(kind) or (
        "g-hub" if node["is_hub"] else "g-thing"
    )
    ring = Markup('<circle class="g-ring" cx="{:.1f}" cy="{:.1f}" r="{}"></circle>').format(x, y, half + 4)
    mark = Markup(
        '<text class="{}" x="{:.1f}" y="{:.1f}" font-size="{}" font-weight="600" text-anchor="middle">{}</text>'
    ).format("g-on" if is_filled else "g-by", x, y + 4 + _LOWER.get(kind, 0), 11, MARKS.get(kind, ""))
    return Markup("<g>{}{}{}{}</g>").format(
        _shape(kind, colour, spot, half), ring if is_focus else "", mark, _label(node, (x, y + half), labels)
    )


_LOWER = {NodeKind.ADDRESS: 2, NodeKind.PORT: 4}
"""How much lower the mark stands in a shape that is narrow at its top, in pixels."""

_CORNERS: Mapping[NodeKind, Sequence[Spot]] = {
    NodeKind.CARRIER: ((-1.1, 0), (-0.55, -0.95), (0.55, -0.95), (1.1, 0), (0.55, 0.95), (-0.55, 0.95)),
    NodeKind.ADDRESS: ((0, -1.15), (1.05, -0.3), (0.85, 1), (-0.85, 1), (-1.05, -0.3)),
    NodeKind.PORT: ((0, -1.2), (1.25, 1), (-1.25, 1)),
    NodeKind.EVENT: ((0, -1.15), (1.15, 0), (0, 1.15), (-1.15, 0)),
}


def _shape(kind: NodeKind, colour: str, spot: Spot, half: float) -> Markup:
    x, y = spot
    if kind is NodeKind.IDENTITY:
        return Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{}"></circle>').format(colour, x, y, half)
    if kind in _CORNERS:
        corners = [(x + half * dx, y + half * dy) for dx, dy in _CORNERS[kind]]
        return Markup('<polygon class="{}" points="{}"></polygon>').format(colour, points(corners))
    wide, high, round_ = (1.25, 0.8, 0.8) if kind is NodeKind.PHONE else (1.0, 0.9, 0.3)
    return Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="{:.1f}"></rect>').format(
        colour, x - half * wide, y - half * high, 2 * half * wide, 2 * half * high, half * round_
    )


def _label(node: Drawn, spot: Spot, labels: Labels) -> Markup:
    whole = node["label"] or node["detail"]
    short = whole if len(whole) <= LETTERS else f"{whole[:LETTERS]}…"
    lines = textwrap.wrap(short, _LINE) or [""]
    if node["is_hub"] and node["degree"]:
        lines.append(labels.more(node["degree"]))
    if node.get("band"):
        lines.append(labels.band(node["band"]))
    made = []
    for place, line in enumerate(lines):
        y = spot[1] + _SIZE + 3 + place * (_SIZE + 1)
        made.append(
            Markup('<text class="g-by" x="{:.1f}" y="{:.1f}" font-size="{}" text-anchor="middle">{}</text>').format(
                spot[0], y, _SIZE, line
            )
        )
    longest = max(map(len, lines))
    behind = Markup(
        '<rect class="g-behind" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="2"></rect>'
    ).format(spot[0] - longest * _SIZE * 0.27, spot[1] + 3, longest * _SIZE * 0.54, len(lines) * (_SIZE + 1) + 1)
    return behind + Markup("").join(made)


def points(spots: Sequence[Spot]) -> str:
    """Corners as an attribute has them."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
