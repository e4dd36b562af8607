"""Real traffic beside the crossings at hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from eligibility.ports.volume import volumes
from linkage.schema import CROSSING, PORT_VOLUME

Build = Callable[..., pl.DataFrame]


def traffic(*rows: tuple[str, str, int]) -> pl.DataFrame:
    made = [{"port_code": p, "month": m, "value": v, "measure": "Trucks", "port_name": f"Port {p}"} for p, m, v in rows]
    return PORT_VOLUME.conform(pl.DataFrame(made))


def by_port(frame: pl.DataFrame) -> dict[str, dict[str, object]]:
    return {row["port_code"]: row for row in frame.iter_rows(named=True)}


def test_the_share_covered_is_of_the_months_that_both_tell_of(crossings: Build) -> None:
    facts = traffic(("2304", "2025-12", 500), ("2304", "2026-01", 100), ("2304", "2026-02", 300))
    more = facts.with_columns(pl.lit("Truck Containers Empty").alias("measure"), value=pl.lit(9_999, pl.Int64))
    rows = crossings({"date": date(2026, 2, 3)}, {"date": date(2026, 2, 4)}, {"date": date(2026, 3, 1)})
    found = by_port(volumes(pl.concat([facts, more]), rows))["2304"]
    assert (found["shared_months"], found["shared_trucks"], found["shared_crossings"]) == (1, 300, 2)
    assert found["share_covered"] == pytest.approx(2 / 300)
    assert (found["trucks"], found["trucks_from"], found["trucks_to"]) == (900, "2025-12", "2026-02")


def test_a_year_is_the_last_twelve_months_that_bts_tells_of() -> None:
    months = [f"2024-{month:02d}" for month in range(1, 13)] + ["2025-01"]
    found = by_port(volumes(traffic(*(("2304", month, 10) for month in months)), CROSSING.empty()))["2304"]
    assert (found["trucks"], found["trucks_from"]) == (120, "2024-02")
    assert found["share_covered"] is None


def test_ports_of_either_side_have_a_row(crossings: Build) -> None:
    found = by_port(volumes(traffic(("0101", "2026-02", 0)), crossings({"port_code": "2304"})))
    assert set(found) == {"0101", "2304"}
    assert found["0101"]["trucks"] == 0
    assert found["0101"]["share_covered"] is None  # no truck, so no share
    assert found["2304"]["trucks"] is None  # BTS does not have it: unknown, not none


def test_a_crossing_counted_apart_belongs_to_its_port(crossings: Build) -> None:
    facts = traffic(("2401", "2026-02", 600), ("2402", "2026-02", 200))
    here = crossings(*[{"port_code": "2402"}] * 8)
    found = by_port(volumes(facts, here))
    assert found["2402"]["share_covered"] == pytest.approx(8 / 800)
    assert (found["2402"]["trucks"], found["2401"]["trucks"]) == (200, 600)
    assert found["2401"]["share_covered"] is None
    apart = by_port(volumes(facts, pl.concat([here, crossings(*[{"port_code": "2401"}] * 6)])))
    assert (apart["2401"]["share_covered"], apart["2402"]["share_covered"]) == (0.01, 0.04)


def test_without_anything_there_is_no_row() -> None:
    assert volumes(PORT_VOLUME.empty(), CROSSING.empty()).is_empty()
