"""What so many examinations could have shown, so that "no difference" is never said where none could be seen."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt

from eligibility.ports.ratio import Ratio
from eligibility.ports.rules import RULES

Counts = npt.NDArray[np.int64]
_REACH = 1000.0


class Verdict(StrEnum):
    """What may be said of FAST against other trucks."""

    RISKIER = "riskier"
    SAFER = "safer"
    NONE_SHOWN = "no difference shown"  # and one of the size of interest would have been seen
    CANNOT_TELL = "cannot tell"  # too few examinations


def exams_needed(base: float, ratio: float) -> int:
    """Random examinations needed on each side to see a ratio.

    Args:
        base: findings per examination of the other trucks, above 0.
        ratio: the ratio to be seen, not 1.

    Source: power of the log ratio of two Poisson rates, by `statsmodels.stats.rates`.
    """
    from scipy.optimize import brentq  # noqa: PLC0415 - heavy, and only this command needs it

    low, high = 1.0, 4.0
    while _power(base, ratio, high, high) < RULES.power:
        low, high = high, 4 * high
    return round(float(brentq(lambda exams: _power(base, ratio, exams, exams) - RULES.power, low, high)))


def worth(exams: Counts, other_exams: Counts) -> tuple[float, float]:
    """Examinations a side that in one stratum would say as much as these do in theirs, one place a stratum.

    A stratum adds n1 n0 / (n1 + n0) to what a stratified ratio of rare events knows, which is next to nothing where one
    of its sides is. Source: Greenland and Robins 1985, at one rate and a ratio of 1.
    """
    both = (exams > 0) & (other_exams > 0)
    here, there = exams[both].astype(np.float64), other_exams[both].astype(np.float64)
    if not here.size:
        return 0.0, 0.0
    known, times = float((here * there / (here + there)).sum()), float(there.sum() / here.sum())
    return known * (1 + 1 / times), known * (1 + times)


def smallest_ratio(base: float, fast_exams: float, other_exams: float) -> float | None:
    """The smallest ratio above 1 that would have been seen, None where even 1,000 would not.

    Args:
        base: findings per examination of the other trucks; 0 shows nothing.
        fast_exams: of one stratum; of several what they are `worth`. `other_exams` likewise.
    """
    if not base or not fast_exams or not other_exams:
        return None
    from scipy.optimize import brentq  # noqa: PLC0415 - heavy, and only this command needs it

    if _power(base, _REACH, fast_exams, other_exams) < RULES.power:
        return None
    return float(
        brentq(lambda ratio: _power(base, ratio, fast_exams, other_exams) - RULES.power, 1 + 1e-9, _REACH, xtol=1e-4)
    )


def verdict(ratio: Ratio | None, smallest: float | None) -> Verdict:
    """What the interval says; where it says nothing, whether it could have."""
    if ratio and ratio.low > 1:
        return Verdict.RISKIER
    if ratio and ratio.high < 1:
        return Verdict.SAFER
    is_enough = ratio is not None and smallest is not None and smallest <= RULES.ratio_of_interest
    return Verdict.NONE_SHOWN if is_enough else Verdict.CANNOT_TELL


def _power(base: float, ratio: float, fast_exams: float, other_exams: float) -> float:
    from statsmodels.stats.rates import power_poisson_ratio_2indep  # noqa: PLC0415 - a second to import

    return float(
        power_poisson_ratio_2indep(
            base * ratio,
            base,
            fast_exams,
            nobs_ratio=other_exams / fast_exams,
            value=1,
            alpha=RULES.alpha,
            alternative="two-sided",
            return_results=False,
        )
    )
