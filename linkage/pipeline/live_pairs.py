"""Pairs by record numbers, as a live resolution handles them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage.block.index import Holders
from linkage.model import Model
from linkage.pipeline.engine import ScoredPairs
from linkage.schema import SCORED_PAIR

Ints = npt.NDArray[np.int32]


def pairs_across(
    asking: npt.NDArray[np.uint32], askers: npt.NDArray[np.int64], found: Holders, first: int
) -> tuple[Ints, Ints]:
    """Distinct pairs of a query and a holder of one of its keys.

    Args:
        asking: queries, key after key; `askers` how many of each key.
        first: number of the first query.
    """
    begin = np.cumsum(askers) - askers
    size = askers[found.place]
    row = np.repeat(np.arange(len(found.place)), size)
    step = np.arange(len(row)) - np.repeat(np.cumsum(size) - size, size)
    query = asking[begin[found.place[row]] + step].astype(np.int64) + first
    pairs = np.unique(query << 32 | found.record[row])
    return (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)


def hashed_values(values: pl.Series, column: str) -> pl.Series:
    """`key`: one hash a value, apart from those of other columns."""
    return (pl.Series([column] * len(values), dtype=pl.String) + "\0" + values).hash(seed=0).alias("key")


def inverse_of(records: Ints, count: int) -> Ints:
    """Position of each record number among `records`, -1 for the others."""
    at = np.full(count, -1, dtype=np.int32)
    at[records] = np.arange(len(records), dtype=np.int32)
    return at


def low_high(left: Ints, right: Ints) -> tuple[Ints, Ints]:
    """The pairs with the smaller position on the left."""
    return np.minimum(left, right), np.maximum(left, right)


def pair_frame(pairs: ScoredPairs, keys: pl.Series, model: Model) -> pl.DataFrame:
    """SCORED_PAIR with the smaller key on the left."""
    frame = pairs.frame(keys, model)
    low, high = pl.min_horizontal("record_l", "record_r"), pl.max_horizontal("record_l", "record_r")
    return SCORED_PAIR.conform(frame.with_columns(record_l=low, record_r=high)).sort("record_l", "record_r")
