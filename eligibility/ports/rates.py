"""One rate with its interval: what was found among how many, never without either."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from eligibility.ports.rules import RULES


class Interval(StrEnum):
    """How the interval of a proportion is made, in the words of `scipy.stats`."""

    WILSON = "wilson"
    EXACT = "exact"  # Clopper and Pearson


@dataclass(frozen=True, slots=True)
class Rate:
    """Findings per 1,000 examinations of one kind.

    Args:
        found: examinations with a finding.
        exams: all of them; at least 1.
        low: lower end of the interval, per 1,000; `high` likewise.
    """

    found: int
    exams: int
    low: float
    high: float

    @property
    def per_1000(self) -> float:
        """The rate itself."""
        return 1000 * self.found / self.exams

    def document(self) -> dict[str, Any]:
        """The rate as JSON values."""
        return {
            "found": self.found,
            "exams": self.exams,
            "per_1000": self.per_1000,
            "low": self.low,
            "high": self.high,
        }


def rate(found: int, exams: int, method: Interval = Interval.WILSON, level: float = RULES.level) -> Rate | None:
    """The rate, None where nothing was examined.

    Source: Wilson 1927; Clopper and Pearson 1934, both by `scipy.stats.binomtest`.
    """
    if exams == 0:
        return None
    from scipy.stats import binomtest  # noqa: PLC0415 - half of a command's start, and only this one needs it

    interval = binomtest(found, exams).proportion_ci(level, method=method.value)
    return Rate(found, exams, 1000 * float(interval.low), 1000 * float(interval.high))
