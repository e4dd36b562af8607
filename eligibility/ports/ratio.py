"""FAST against other trucks: the crude rate ratio, the stratified one, and whether strata agree.

`scipy` has the crude ratio, `statsmodels` the Mantel-Haenszel ratio and Cochran's Q. Neither has the variance of the
Mantel-Haenszel rate ratio (the one in `StratifiedTable` is that of the odds ratio), so it is here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from eligibility.ports.rules import RULES
from linkage.schema import FrameSchema

STRATA = ("port_code", "load", "commodity", "quarter")

PAIRED = FrameSchema(
    "paired_stratum",
    {
        "port_code": pl.String,
        "load": pl.String,
        "commodity": pl.String,
        "quarter": pl.Date,
        "fast_found": pl.Int64,
        "fast_exams": pl.Int64,
        "other_found": pl.Int64,
        "other_exams": pl.Int64,
    },
)
"""Random examinations of one stratum, FAST beside other; key: the first four columns."""

_COUNTS = ("fast_found", "fast_exams", "other_found", "other_exams")


@dataclass(frozen=True, slots=True)
class Ratio:
    """A rate ratio FAST / other.

    Args:
        value: above 1: more is found in FAST trucks.
        low: lower end of the interval; `high` likewise.
        log_variance: of the natural logarithm of the ratio.
        strata: how many it was made of: those with examinations on both sides.
    """

    value: float
    low: float
    high: float
    log_variance: float
    strata: int = 1

    def document(self) -> dict[str, Any]:
        """The ratio as JSON values."""
        return {"value": self.value, "low": self.low, "high": self.high, "strata": self.strata}


@dataclass(frozen=True, slots=True)
class Homogeneity:
    """Whether the levels of one factor can share one ratio.

    Args:
        factor: column of the strata.
        q: Cochran's Q over the levels' Mantel-Haenszel ratios; `p_value` by chi-square.
        left_out: levels without a finding on one of the sides, which have no ratio.
    """

    factor: str
    q: float
    df: int
    p_value: float
    left_out: int

    def document(self) -> dict[str, Any]:
        """The test as JSON values."""
        return {
            "factor": self.factor,
            "q": self.q,
            "df": self.df,
            "p_value": self.p_value,
            "left_out": self.left_out,
        }


def paired(cells: pl.DataFrame) -> pl.DataFrame:
    """Random examinations of cells with FAST and other side by side.

    Frame out:
        PAIRED, ordered by its key; strata examined on one side only are there too.
    """
    fast = pl.col("is_fast")
    sums = {
        f"{side}_{name}": pl.col(column).filter(where).sum()
        for side, where in (("fast", fast), ("other", ~fast))
        for name, column in (("found", "random_found"), ("exams", "random"))
    }
    return PAIRED.conform(cells.group_by(STRATA).agg(**sums)).sort(STRATA)


def crude_ratio(pairs: pl.DataFrame) -> Ratio | None:
    """The ratio without strata, None where a side has no finding. Source: Katz 1978, by `scipy.stats.contingency`."""
    found, exams, other_found, other_exams = (int(pairs[name].sum()) for name in _COUNTS)
    if not found or not other_found:
        return None
    from scipy.stats.contingency import relative_risk  # noqa: PLC0415 - heavy, and only this command needs it

    result = relative_risk(found, exams, other_found, other_exams)
    interval = result.confidence_interval(RULES.level)
    variance = 1 / found + 1 / other_found - 1 / exams - 1 / other_exams
    return Ratio(float(result.relative_risk), float(interval.low), float(interval.high), variance)


def pooled_ratio(pairs: pl.DataFrame) -> Ratio | None:
    """The Mantel-Haenszel ratio over strata, None where it is not defined.

    Source: Mantel and Haenszel 1959, by `statsmodels`; variance for rates of rare events: Greenland and Robins 1985.
    """
    both = pairs.filter((pl.col("fast_exams") > 0) & (pl.col("other_exams") > 0))
    a, n1, b, n0 = (both[name].to_numpy().astype(np.float64) for name in _COUNTS)
    if not a.sum() or not b.sum():
        return None
    from statsmodels.stats.contingency_tables import StratifiedTable  # noqa: PLC0415 - a second to import

    value = float(StratifiedTable(np.array([[a, n1 - a], [b, n0 - b]])).riskratio_pooled)
    variance = _log_variance(a, n1, b, n0)
    reach = math.exp(normal_reach(variance))
    low, high = value / reach, value * reach
    return Ratio(value, low, high, variance, both.height)


def homogeneity(pairs: pl.DataFrame, factor: str) -> Homogeneity | None:
    """Cochran's Q over the levels of one of STRATA, None with fewer than two levels that have a ratio.

    Source: Cochran 1954, by `statsmodels.stats.meta_analysis`.
    """
    levels = pairs.partition_by(factor, maintain_order=True)
    found = [ratio for level in levels if (ratio := pooled_ratio(level))]
    if len(found) < 2:
        return None
    from statsmodels.stats.meta_analysis import combine_effects  # noqa: PLC0415 - a second to import

    effects = np.log([ratio.value for ratio in found])
    variances = np.array([ratio.log_variance for ratio in found])
    with np.errstate(divide="ignore", invalid="ignore"):  # of its other measures, where ratios are all but equal
        combined = combine_effects(effects, variances, method_re="iterated")
    test = combined.test_homogeneity()
    return Homogeneity(factor, float(test.statistic), int(test.df), float(test.pvalue), len(levels) - len(found))


def normal_reach(variance: float) -> float:
    """Half the width of the interval of a normal estimate with that variance."""
    from scipy.special import ndtri  # noqa: PLC0415 - heavy, and only this command needs it

    return float(ndtri(1 - RULES.alpha / 2)) * math.sqrt(variance)


def _log_variance(
    a: npt.NDArray[np.float64], n1: npt.NDArray[np.float64], b: npt.NDArray[np.float64], n0: npt.NDArray[np.float64]
) -> float:
    """Greenland and Robins 1985, equation for person-time and rare events."""
    size = n1 + n0
    return float(((a + b) * n1 * n0 / size**2).sum() / ((a * n0 / size).sum() * (b * n1 / size).sum()))
