"""How well a score puts the people to look at first; scores that are equal count as being in random order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def roc_auc(score: Floats, positive: Mask) -> float:
    """Chance that a positive scores above another; 0.5 is blind, and is the answer where one side is empty."""
    hits, misses = int(positive.sum()), int((~positive).sum())
    if not hits or not misses:
        return 0.5
    return float((rankdata(score)[positive].sum() - hits * (hits + 1) / 2) / (hits * misses))


def average_precision(score: Floats, positive: Mask) -> float:
    """Mean over the positives of the precision at their score; nothing where there is none."""
    found, shown = _steps(score, positive)
    if not found.size or not found[-1]:
        return 0.0
    gained = np.diff(found, prepend=0)
    return float((gained * found / shown).sum() / found[-1])


def chance_shown(score: Floats, shown: int) -> Floats:
    """Each one's chance to be among the first `shown`: 1 above the last score that fits, a share at it, 0 below."""
    if shown >= score.size:
        return np.ones(score.size)
    last = np.partition(score, score.size - shown)[score.size - shown]
    above, at = score > last, score == last
    return np.where(above, 1.0, np.where(at, (shown - above.sum()) / at.sum(), 0.0))


def _steps(score: Floats, positive: Mask) -> tuple[Floats, Floats]:
    """Positives found, and people shown, down to each distinct score from the highest."""
    order = np.argsort(-score, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(score[order]) != 0, [True])) if score.size else np.array([], np.int64)
    found = np.cumsum(positive[order])[ends] if score.size else np.array([], np.int64)
    return found.astype(np.float64), (ends + 1).astype(np.float64)
