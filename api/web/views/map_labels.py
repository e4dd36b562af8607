"""The names that find room on a map: of marks first, then of areas. All lengths are pixels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.web.views.map_marks import Mark

_LETTER, LINE = 6.7, 14.0
"""Mean width of a letter and height of a line of the map's names, at 13 px."""

Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""


@dataclass(frozen=True, slots=True)
class Label:
    """The lines beside a mark.

    Args:
        y: base line of the first.
        anchor: start, middle or end, as SVG has it.
    """

    x: float
    y: float
    anchor: str
    lines: tuple[str, ...]


class Room:
    """What of a part is still free: marks come first, then their names, then the names of areas.

    Args:
        taken: what is drawn already.
    """

    def __init__(self, width: float, height: float, marks: Sequence[Mark], taken: Sequence[Box]) -> None:
        """Nothing but the marks and what is given is drawn yet."""
        self._width, self._height = width, height
        self._taken = [*taken, *((m.shown_x - 11, m.shown_y - 11, m.shown_x + 11, m.shown_y + 11) for m in marks)]

    def label(self, marks: Sequence[Mark], lines: Mapping[str, tuple[str, ...]]) -> dict[str, Label]:
        """Labels of the marks that there is room for, given in the order in which they matter."""
        found = {}
        for mark in marks:
            label = next((one for one in _places(mark, lines[mark.code]) if self.take(one)), None)
            if label:
                found[mark.code] = label
        return found

    def take(self, label: Label) -> bool:
        """Whether there is room; then there is none any more."""
        box = _box(label)
        is_free = _is_within(box, self._width, self._height) and not any(_overlap(box, one) for one in self._taken)
        if is_free:
            self._taken.append(box)
        return is_free


def _places(mark: Mark, lines: tuple[str, ...]) -> list[Label]:
    """Right, left, below, above, and the four corners."""
    x, y, tall = mark.shown_x, mark.shown_y, LINE * (len(lines) - 1)
    return [
        Label(x + 12, round(y + 4.5 - tall / 2, 1), "start", lines),
        Label(x - 12, round(y + 4.5 - tall / 2, 1), "end", lines),
        Label(x, round(y + 23, 1), "middle", lines),
        Label(x, round(y - 14 - tall, 1), "middle", lines),
        Label(x + 9, round(y + 19, 1), "start", lines),
        Label(x - 9, round(y + 19, 1), "end", lines),
        Label(x + 9, round(y - 11 - tall, 1), "start", lines),
        Label(x - 9, round(y - 11 - tall, 1), "end", lines),
    ]


def _box(label: Label) -> Box:
    wide = _LETTER * max(map(len, label.lines))
    left = label.x - {"start": 0.0, "middle": wide / 2, "end": wide}[label.anchor]
    return (left, label.y - 10, left + wide, label.y + 3 + LINE * (len(label.lines) - 1))


def _is_within(box: Box, width: float, height: float) -> bool:
    return box[0] >= 2 and box[1] >= 2 and box[2] <= width - 2 and box[3] <= height - 2


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
