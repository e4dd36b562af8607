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
        spans = holds.select("thing", "person", first=pl.col("first") - window_days, last=pl.col("last") + window_days)
        spans = spans.sort("thing", "person", "first")
        by = ["thing", "person"]
        reached = pl.col("last").cum_max().shift(1).over(by)
        spans = spans.with_columns(part=(pl.col("first") > reached).fill_null(value=True).cum_sum())
        merged = spans.group_by(*by, "part").agg(pl.col("first").min(), pl.col("last").max())
        thing = merged["thing"].to_numpy().astype(np.int64)
        first, last = (merged[name].to_numpy().astype(np.int64) for name in ("first", "last"))
        self._starts = np.sort(thing * _SPAN + _MIDDLE + first)
        self._ends = np.sort(thing * _SPAN + _MIDDLE + last)

    def around(self, thing: Ints, day: Ints) -> Ints:
        """Distinct people on each thing within the window around each day."""
        low = thing * _SPAN
        place = low + _MIDDLE + day
        begun = np.searchsorted(self._starts, place, "right") - np.searchsorted(self._starts, low, "left")
        over = np.searchsorted(self._ends, place, "left") - np.searchsorted(self._ends, low, "left")
        return np.asarray(begun - over, dtype=np.int64)


def pair_holds(holds: pl.DataFrame) -> pl.DataFrame:
    """The holds with `pair`: a number for each thing and person, in order of both."""
    return holds.with_columns(pair=pl.struct("thing", "person").rank("dense").cast(pl.UInt32) - 1)
