"""Alarms: ports where FAST, or the other trucks, became riskier, with false ones held down across ports.

All tests that end with one quarter are one family (Benjamini and Hochberg), and none looks past its quarter. So an
alarm, once raised, does not go away because a later quarter or another port was added.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Any

import numpy as np
import polars as pl

from eligibility.ports.control import Excess, excess
from eligibility.ports.quarters import next_quarter, quarter_name, quarters_back
from eligibility.ports.rules import RULES

_SLACK_DAYS = 4
"""A quarter counts as closed when its last crossing at hand is of its last days: not every port has one every day."""


class SignalKind(StrEnum):
    """What an alarm says."""

    FAST_ABOVE_OTHER = "fast-above-other"  # over the last four quarters, within strata
    FAST_ROSE = "fast-rose"  # above the port's own earlier quarters
    FAST_DRIFTED = "fast-drifted"  # the last four quarters above the four before: a rise too slow for one quarter
    OTHER_ROSE = "other-rose"


@dataclass(frozen=True, slots=True)
class Look:
    """One port looked at in one way at the end of one quarter.

    Args:
        since: first quarter of what is set against the rest.
        found: findings in it; `other_found` those it is set against, `exams` and `other_exams` likewise.
        adjusted: p-value after the correction for all tests of the quarter.
    """

    port_code: str
    kind: SignalKind
    quarter: date
    since: date
    found: int
    exams: int
    other_found: int
    other_exams: int
    p_value: float
    adjusted: float = 1.0


@dataclass(frozen=True, slots=True)
class Signal:
    """An alarm: consecutive quarters in which one port failed one test.

    Args:
        looks: of those quarters, oldest first.
    """

    looks: tuple[Look, ...]

    @property
    def key(self) -> str:
        """Names the alarm for ever: port, kind and first quarter."""
        first = self.looks[0]
        return f"{first.port_code}:{first.kind}:{quarter_name(first.quarter)}"

    @property
    def last(self) -> Look:
        """The newest of its tests."""
        return self.looks[-1]

    def document(self) -> dict[str, Any]:
        """The alarm as JSON values; counts are those of its newest quarter."""
        last = self.last
        return {
            "signal": self.key,
            "port_code": last.port_code,
            "kind": last.kind.value,
            "from": self.looks[0].since.isoformat(),
            "first": quarter_name(self.looks[0].quarter),
            "last": quarter_name(last.quarter),
            "since": quarter_name(last.since),
            "found": last.found,
            "exams": last.exams,
            "other_found": last.other_found,
            "other_exams": last.other_exams,
            "p_value": last.p_value,
            "adjusted": last.adjusted,
        }


def find_signals(cells: pl.DataFrame, until: date) -> list[Signal]:
    """Every alarm raised by a whole quarter that ended by a day, ordered by port, kind and quarter.

    Args:
        cells: frame CELL of all quarters there are.
        until: the last day that the data covers; a quarter that it does not close raises none.
    """
    quarters = cells["quarter"].unique().sort()
    closed = [quarter for quarter in quarters if (next_quarter(quarter) - until).days <= _SLACK_DAYS]
    random = cells.filter(pl.col("random") > 0)
    raised = [test for quarter in closed for test in adjusted(list(_tests(random, quarter))) if _is_alarm(test)]
    return episodes(raised)


def adjusted(tests: Sequence[Look]) -> list[Look]:
    """The tests of one quarter with p-values corrected for how many there are."""
    if not tests:
        return []
    from scipy.stats import false_discovery_control  # noqa: PLC0415 - half of a command's start

    values = false_discovery_control([test.p_value for test in tests], method="bh")
    return [replace(test, adjusted=float(value)) for test, value in zip(tests, values, strict=True)]


def episodes(raised: Sequence[Look]) -> list[Signal]:
    """Failed tests of consecutive quarters as one alarm each."""
    ordered = sorted(raised, key=lambda test: (test.port_code, test.kind, test.quarter))
    found: list[Signal] = []
    for _, group in groupby(ordered, key=lambda test: (test.port_code, test.kind)):
        run: list[Look] = []
        for test in group:
            if run and next_quarter(run[-1].quarter) != test.quarter:
                found.append(Signal(tuple(run)))
                run = []
            run.append(test)
        found.append(Signal(tuple(run)))
    return found


def _is_alarm(test: Look) -> bool:
    return test.adjusted <= RULES.false_discoveries


def _tests(cells: pl.DataFrame, quarter: date) -> Iterator[Look]:
    """All tests that end with the quarter and could have raised an alarm, whatever was found where."""
    year = quarters_back(quarter, RULES.window - 1)
    within = cells.filter(pl.col("quarter").is_between(year, quarter))
    yield from _compared(within, SignalKind.FAST_ABOVE_OTHER, (year, quarter), pl.col("is_fast"))
    past = cells.filter(pl.col("quarter").is_between(quarters_back(quarter, RULES.before), quarter))
    for kind, is_fast in ((SignalKind.FAST_ROSE, True), (SignalKind.OTHER_ROSE, False)):
        lane = past.filter(pl.col("is_fast") == is_fast)
        yield from _compared(lane, kind, (quarter, quarter), pl.col("quarter") == quarter)
    years = cells.filter(pl.col("is_fast") & pl.col("quarter").is_between(quarters_back(year, RULES.window), quarter))
    yield from _compared(years, SignalKind.FAST_DRIFTED, (year, quarter), pl.col("quarter") >= year)


def _compared(cells: pl.DataFrame, kind: SignalKind, period: tuple[date, date], is_here: pl.Expr) -> Iterator[Look]:
    """The two parts of each port's cells against each other, within load and commodity (and quarter, for lanes)."""
    strata = ["load", "commodity"] + ["quarter"] * (kind is SignalKind.FAST_ABOVE_OTHER)
    sums = [
        pl.col(column).filter(where).sum().alias(f"{side}{name}")
        for side, where in (("", is_here), ("other_", ~is_here))
        for name, column in (("found", "random_found"), ("exams", "random"))
    ]
    table = cells.group_by("port_code", *strata).agg(sums).sort("port_code", *strata)
    for (port,), rows in table.group_by("port_code", maintain_order=True):
        counts = [rows[name].to_numpy() for name in ("found", "exams", "other_found", "other_exams")]
        if not counts[1].sum() or not counts[3].sum():
            continue
        result: Excess = excess(*counts)
        if result.smallest <= RULES.false_discoveries:
            here, exams, there, others = (int(np.sum(column)) for column in counts)
            yield Look(str(port), kind, period[1], period[0], here, exams, there, others, result.p_value)
