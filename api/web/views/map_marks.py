"""Marks of ports on a map; those that lie too close are moved apart. All lengths are pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

APART = 25.0
"""Between the middles of two marks: each can then be met by itself (24 px, WCAG 2.5.8)."""
_EDGE = 14.0
_STEPS = 400


@dataclass(frozen=True, slots=True)
class Mark:
    """A port's true place, and where it is shown.

    Args:
        moved: right and down, from the true place.
    """

    code: str
    x: float
    y: float
    moved: tuple[float, float] = (0.0, 0.0)

    @property
    def shown_x(self) -> float:
        """Where it is shown."""
        return round(self.x + self.moved[0], 1)

    @property
    def shown_y(self) -> float:
        """Where it is shown."""
        return round(self.y + self.moved[1], 1)

    @property
    def is_moved(self) -> bool:
        """Far enough to need a line to the true place."""
        return math.hypot(*self.moved) > 3


def spread(marks: Sequence[Mark], width: float, height: float) -> list[Mark]:
    """The marks, none nearer than APART to another, as near to their true places as that leaves them.

    Complexity: _STEPS x marks squared at most; a part has at most some twenty marks.
    """
    spots = [[mark.x, mark.y + (0.5 if place % 2 else -0.5)] for place, mark in enumerate(marks)]
    for _ in range(_STEPS):
        if not _push_apart(spots):
            break
        for spot in spots:
            spot[0] = min(max(spot[0], _EDGE), width - _EDGE)
            spot[1] = min(max(spot[1], _EDGE), height - _EDGE)
    return [
        replace(mark, moved=(round(x - mark.x, 1), round(y - mark.y, 1)))
        for mark, (x, y) in zip(marks, spots, strict=True)
    ]


def _push_apart(spots: list[list[float]]) -> bool:
    """One pass over all pairs; whether any was too close."""
    has_moved = False
    for place, one in enumerate(spots):
        for other in spots[place + 1 :]:
            across, down = other[0] - one[0], other[1] - one[1]
            distance = math.hypot(across, down) or 0.01
            short = APART + 0.2 - distance
            if short <= 0.1:
                continue
            has_moved = True
            # A border runs from left to right: up and down there is room, so half as much is moved along it.
            along, aside = (across / distance or 0.01) * 0.6, (down / distance or 0.01)
            norm = math.hypot(along, aside)
            for spot, sign in ((one, -1), (other, 1)):
                spot[0] += sign * short / 2 * along / norm
                spot[1] += sign * short / 2 * aside / norm
    return has_moved
