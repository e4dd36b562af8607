"""Precision and recall of a run without a truth: people judge a small blind sample, drawn by strata of weight.

What the sample can say is bounded by what it was drawn from: pairs that no blocking key brought together are in no
stratum, so recall is recall among the compared pairs.

Source: Cochran, "Sampling Techniques", 3rd ed., chapters 5 and 6 (stratified estimates, allocation by size and
spread, variance of a ratio); Wilson's interval at the effective sample size, as Korn and Graubard, "Confidence
intervals for proportions with small expected number of positive counts", Survey Methodology 24 (1998), do for theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage.errors import TrainingError
from linkage.schema import FrameSchema
from linkage.training.active import BLIND_PAIR
from linkage.training.labels import JUDGED_PAIR
from linkage.training.lots import draw_lots, shuffled
from linkage.training.reliability import wilson

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Pair = tuple[float, float]
Scored = tuple[float, float, float]
"""A score and how it grows with a match more among the linked pairs, and among the others."""

RUN_PAIR = FrameSchema(
    "run_pair",
    {
        "record_l": pl.String,
        "record_r": pl.String,
        "match_weight": pl.Float64,
        "match_probability": pl.Float64,
        "is_link": pl.Boolean,  # the run put both records into one identity
    },
)
"""One compared pair of a run, or one that is together without having been compared."""
DRAWN_PAIR = FrameSchema("drawn_pair", {"record_l": pl.String, "record_r": pl.String, "stratum": pl.Int64})

EDGES = (-10.0, -5.0, -2.0, 0.0, 2.0, 4.0, 7.0, 10.0, 15.0, 20.0)
"""Match weights, in bits, that part the strata; narrow where the verdict turns (assumed)."""
LEAST_DRAWN = 5
LEAST_SPREAD = 0.1
"""Standard deviation granted to a stratum that the model is sure of (assumed)."""


@dataclass(frozen=True)
class Stratum:
    """Pairs of one part of the weights, linked or not.

    Args:
        low: match weight from which on, in bits; `high` up to which.
        pairs: pairs in it, `drawn` of them in the sample.
        expected: average probability that the model gives them.
    """

    low: float
    high: float
    is_link: bool
    pairs: int
    drawn: int
    expected: float


@dataclass(frozen=True)
class Draw:
    """A sample.

    Args:
        pairs: BLIND_PAIR, for the reviewer.
        key: DRAWN_PAIR, to be kept from the reviewer; `stratum` is a place in `strata`.
        strata: from low to high weight.
    """

    pairs: pl.DataFrame
    key: pl.DataFrame
    strata: tuple[Stratum, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """An estimate in [0, 1] with its 95 % interval."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the judged sample says about the run.

    Args:
        precision: share of linked pairs that are matches.
        recall: share of the matches among all pairs drawn from that are linked.
        matches: estimated matches among them.
        judged: pairs that the estimate rests on; `unjudged` drawn ones were left without an answer.
    """

    precision: Share
    recall: Share
    f1: Share
    matches: float
    judged: int
    unjudged: int


def draw(pairs: pl.DataFrame, size: int, seed: int, edges: Sequence[float] = EDGES) -> Draw:
    """A sample of `size` pairs, the same for the same pairs and seed in whatever order they come.

    Args:
        pairs: RUN_PAIR, each pair once.
        size: pairs to draw; every stratum gives at least one, and five where the size allows it.
        edges: match weights in bits, ascending, that part the strata.

    Raises:
        TrainingError: there is no pair.
    """
    if pairs.is_empty():
        raise TrainingError(("The run has no pair to draw a sample from.",))
    generator = np.random.default_rng(seed)
    ordered = RUN_PAIR.check(pairs).sort("record_l", "record_r")
    part = np.searchsorted(np.asarray(edges), ordered["match_weight"].to_numpy(), side="right")
    codes, stratum = np.unique(2 * part + ordered["is_link"].to_numpy(), return_inverse=True)
    held = np.bincount(stratum)
    expected = np.bincount(stratum, ordered["match_probability"].to_numpy()) / held
    drawn = _allocation(held, np.maximum(np.sqrt(expected * (1.0 - expected)), LEAST_SPREAD), size)
    taken = draw_lots(stratum, drawn, generator)
    key = ordered.select("record_l", "record_r", pl.Series("stratum", stratum)).select(pl.all().gather(taken))
    bounds = [-np.inf, *edges, np.inf]
    strata = tuple(
        Stratum(
            low=float(bounds[code // 2]),
            high=float(bounds[code // 2 + 1]),
            is_link=bool(code % 2),
            pairs=int(held[place]),
            drawn=int(drawn[place]),
            expected=float(expected[place]),
        )
        for place, code in enumerate(codes)
    )
    return Draw(shuffled(key.select(*BLIND_PAIR.columns), generator), key, strata)


def assess(strata: Sequence[Stratum], key: pl.DataFrame, judged: pl.DataFrame) -> Assessment:
    """Precision and recall of the run, once people have judged the sample.

    The value weighs each stratum's share of matches by its size. The intervals are on the wide side: a stratum of
    which every judged pair said one thing is still granted the spread of half a pair that says the other.

    Args:
        strata: of the draw.
        key: DRAWN_PAIR of the draw.
        judged: JUDGED_PAIR; other pairs than the sample's are ignored, unjudged ones make the intervals wider.

    Raises:
        TrainingError: no pair of the sample was judged.
    """
    found = DRAWN_PAIR.check(key).join(JUDGED_PAIR.check(judged), on=["record_l", "record_r"])
    if found.is_empty():
        raise TrainingError(("No pair of the sample was judged.",))
    stratum = found["stratum"].to_numpy()
    trials = np.bincount(stratum, minlength=len(strata)).astype(np.float64)
    hits = np.bincount(stratum[found["is_match"].to_numpy()], minlength=len(strata)).astype(np.float64)
    held = np.array([part.pairs for part in strata], dtype=np.float64)
    is_link = np.array([part.is_link for part in strata])
    guess = np.array([part.expected for part in strata])
    matches = held * np.where(trials > 0, hits / np.maximum(trials, 1.0), guess)
    likely = (hits + 0.5) / (trials + 1.0)
    variance = held**2 * (1.0 - trials / held) * likely * (1.0 - likely) / np.maximum(trials, 1.0)
    linked = float(held[is_link].sum())
    cells, cautious, spread = (
        (float(column[is_link].sum()), float(column[~is_link].sum())) for column in (matches, held * likely, variance)
    )
    return Assessment(
        precision=_estimate(_precision, linked, (cells, cautious, spread)),
        recall=_estimate(_recall, linked, (cells, cautious, spread)),
        f1=_estimate(_f1, linked, (cells, cautious, spread)),
        matches=sum(cells),
        judged=found.height,
        unjudged=key.height - found.height,
    )


def _allocation(held: Ints, spread: Floats, size: int) -> Ints:
    """Pairs to draw from each stratum: by size times spread, at least a few, at most all."""
    drawn = np.minimum(held, max(min(LEAST_DRAWN, size // len(held)), 1))
    share = held * spread
    # Largest deficit first, one pair at a time: sums exactly, and a full stratum leaves its part to the others.
    for _ in range(int(min(size, held.sum()) - drawn.sum())):
        wish = np.where(drawn < held, share / (drawn + 1), -np.inf)
        drawn[int(np.argmax(wish))] += 1
    return drawn


def _precision(linked: float, found: float, _: float) -> Scored:
    return (found / linked, 1.0 / linked, 0.0) if linked else (1.0, 0.0, 0.0)


def _recall(_: float, found: float, lost: float) -> Scored:
    true = found + lost
    return (found / true, lost / true**2, -found / true**2) if true else (1.0, 0.0, 0.0)


def _f1(linked: float, found: float, lost: float) -> Scored:
    both = linked + found + lost
    value = 2.0 * found / both if both else 1.0
    return (value, (2.0 - value) / both, -value / both) if both else (1.0, 0.0, 0.0)


def _estimate(score: Callable[[float, float, float], Scored], linked: float, cells: tuple[Pair, Pair, Pair]) -> Share:
    """A score of (pairs linked, matches linked, matches not linked) with its interval.

    Args:
        cells: matches linked and not linked: estimated, cautiously estimated (never none or all), and the variance.
    """
    matches, cautious, variance = cells
    value, by_found, by_lost = score(linked, *matches)
    spread = by_found**2 * variance[0] + by_lost**2 * variance[1]
    if spread <= 0.0:
        return Share(value, value, value)
    likely = score(linked, *cautious)[0]
    effective = likely * (1.0 - likely) / spread
    return Share(value, *wilson(value * effective, effective))
