"""How many people were on a thing around a day, for many things and days at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

_SPAN = 2**33
_MIDDLE = 2**32

Ints = npt.NDArray[np.int64]


class Degrees:
    """Counts of distinct people on things within a window of days either side of a day.

    A person counts where any of their spans meets the window; spans of one person are merged first, so that each counts
    once.

    Args:
        holds: frame with thing, person, first, last, as `graph.evidence` makes it; a span without last day lasts.
        window_days: days either side.

    Complexity: n log n to make, log n a question.
    """

    def __init__(self, holds: pl.DataFrame, window_days: int) -> None:
        ordered = holds.select("thing", "person", "first", "last").sort("thing", "person", "first")
        thing, person, first, last = (ordered[name].to_numpy().astype(np.int64) for name in ordered.columns)
        # each person on each thing gets a stretch of numbers of its own, above all earlier ones: one running maximum
        # over everything then never reaches from one into the next
        base = pair_numbers(thing, person) * _SPAN + _MIDDLE
        start, end = base + first - window_days, base + last + window_days
        reached = np.maximum.accumulate(end) if len(end) else end
        opens = np.ones(len(start), np.bool_)
        opens[1:] = start[1:] > reached[:-1]
        closes = np.append(opens[1:], True)[: len(start)]
        place = thing * _SPAN + _MIDDLE - base
        self._starts = np.sort((start + place)[opens])
        self._ends = np.sort((reached + place)[closes])

    def around(self, thing: Ints, day: Ints) -> Ints:
        """Distinct people on each thing within the window around each day."""
        low = thing * _SPAN
        place = low + _MIDDLE + day
        begun = np.searchsorted(self._starts, place, "right") - np.searchsorted(self._starts, low, "left")
        over = np.searchsorted(self._ends, place, "left") - np.searchsorted(self._ends, low, "left")
        return np.asarray(begun - over, dtype=np.int64)


def pair_numbers(thing: Ints, person: Ints) -> Ints:
    """A number for each thing and person, from 0, where rows are ordered by both."""
    new = np.zeros(len(thing), np.int64)
    new[1:] = (thing[1:] != thing[:-1]) | (person[1:] != person[:-1])
    return np.cumsum(new)
