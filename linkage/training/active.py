"""Which pairs a person should judge next, so that the model learns the most from an hour of their time.

Pairs are chosen by pattern of agreement: an uncertain pattern with many pairs comes first, and each label given to a
pattern makes its next one worth less, so that the labels spread over everything the model is unsure of. What the
person gets carries no score and its order says nothing.

Source: uncertainty sampling (Lewis and Gale, SIGIR 1994), shared out by highest averages as in a proportional
election (D'Hondt); the square root and the floor are our own.
"""

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage.schema import FrameSchema
from linkage.training.lots import draw_lots, shuffled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

OPEN_PAIR = FrameSchema(
    "open_pair",
    {"record_l": pl.String, "record_r": pl.String, "pattern": pl.Int64, "match_probability": pl.Float64},
)
"""One pair that nobody judged yet; `pattern` is equal for pairs of equal levels."""
BLIND_PAIR = FrameSchema("blind_pair", {"record_l": pl.String, "record_r": pl.String})
"""One pair as a reviewer gets it."""
LEAST_VARIANCE = 0.01
"""Uncertainty granted to a pattern the model is sure of, since the model may be wrong (assumed)."""


def choose(pairs: pl.DataFrame, count: int, seed: int, judged: pl.Series | None = None) -> pl.DataFrame:
    """The `count` pairs (BLIND_PAIR) most worth judging, in an order that says nothing; all if there are fewer.

    Args:
        pairs: OPEN_PAIR, in any order, each pair once.
        judged: pattern of every pair that was judged before; those patterns are worth less now.

    Complexity: n log n for n pairs.
    """
    generator = np.random.default_rng(seed)
    ordered = OPEN_PAIR.check(pairs).sort("record_l", "record_r")
    patterns, place = np.unique(ordered["pattern"].to_numpy(), return_inverse=True)
    chance = ordered["match_probability"].to_numpy()
    # Sums of a pattern's pairs in their own order, so that ties fall the same way in every run.
    variance = np.bincount(place, chance * (1.0 - chance) + LEAST_VARIANCE)
    known = np.array([] if judged is None else judged.to_numpy(), dtype=np.int64)
    before = np.bincount(np.searchsorted(patterns, known[np.isin(known, patterns)]), minlength=len(patterns))
    quota = _quotas(np.bincount(place), before, np.sqrt(variance), count)
    taken = draw_lots(place, quota, generator)
    return shuffled(ordered.select(pl.col(*BLIND_PAIR.columns).gather(taken)), generator)


def _quotas(room: Ints, before: Ints, worth: Floats, count: int) -> Ints:
    """How many pairs of each pattern are chosen.

    Args:
        room: pairs of each pattern; `before` those of it that were judged already.
    """
    quota = np.zeros(len(room), dtype=np.int64)
    queue = [(-worth[place] / (before[place] + 1), place) for place in range(len(room))]
    heapq.heapify(queue)
    for _ in range(min(count, int(room.sum()))):
        _, place = heapq.heappop(queue)
        quota[place] += 1
        if quota[place] < room[place]:
            heapq.heappush(queue, (-worth[place] / (before[place] + quota[place] + 1), place))
    return quota
