"""A port against its own past: the control chart, and an exact test of an excess that holds within strata."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from eligibility.ports.quarters import quarter_name
from eligibility.ports.rules import RULES

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Point:
    """One quarter on a control chart; rates per 1,000.

    Args:
        rate: None where nothing was examined, and then no limits either.
        is_outside: above the upper or below the lower limit.
    """

    quarter: date
    found: int
    exams: int
    rate: float | None = None
    lower: float | None = None
    upper: float | None = None
    is_outside: bool = False

    def document(self) -> dict[str, Any]:
        """The point as JSON values."""
        return {
            "quarter": quarter_name(self.quarter),
            "found": self.found,
            "exams": self.exams,
            "rate": self.rate,
            "lower": self.lower,
            "upper": self.upper,
            "is_outside": self.is_outside,
        }


@dataclass(frozen=True, slots=True)
class Chart:
    """A u-chart: findings per 1,000 examinations by quarter.

    Args:
        centre: all quarters of the chart together, per 1,000.
    """

    centre: float
    points: tuple[Point, ...]

    def document(self) -> dict[str, Any]:
        """The chart as JSON values."""
        return {"centre": self.centre, "points": [point.document() for point in self.points]}


def u_chart(counts: Sequence[tuple[date, int, int]]) -> Chart | None:
    """The chart of quarters with what was found among how many, None where nothing was examined.

    Source: Shewhart's u-chart; limits are the centre and 3 of its Poisson standard errors either side.
    """
    exams = sum(row[2] for row in counts)
    if not exams:
        return None
    centre = sum(row[1] for row in counts) / exams
    return Chart(1000 * centre, tuple(_point(centre, *row) for row in counts))


def _point(centre: float, quarter: date, found: int, exams: int) -> Point:
    if not exams:
        return Point(quarter, found, exams)
    reach = RULES.sigmas * math.sqrt(centre / exams)
    rate, lower, upper = found / exams, max(centre - reach, 0.0), centre + reach
    return Point(quarter, found, exams, 1000 * rate, 1000 * lower, 1000 * upper, not lower <= rate <= upper)


@dataclass(frozen=True, slots=True)
class Excess:
    """An exact test of "more is found here than there", within strata.

    Args:
        p_value: chance of so many findings here or more, were the rates of each stratum equal.
        smallest: the p-value if all findings were here that can be: over the level, no data could have raised an alarm.
    """

    p_value: float
    smallest: float


def excess(found: Counts, exams: Counts, other_found: Counts, other_exams: Counts) -> Excess:
    """The test over strata, one place an argument each.

    With rare findings and a given number of them in a stratum, each is here with the chance of the share of its
    examinations that are here; the number here is then Poisson-binomial. Source: the conditional test of two Poisson
    rates (Przyborowski and Wilenski 1940), summed over strata as Mantel and Haenszel do.
    """
    both = (exams + other_exams) > 0
    share = exams[both] / (exams + other_exams)[both]
    events = (found + other_found)[both]
    chances = np.repeat(share, events)
    here = int(found.sum())
    smallest = float(np.prod(chances[chances > 0]))  # where nothing was examined here, nothing can be found here
    if not chances.size or not here:
        return Excess(1.0, smallest)
    from scipy.stats import poisson_binom  # noqa: PLC0415 - half of a command's start, and only this one needs it

    return Excess(float(min(poisson_binom.sf(here - 1, chances), 1.0)), smallest)
