"""A picture of the graph drawn on the server, for paper: the shapes, marks and lines that the explorer has.

Kind is shape and two letters; how strong a tie is, one of three widths; possible is dashed, drawn by an analyst dotted,
declared double, outside the period faint. Things stand where they were saved. What is text in it is escaped.
"""

from __future__ import annotations

import math
import textwrap
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from api.explore.shown import Drawn, Shown
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
_MARGIN = 70
_STRONG, _MIDDLE = 0.2, 0.05
_DASHES = {"possible": "6 4", "drawn": "2 3"}
_BEND = 22
"""How far the middle of a line goes aside where several join the same two things."""

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


def sketch(found: Shown, focus: str, positions: Mapping[str, Mapping[str, float]], says: str, labels: Labels) -> Markup:
    """The drawing.

    Args:
        positions: where things stand, by id; what has none stands in a ring around the rest.
        says: what somebody hears who does not see it.
    """
    spots = _spots([node["id"] for node in found.nodes], positions)
    (left, top), (right, bottom) = _corners(list(spots.values()))
    width, height = round(right - left), round(bottom - top)
    lines = Markup("").join(_lines(found, spots))
    things = Markup("").join(_thing(node, spots[node["id"]], focus, labels) for node in found.nodes)
    return Markup(
        '<svg role="img" class="sketch" aria-label="{}" width="{}" height="{}" viewBox="{} {} {} {}">{}{}</svg>'
    ).format(says, width, height, round(left), round(top), width, height, lines, things)


def width_of(strength: float | None) -> float:
    """How wide the line of a tie is, in pixels."""
    if strength is None or strength < _MIDDLE:
        return 1.5
    return 5 if strength >= _STRONG else 3


def _spots(ids: Sequence[str], positions: Mapping[str, Mapping[str, float]]) -> dict[str, Spot]:
    spots = {name: (positions[name]["x"], positions[name]["y"]) for name in ids if name in positions}
    left = [name for name in ids if name not in spots]
    xs, ys = [x for x, _ in spots.values()] or [0.0], [y for _, y in spots.values()] or [0.0]
    middle = ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
    radius = math.dist((min(xs), min(ys)), (max(xs), max(ys))) / 2 + max(90.0, 12.0 * len(left))
    for place, name in enumerate(left):
        angle = 2 * math.pi * place / len(left)
        spots[name] = (middle[0] + radius * math.cos(angle), middle[1] + radius * math.sin(angle))
    return spots


def _corners(spots: Sequence[Spot]) -> tuple[Spot, Spot]:
    xs, ys = [x for x, _ in spots] or [0.0], [y for _, y in spots] or [0.0]
    return (min(xs) - _MARGIN, min(ys) - _MARGIN / 2), (max(xs) + _MARGIN, max(ys) + _MARGIN)


def _lines(found: Shown, spots: Mapping[str, Spot]) -> list[Markup]:
    between: dict[frozenset[str], list[Drawn]] = defaultdict(list)
    for edge in found.edges:
        between[frozenset((edge["source"], edge["target"]))].append(edge)
    made = []
    for edges in between.values():
        for place, edge in enumerate(edges):
            ends = spots[edge["source"]], spots[edge["target"]]
            turn = 1 if edge["source"] <= edge["target"] else -1  # aside is told from one end to the other
            bend = turn * _BEND * (place - (len(edges) - 1) / 2) * 2
            made.append(_line(edge, ends, bend, is_faded=edge["id"] in found.faded))
    return made


def _line(edge: Drawn, ends: tuple[Spot, Spot], bend: float, *, is_faded: bool) -> Markup:
    (ax, ay), (bx, by) = ends
    length = math.dist(*ends) or 1.0
    cx, cy = (ax + bx) / 2 - bend * (by - ay) / length, (ay + by) / 2 + bend * (bx - ax) / length
    path = f"M{ax:.1f} {ay:.1f}Q{cx:.1f} {cy:.1f} {bx:.1f} {by:.1f}"
    width = width_of(edge["strength"])
    faint = Markup(' opacity="0.25"') if is_faded else Markup("")
    if edge["certainty"] == "declared":
        one = _stroke("g-line", path, width + 3, "")
        return Markup("<g{}>{}{}</g>").format(faint, one, _stroke("g-gap", path, width, ""))
    arrow = _arrow((cx, cy), (bx, by)) if edge["kind"] == "SUCCEEDS" else Markup("")
    return Markup("<g{}>{}{}</g>").format(
        faint, _stroke("g-line", path, width, _DASHES.get(edge["certainty"], "")), arrow
    )


def _stroke(name: str, path: str, width: float, dashes: str) -> Markup:
    dashed = Markup(' stroke-dasharray="{}"').format(dashes) if dashes else Markup("")
    return Markup('<path class="{}" d="{}" fill="none" stroke-width="{}"{}></path>').format(name, path, width, dashed)


def _arrow(start: Spot, end: Spot) -> Markup:
    """Before the thing at the end, which is drawn over the line."""
    angle = math.atan2(end[1] - start[1], end[0] - start[0])
    tip = (end[0] - 18 * math.cos(angle), end[1] - 18 * math.sin(angle))
    sides = [(tip[0] - 11 * math.cos(angle + turn), tip[1] - 11 * math.sin(angle + turn)) for turn in (-0.4, 0.4)]
    return Markup('<polygon class="g-arrow" points="{}"></polygon>').format(_points([tip, *sides]))


def _thing(node: Drawn, spot: Spot, focus: str, labels: Labels) -> Markup:
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
        return Markup('<polygon class="{}" points="{}"></polygon>').format(colour, _points(corners))
    wide, high, round_ = (1.25, 0.8, 0.8) if kind is NodeKind.PHONE else (1.0, 0.9, 0.3)
    return Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="{:.1f}"></rect>').format(
        colour, x - half * wide, y - half * high, 2 * half * wide, 2 * half * high, half * round_
    )


def _points(spots: Sequence[Spot]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)


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
                spot[0], y, _SIZE, escape(line)
            )
        )
    longest = max(map(len, lines))
    behind = Markup(
        '<rect class="g-behind" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="2"></rect>'
    ).format(spot[0] - longest * _SIZE * 0.27, spot[1] + 3, longest * _SIZE * 0.54, len(lines) * (_SIZE + 1) + 1)
    return behind + Markup("").join(made)
