"""Pairs drawn by lot: so many of each group, in an order that says nothing, the same for the same seed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]


def draw_lots(group: Ints, quota: Ints, generator: np.random.Generator) -> Ints:
    """Positions, ascending, of `quota[g]` members of each group g, or of all where it has fewer.

    Args:
        group: of each row, from 0; the rows must be in an order of their own, not that of their arrival.
    """
    order = np.lexsort((generator.permutation(len(group)), group))
    ordered = group[order]
    place = np.arange(len(group)) - np.searchsorted(ordered, ordered)
    return np.sort(order[place < quota[ordered]])


def shuffled(rows: pl.DataFrame, generator: np.random.Generator) -> pl.DataFrame:
    """The same rows in an order that says nothing about them."""
    return rows.select(pl.all().gather(generator.permutation(rows.height)))
