"""How far probabilities can be believed, against pairs that people judged.

Source: Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78 (1950);
Murphy, "A new vector partition of the probability score", J. Applied Meteorology 12 (1973), with the part that
binning leaves over (Stephenson, Coelho and Jolliffe, Weather and Forecasting 23, 2008); Wilson, "Probable inference,
the law of succession, and statistical inference", JASA 22 (1927).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from linkage.errors import TrainingError

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Bin:
    """Pairs whose probability lies in one part of [0, 1].

    Args:
        low: lower edge; `high` the upper edge, which belongs to the last bin only.
        pairs: judged pairs in it, `matches` of them judged to be matches.
        weight: share of this bin in all pairs.
        predicted: average probability.
        observed: share of matches; `lower` and `upper` its 95 % Wilson interval.
    """

    low: float
    high: float
    pairs: int
    matches: int
    weight: float
    predicted: float
    observed: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """A reliability curve and the scores that sum it up.

    Args:
        bins: those that hold a pair.
        brier: mean squared error; equals `calibration - resolution + uncertainty + within`.
        calibration: mean squared distance of observed from predicted; 0 is perfect.
        resolution: how far the bins' observed shares lie apart; more is better.
        uncertainty: variance of the truth itself.
        within: what is left because the probabilities in a bin are not all one.
        expected_error: mean distance of observed from predicted (expected calibration error).
    """

    bins: tuple[Bin, ...]
    brier: float
    calibration: float
    resolution: float
    uncertainty: float
    within: float
    expected_error: float


def wilson(hits: float, trials: float, z: float = Z95) -> tuple[float, float]:
    """Score interval of a share; [0, 1] where nothing was tried."""
    if trials <= 0:
        return 0.0, 1.0
    share = hits / trials
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / (1 + z * z / trials)
    # Rounding must not move the ends of an interval off a share that is nothing or all.
    return (0.0 if hits <= 0 else max(centre - half, 0.0)), (1.0 if hits >= trials else min(centre + half, 1.0))


def reliability(
    probability: Floats, is_match: Mask, stands_for: Floats | None = None, edges: Floats | None = None
) -> Reliability:
    """The curve of judged pairs.

    Args:
        probability: of a match, as the model says, one a pair.
        is_match: as judged.
        stands_for: pairs that each judged pair stands for (stratum size / judged in it); one where not given. The
            intervals of such a weighted bin use its effective number of pairs.
        edges: of the bins, ascending from 0 to 1; ten of one width where not given.

    Raises:
        TrainingError: no pair is judged.
    """
    if len(probability) == 0:
        raise TrainingError(("No judged pair to compare the probabilities with.",))
    share = np.ones(len(probability)) if stands_for is None else np.asarray(stands_for, dtype=np.float64)
    edges = np.linspace(0.0, 1.0, 11) if edges is None else edges
    place = np.clip(np.searchsorted(edges, probability, side="right") - 1, 0, len(edges) - 2)
    share = share / share.sum()
    bins = [
        _bin((float(edges[i]), float(edges[i + 1])), *(column[place == i] for column in (probability, is_match, share)))
        for i in np.unique(place)
    ]
    base = float(share @ is_match)
    brier = float(share @ (probability - is_match) ** 2)
    calibration = sum(b.weight * (b.predicted - b.observed) ** 2 for b in bins)
    resolution = sum(b.weight * (b.observed - base) ** 2 for b in bins)
    uncertainty = base * (1.0 - base)
    return Reliability(
        bins=tuple(bins),
        brier=brier,
        calibration=calibration,
        resolution=resolution,
        uncertainty=uncertainty,
        within=brier - calibration + resolution - uncertainty,
        expected_error=sum(b.weight * abs(b.predicted - b.observed) for b in bins),
    )


def _bin(edges: tuple[float, float], probability: Floats, is_match: Mask, share: Floats) -> Bin:
    total = float(share.sum())
    observed = float(share @ is_match) / total
    effective = total * total / float(share @ share)
    lower, upper = wilson(observed * effective, effective)
    return Bin(
        low=edges[0],
        high=edges[1],
        pairs=len(probability),
        matches=int(is_match.sum()),
        weight=total,
        predicted=float(share @ probability) / total,
        observed=observed,
        lower=lower,
        upper=upper,
    )
