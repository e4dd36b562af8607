"""What so many examinations could have shown, so that "no difference" is never said where none could be seen."""

from __future__ import annotations

from enum import StrEnum

from eligibility.ports.ratio import Ratio
from eligibility.ports.rules import RULES

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


def smallest_ratio(base: float, fast_exams: int, other_exams: int) -> float | None:
    """The smallest ratio above 1 that would have been seen, None where even 1,000 would not.

    Args:
        base: findings per examination of the other trucks; 0 shows nothing.
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
