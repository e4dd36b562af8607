"""Match weights to probabilities that can be believed, where people judged pairs.

Without judged pairs of both kinds a weight is taken at its word and the method says `uncalibrated`.

Source: Platt, "Probabilistic outputs for support vector machines", Advances in Large Margin Classifiers (1999);
Zadrozny and Elkan, "Transforming classifier scores into accurate multiclass probability estimates", KDD 2002
(isotonic); Niculescu-Mizil and Caruana, "Predicting good probabilities with supervised learning", ICML 2005 (isotonic
regression needs about a thousand labels).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from linkage.errors import TrainingError

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

ISOTONIC_FROM = 1000
"""Judged pairs from which on the shape of the curve is learned too."""
EXTREME = 60.0
"""Bits beyond which odds are as good as certain."""
PLATT_ROUNDS = 100
_LN2 = float(np.log(2.0))


class Method(StrEnum):
    """How weights become probabilities."""

    UNCALIBRATED = "uncalibrated"
    PLATT = "platt"
    ISOTONIC = "isotonic"


@dataclass(frozen=True)
class Calibration:
    """A rising curve from match weight to probability, as numbers that fit in a model file.

    Args:
        method: how the curve was found.
        labels: judged pairs it rests on.
        slope: of the log2 odds over the weight, with `intercept` in bits; 1 and 0 take the weight at its word.
        weights: bits at which `log_odds` (bits) are given where the method is isotonic, ascending; between them the
            log2 odds are interpolated, beyond them they stay.
    """

    method: Method
    labels: int = 0
    slope: float = 1.0
    intercept: float = 0.0
    weights: tuple[float, ...] = ()
    log_odds: tuple[float, ...] = ()

    def probability(self, weight: Floats) -> Floats:
        """Probability of a match for each match weight in bits; never falls when the weight rises."""
        if self.method is Method.ISOTONIC:
            odds = np.interp(weight, self.weights, self.log_odds)
        else:
            odds = self.slope * np.asarray(weight) + self.intercept
        return np.asarray(1.0 / (1.0 + np.exp2(-np.clip(odds, -EXTREME, EXTREME))))


UNCALIBRATED = Calibration(Method.UNCALIBRATED)
"""The weight taken at its word: log2 odds of a match."""


def calibrate(weight: Floats, is_match: Mask, stands_for: Floats | None = None) -> Calibration:
    """The method that the number of judged pairs allows.

    Args:
        weight: match weight in bits of each judged pair.
        is_match: as judged.
        stands_for: pairs that each judged pair stands for; needed where they were not chosen evenly by weight.
    """
    if not is_match.any() or is_match.all():
        return UNCALIBRATED
    return (isotonic if len(weight) >= ISOTONIC_FROM else platt)(weight, is_match, stands_for)


def isotonic(weight: Floats, is_match: Mask, stands_for: Floats | None = None) -> Calibration:
    """The rising curve that fits best (pool adjacent violators).

    A step that holds matches only, or none, is moved off 1 and 0 by half a pair.

    Raises:
        TrainingError: no pair is judged.
    """
    share = _shares(weight, stands_for)
    levels, place = np.unique(weight, return_inverse=True)
    total = np.bincount(place, share)
    from scipy.optimize import isotonic_regression  # noqa: PLC0415 - slow to load, seldom used

    step = np.asarray(isotonic_regression(np.bincount(place, share * is_match) / total, weights=total).x)
    # One knot a step, at its average weight: a step is what was learned, its ends are chance.
    _, step_of = np.unique(step, return_inverse=True)
    mass = np.bincount(step_of, total)
    matches = np.bincount(step_of, total * step)
    knots = np.bincount(step_of, total * levels) / mass
    odds = np.log2((matches + 0.5) / (mass - matches + 0.5))
    return Calibration(
        method=Method.ISOTONIC,
        labels=len(weight),
        weights=tuple(knots.tolist()),
        log_odds=tuple(np.maximum.accumulate(odds).tolist()),
    )


def platt(weight: Floats, is_match: Mask, stands_for: Floats | None = None, regularisation: float = 4.0) -> Calibration:
    """A straight line from weight to log odds, drawn towards the weight's own word.

    Args:
        regularisation: strength of the pull to slope 1 and intercept 0 (precision of a normal prior on both, in
            natural log odds). With few judged pairs the line stays near the model, with many it follows them.

    Raises:
        TrainingError: no pair is judged, or a heavier weight goes with fewer matches.
    """
    share = _shares(weight, stands_for)
    design = np.column_stack([np.ones(len(weight)), np.clip(weight, -EXTREME, EXTREME) * _LN2])
    centre = np.array([0.0, 1.0])
    line = centre.copy()
    for _ in range(PLATT_ROUNDS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(design @ line, -40.0, 40.0)))
        slope = design.T @ (share * (is_match - chance)) - regularisation * (line - centre)
        curve = (design * (share * chance * (1.0 - chance))[:, None]).T @ design + regularisation * np.eye(2)
        step = np.linalg.solve(curve, slope)
        # Newton's step may leap where the curve is flat; a unit a round is enough from where we start.
        line = line + step * min(1.0, 1.0 / max(float(np.abs(step).max()), 1e-300))
        if np.abs(step).max() < 1e-10:
            break
    if line[1] <= 0:
        raise TrainingError(("Judged pairs of higher match weight are matches less often: check the labels.",))
    return Calibration(Method.PLATT, len(weight), slope=float(line[1]), intercept=float(line[0] / _LN2))


def _shares(weight: Floats, stands_for: Floats | None) -> Floats:
    """Shares of the judged pairs that add up to their number."""
    if len(weight) == 0:
        raise TrainingError(("No judged pair to calibrate with.",))
    if stands_for is None:
        return np.ones(len(weight))
    share: Floats = np.asarray(stands_for, dtype=np.float64)
    return np.asarray(share * (len(share) / share.sum()))
