"""A port before and after something was done there: FAST against other trucks, and against other ports meanwhile.

Drivers choose to enrol, so a difference is an association unless the change was staged at random.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from eligibility.ports.cells import count_cells, total
from eligibility.ports.control import excess
from eligibility.ports.power import smallest_ratio, worth
from eligibility.ports.rates import rate
from eligibility.ports.ratio import Ratio, normal_reach, paired, pooled_ratio
from eligibility.ports.rules import RULES

_STRATA = ("load", "commodity")


class Change(StrEnum):
    """What became of the rate of FAST trucks."""

    FELL = "fell"
    ROSE = "rose"
    NONE_SHOWN = "no change shown"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Period:
    """Days of one measurement, both included."""

    since: date
    until: date

    def of(self, crossings: pl.DataFrame) -> pl.DataFrame:
        """The crossings in it."""
        return crossings.filter(pl.col("date").is_between(self.since, self.until))


def up_to(taken_on: date, since: date) -> Period:
    """The days from the first of an alarm to the last before something was done; at least one."""
    last = taken_on - timedelta(days=1)
    return Period(min(since, last), last)


def measure(crossings: pl.DataFrame, port_code: str, period: Period) -> dict[str, Any]:
    """Both rates and their stratified ratio at a port in a period.

    Args:
        crossings: frame CROSSING of all ports.
    """
    cells = _cells(crossings, port_code, period)
    sums = {bool(row["is_fast"]): row for row in total(cells, "is_fast").iter_rows(named=True)}
    found = {
        name: rate(sums[is_fast]["random_found"], sums[is_fast]["random"]) if is_fast in sums else None
        for name, is_fast in (("fast", True), ("other", False))
    }
    ratio = pooled_ratio(paired(cells))
    return {
        "from": period.since.isoformat(),
        "to": period.until.isoformat(),
        "fast": found["fast"] and found["fast"].document(),
        "other": found["other"] and found["other"].document(),
        "ratio": ratio and ratio.document(),
    }


def remeasure(crossings: pl.DataFrame, port_code: str, before: Period, after: Period) -> dict[str, Any]:
    """The measurement after, and how it differs from the one before.

    The change of the ratio sets FAST against the other trucks of the port, which had the same days; the change
    elsewhere is that of all other ports together.
    """
    here = [_cells(crossings, port_code, period) for period in (before, after)]
    elsewhere = crossings.filter(pl.col("port_code") != port_code)
    there = [count_cells(period.of(elsewhere)).cells for period in (before, after)]
    fell, rose = _chance(here[0], here[1]), _chance(here[1], here[0])
    return measure(crossings, port_code, after) | {
        "change_of_ratio": _change(*here),
        "change_elsewhere": _change(*there),
        "p_fell": fell,
        "p_rose": rose,
        "verdict": _verdict(here, fell, rose).value,
    }


def _cells(crossings: pl.DataFrame, port_code: str, period: Period) -> pl.DataFrame:
    return count_cells(period.of(crossings.filter(pl.col("port_code") == port_code))).cells


def _change(before: pl.DataFrame, after: pl.DataFrame) -> dict[str, Any] | None:
    """Ratio of the two stratified ratios, None where one is not defined."""
    first, second = pooled_ratio(paired(before)), pooled_ratio(paired(after))
    if first is None or second is None:
        return None
    value, variance = second.value / first.value, first.log_variance + second.log_variance
    reach = math.exp(normal_reach(variance))
    return Ratio(value, value / reach, value * reach, variance, first.strata + second.strata).document()


def _chance(high: pl.DataFrame, low: pl.DataFrame) -> float:
    """p-value of "more is found in FAST trucks in the first than in the second", within load and commodity."""
    columns = _fast_counts(high, low)
    if not columns[1].sum() or not columns[3].sum():
        return 1.0
    return excess(*columns).p_value


def _fast_counts(one: pl.DataFrame, other: pl.DataFrame) -> list[npt.NDArray[np.int64]]:
    """Findings and examinations of FAST trucks in the first and in the second, one place a load and commodity."""
    both = pl.concat([one.with_columns(here=True), other.with_columns(here=False)]).filter("is_fast")
    is_here = pl.col("here")
    table = both.group_by(_STRATA).agg(
        found=pl.col("random_found").filter(is_here).sum(),
        exams=pl.col("random").filter(is_here).sum(),
        other_found=pl.col("random_found").filter(~is_here).sum(),
        other_exams=pl.col("random").filter(~is_here).sum(),
    )
    return [table[name].to_numpy() for name in ("found", "exams", "other_found", "other_exams")]


def _verdict(cells: list[pl.DataFrame], fell: float, rose: float) -> Change:
    if min(fell, rose) <= RULES.alpha / 2:
        return Change.FELL if fell < rose else Change.ROSE
    found, exams, other_found, other_exams = _fast_counts(*cells)
    shared = (exams > 0) & (other_exams > 0)
    looked = int((exams + other_exams)[shared].sum())
    base = int((found + other_found)[shared].sum()) / looked if looked else 0.0
    smallest = smallest_ratio(base, *worth(exams, other_exams))
    is_enough = smallest is not None and smallest <= RULES.ratio_of_interest
    return Change.NONE_SHOWN if is_enough else Change.CANNOT_TELL
