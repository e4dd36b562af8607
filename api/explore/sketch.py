"""A picture of the graph drawn on the server, for paper: the shapes, marks and lines that the explorer has.

Kind is shape and two letters; how strong a tie is, one of three widths; possible is dashed, drawn by an analyst dotted,
declared double, outside the period faint. Things stand where they were saved. What is text in it is escaped.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from markupsafe import Markup

from api.explore.shapes import Labels, Spot, points, thing
from api.explore.shown import Drawn, Shown

_MARGIN = 70
_WIDE, _HIGH = 800, 960
"""Most pixels between the outermost things: what stands further apart is drawn closer, so that paper can be read."""
_FAR = 1e6  # pixels from the middle; further nobody has dragged a thing
_STRONG, _MIDDLE = 0.2, 0.05
_DASHES = {"possible": "6 4", "drawn": "2 3"}
_BEND = 22
"""How far the middle of a line goes aside where several join the same two things."""


def sketch(found: Shown, focus: str, positions: Mapping[str, Mapping[str, float]], says: str, labels: Labels) -> Markup:
    """The drawing.

    Args:
        positions: where things stand, by id; what has none stands in a ring around the rest.
        says: what somebody hears who does not see it.
    """
    spots = _closer(_spots([node["id"] for node in found.nodes], positions))
    _, (right, bottom) = _bounds(spots.values())
    left, top = -_MARGIN, -_MARGIN // 2
    width, height = round(right) + 2 * _MARGIN, round(bottom) - top + _MARGIN
    lines = Markup("").join(_lines(found, spots))
    things = Markup("").join(thing(node, spots[node["id"]], focus, labels) for node in found.nodes)
    return Markup(
        '<svg role="img" class="sketch" aria-label="{}" width="{}" height="{}" viewBox="{} {} {} {}">{}{}</svg>'
    ).format(says, width, height, left, top, width, height, lines, things)


def width_of(strength: float | None) -> float:
    """How wide the line of a tie is, in pixels."""
    if strength is None or strength < _MIDDLE:
        return 1.5
    return 5 if strength >= _STRONG else 3


def _spots(ids: Sequence[str], positions: Mapping[str, Mapping[str, float]]) -> dict[str, Spot]:
    spots = {name: (_near(positions[name]["x"]), _near(positions[name]["y"])) for name in ids if name in positions}
    left = [name for name in ids if name not in spots]
    start, end = _bounds(spots.values())
    radius = math.dist(start, end) / 2 + max(90.0, 12.0 * len(left))
    for place, name in enumerate(left):
        angle = 2 * math.pi * place / len(left)
        x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        spots[name] = (x + radius * math.cos(angle), y + radius * math.sin(angle))
    return spots


def _near(place: float) -> float:
    return max(-_FAR, min(_FAR, place))


def _closer(spots: Mapping[str, Spot]) -> dict[str, Spot]:
    """The same picture, things of their size, within what paper has room for."""
    (left, top), (right, bottom) = _bounds(spots.values())
    by = min(1.0, _WIDE / max(right - left, 1.0), _HIGH / max(bottom - top, 1.0))
    return {name: ((x - left) * by, (y - top) * by) for name, (x, y) in spots.items()}


def _bounds(spots: Collection[Spot]) -> tuple[Spot, Spot]:
    xs, ys = [x for x, _ in spots] or [0.0], [y for _, y in spots] or [0.0]
    return (min(xs), min(ys)), (max(xs), max(ys))


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
    is_drawn = edge["certainty"] == "drawn"
    arrow = _arrow((cx, cy), (bx, by)) if edge["kind"] == "SUCCEEDS" else Markup("")
    mark = (
        _stroke("g-line", _pencil((ax + 2 * cx + bx) / 4, (ay + 2 * cy + by) / 4), 1.5, "") if is_drawn else Markup("")
    )
    line = _stroke("g-line", path, width, _DASHES.get(edge["certainty"], ""))
    return Markup("<g{}>{}{}{}</g>").format(faint, line, arrow, mark)


def _pencil(x: float, y: float) -> str:
    """The outline of a pencil beside the middle of a line: a person drew it."""
    return f"M{x + 4:.1f} {y + 10:.1f}l2 -6l8 -8l4 4l-8 8z"


def _stroke(name: str, path: str, width: float, dashes: str) -> Markup:
    dashed = Markup(' stroke-dasharray="{}"').format(dashes) if dashes else Markup("")
    return Markup('<path class="{}" d="{}" fill="none" stroke-width="{}"{}></path>').format(name, path, width, dashed)


def _arrow(start: Spot, end: Spot) -> Markup:
    """Before the thing at the end, which is drawn over the line."""
    angle = math.atan2(end[1] - start[1], end[0] - start[0])
    tip = (end[0] - 18 * math.cos(angle), end[1] - 18 * math.sin(angle))
    sides = [(tip[0] - 11 * math.cos(angle + turn), tip[1] - 11 * math.sin(angle + turn)) for turn in (-0.4, 0.4)]
    return Markup('<polygon class="g-arrow" points="{}"></polygon>').format(points([tip, *sides]))
