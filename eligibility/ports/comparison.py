"""FAST against other trucks at each port and over all of them, as one set of values for a page, a table or a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from eligibility.ports.cells import COUNTS, total
from eligibility.ports.control import Chart, u_chart
from eligibility.ports.power import Verdict, exams_needed, smallest_ratio, verdict, worth
from eligibility.ports.rates import Interval, Rate, rate
from eligibility.ports.ratio import STRATA, Homogeneity, Ratio, crude_ratio, homogeneity, paired, pooled_ratio
from eligibility.ports.rules import RULES
from eligibility.ports.shrink import Shrunk, Spread, fit_spread, shrink

SIDES = {"fast": True, "other": False}


@dataclass(frozen=True, slots=True)
class Side:
    """FAST trucks, or the others, of one port or of all.

    Args:
        counts: of CELL, by name.
        random: rate of random examinations: the only one that measures risk.
        targeted: rate of examinations on suspicion.
        shrunk: the random rate drawn towards that of all ports; None over all ports.
        chart: random rate by quarter.
    """

    counts: Mapping[str, int]
    random: Rate | None
    targeted: Rate | None
    shrunk: Shrunk | None
    chart: Chart | None

    @property
    def targeting(self) -> float | None:
        """How many times more suspicion finds than chance."""
        if self.random is None or self.targeted is None or not self.random.found:
            return None
        return self.targeted.per_1000 / self.random.per_1000

    @property
    def missed(self) -> float | None:
        """Findings to be expected in the trucks that nobody examined."""
        if self.random is None:
            return None
        examined = sum(self.counts[name] for name in ("random", "targeted", "unrecorded"))
        return self.random.per_1000 / 1000 * max(self.counts["crossings"] - examined, 0)

    def document(self) -> dict[str, Any]:
        """The side as JSON values."""
        return dict(self.counts) | {
            "random_rate": self.random and self.random.document(),
            "targeted_rate": self.targeted and self.targeted.document(),
            "shrunk_rate": self.shrunk and self.shrunk.document(),
            "targeting": self.targeting,
            "missed": self.missed,
            "chart": self.chart and self.chart.document(),
        }


@dataclass(frozen=True, slots=True)
class Compared:
    """Both sides of one port or of all.

    Args:
        crude: ratio without strata, shown only to be distrusted; `pooled` is the stratified one.
        smallest: ratio that would have been seen within strata.
        needed: examinations a side that would show the ratio of interest.
    """

    sides: Mapping[str, Side]
    crude: Ratio | None
    pooled: Ratio | None
    smallest: float | None
    needed: int | None
    verdict: Verdict

    def document(self) -> dict[str, Any]:
        """The comparison as JSON values."""
        return {name: side.document() for name, side in self.sides.items()} | {
            "crude_ratio": self.crude and self.crude.document(),
            "ratio": self.pooled and self.pooled.document(),
            "smallest_ratio": self.smallest,
            "exams_needed": self.needed,
            "verdict": self.verdict.value,
        }


def compare_all(cells: pl.DataFrame, method: Interval) -> Compared:
    """All ports together."""
    return _compared(cells, {}, method, None)


def compare_ports(cells: pl.DataFrame, method: Interval) -> dict[str, Compared]:
    """Each port by itself, in order of its code.

    Args:
        cells: frame CELL.
    """
    spreads = {name: _spread(cells, is_fast) for name, is_fast in SIDES.items()}
    everywhere = float(cells["random_found"].sum()) / max(int(cells["random"].sum()), 1)
    return {
        str(port): _compared(rows, spreads, method, everywhere)
        for (port,), rows in cells.sort("port_code").group_by("port_code", maintain_order=True)
    }


def same_over(cells: pl.DataFrame) -> list[Homogeneity]:
    """Whether one ratio can stand for all ports, loads, commodities and quarters."""
    pairs = paired(cells)
    return [found for factor in STRATA if (found := homogeneity(pairs, factor))]


def _spread(cells: pl.DataFrame, is_fast: bool) -> Spread | None:  # noqa: FBT001 - a value of a column
    ports = total(cells.filter(pl.col("is_fast") == is_fast), "port_code")
    return fit_spread(ports["random_found"].to_numpy(), ports["random"].to_numpy())


def _compared(
    cells: pl.DataFrame, spreads: Mapping[str, Spread | None], method: Interval, everywhere: float | None
) -> Compared:
    sides = {
        name: _side(cells.filter(pl.col("is_fast") == is_fast), spreads.get(name), method)
        for name, is_fast in SIDES.items()
    }
    pairs = paired(cells)
    pooled = pooled_ratio(pairs)
    beside = pairs.filter(pl.col("fast_exams") > 0)  # the rate of the others where FAST is compared with them
    exams, found = int(beside["other_exams"].sum()), int(beside["other_found"].sum())
    own = found / exams if found >= RULES.enough else None
    base = own or everywhere or 0.0
    smallest = smallest_ratio(base, *worth(pairs["fast_exams"].to_numpy(), pairs["other_exams"].to_numpy()))
    is_asked = base and sides["fast"].counts["crossings"]  # where FAST does not run no number would do
    needed = exams_needed(base, RULES.ratio_of_interest) if is_asked else None
    return Compared(sides, crude_ratio(pairs), pooled, smallest, needed, verdict(pooled, smallest))


def _side(cells: pl.DataFrame, spread: Spread | None, method: Interval) -> Side:
    counts = {name: int(np.sum(cells[name].to_numpy())) for name in COUNTS}
    quarters = total(cells, "quarter").select("quarter", "random_found", "random").rows()
    random = rate(counts["random_found"], counts["random"], method)
    targeted = rate(counts["targeted_found"], counts["targeted"], method)
    shrunk = shrink(counts["random_found"], counts["random"], spread) if spread and counts["crossings"] else None
    by_quarter: list[tuple[date, int, int]] = quarters
    return Side(counts, random, targeted, shrunk, u_chart(by_quarter))
