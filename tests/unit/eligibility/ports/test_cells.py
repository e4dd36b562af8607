"""Crossings counted: what is unknown is in no rate, and is counted as unknown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from eligibility.ports.cells import CELL, COUNTS, between, count_cells, total
from linkage.schema import CROSSING

Build = Callable[..., pl.DataFrame]


def counts(crossings: pl.DataFrame, **options: Any) -> dict[str, int]:
    row: dict[str, int] = total(count_cells(crossings, **options).cells).row(0, named=True)
    return row


def test_random_and_targeted_examinations_are_apart(crossings: Build) -> None:
    found = counts(
        crossings(
            {"result": "narcotics"},
            {},
            {"exam": "targeted", "result": "cash"},
            {"exam": "none", "result": None},
            {"exam": "seal check", "result": "arms"},
        )
    )
    wanted = {"crossings": 5, "random": 2, "random_found": 1, "targeted": 1, "targeted_found": 1}
    assert {name: found[name] for name in wanted} == wanted


def test_an_examination_without_a_result_is_not_clear(crossings: Build) -> None:
    found = counts(crossings({"result": None}, {"result": " "}, {}))
    assert (found["random"], found["random_found"], found["unrecorded"]) == (1, 0, 2)


def test_a_crossing_that_does_not_say_whether_it_was_examined_is_told(crossings: Build) -> None:
    found = counts(crossings({"exam": None, "result": None}, {"exam": "none", "result": None}))
    assert (found["crossings"], found["unstated"], found["unrecorded"]) == (2, 1, 0)


@pytest.mark.parametrize("column", ["date", "port_code", "is_fast"])
def test_a_crossing_that_lacks_its_place_is_left_out_and_counted(crossings: Build, column: str) -> None:
    counted = count_cells(crossings({column: None}, {}))
    assert counted.left_out == {"date": 0, "port_code": 0, "is_fast": 0} | {column: 1}
    assert total(counted.cells).row(0, named=True)["crossings"] == 1


def test_unknown_load_and_goods_are_a_stratum_of_their_own(crossings: Build) -> None:
    cells = count_cells(crossings({"is_laden": None}, {"is_laden": False}, {"commodity": "Produce "})).cells
    assert cells.select("load", "commodity").rows() == [
        ("empty", "unknown"),
        ("laden", "produce"),
        ("unknown", "unknown"),
    ]


def test_spelling_does_not_matter_and_kinds_of_findings_can_be_chosen(crossings: Build) -> None:
    rows = crossings({"exam": "Random ", "result": "NARCOTICS"}, {"result": "Clear"}, {"result": "paperwork"})
    assert counts(rows)["random_found"] == 2
    chosen = counts(rows, kinds=frozenset({"narcotics"}))
    assert (chosen["random"], chosen["random_found"]) == (3, 1)


def test_quarters_begin_with_their_first_day(crossings: Build) -> None:
    counted = count_cells(
        crossings({"date": date(2025, 12, 31)}, {"date": date(2026, 1, 1)}, {"date": date(2026, 3, 31)})
    )
    assert counted.cells["quarter"].to_list() == [date(2025, 10, 1), date(2026, 1, 1)]
    assert counted.last_day == date(2026, 3, 31)
    assert between(counted.cells, date(2026, 1, 1), None)["quarter"].to_list() == [date(2026, 1, 1)]
    assert between(counted.cells, None, date(2025, 12, 31))["quarter"].to_list() == [date(2025, 10, 1)]


def test_nothing_counted_is_no_row() -> None:
    counted = count_cells(CROSSING.empty())
    assert counted.cells.equals(CELL.empty())
    assert counted.last_day is None
    assert all(total(counted.cells).row(0, named=True)[name] == 0 for name in COUNTS)
