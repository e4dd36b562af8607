"""What an export does not tell: small cells, and every figure that one could be worked out from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from api.ports_export import ALL, COLUMNS, MASKED, SIDES, export_rows, masked
from api.report.ports_page import render
from eligibility.ports.cells import count_cells
from eligibility.ports.comparison import compare_all, compare_ports, same_over
from eligibility.ports.rates import Interval
from fixtures.world.nameless import nameless_crossings

VOLUME = {
    "trucks": 9_000,
    "trucks_from": "2024-03",
    "trucks_to": "2025-02",
    "shared_months": 8,
    "shared_trucks": 6_000,
    "shared_crossings": 60,
    "share_covered": 0.01,
}
MEASURED = {"from": "2026-01-01", "to": "2026-03-31", "verdict": "fell", "change_of_ratio": {"value": 0.5}}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    cells = count_cells(nameless_crossings(60_000, 8, date(2026, 6, 30))).cells
    named = {"port_name": "A port", "border": "B"}
    rows = [
        {"port_code": port} | named | {"volume": dict(VOLUME)} | found.document()
        for port, found in compare_ports(cells, Interval.WILSON).items()
    ]
    rows.append({"port_code": "0101"} | named | {"volume": dict(VOLUME, shared_crossings=None), "verdict": None})
    counts = {"found": 4, "exams": 90, "other_found": 50, "other_exams": 900, "p_value": 0.001, "adjusted": 0.01}
    signal = {"signal": "s", "port_code": "2506", "kind": "fast-rose", "first": "2026Q1", "last": "2026Q1"}
    rate = {"found": 4, "exams": 90, "per_1000": 44.4, "low": 17.4, "high": 108.8}
    measured = MEASURED | {
        "fast": rate,
        "other": rate | {"found": 50},
        "ratio": {"value": 2.0, "low": 1.1, "high": 3.0},
    }
    action = {"action": 1, "signal": "s", "port_code": "2506", "state": "measured", "owner": "M. Chan", "kind": "other"}
    action |= {"taken_on": "2026-01-01", "outcome": None, "raised": counts, "before": measured, "after": measured}
    return {
        "as_of": "2026-06-30",
        "interval": "wilson",
        "rows": rows,
        "all_ports": compare_all(cells, Interval.WILSON).document(),
        "homogeneity": [test.document() for test in same_over(cells)],
        "left_out": {"date": 3, "port_code": 0, "is_fast": 70},
        "displacement": {
            "years": [a_year(2025, 3), a_year(2026, 9)],
            "members_seized": 4,
            "median_days_to_seizure": 300,
        },
        "signals": [signal | counts | {"state": "assigned", "is_open": True, "action": 1, "owner": "M. Chan"}],
        "actions": [action],
        "false_discoveries": 0.05,
    }


def a_year(year: int, of_members: int) -> dict[str, Any]:
    share = {"found": of_members, "exams": 40}
    figures = {"driver_years": 400.0, "per_1000_driver_years": of_members / 0.4, "low": 1.0, "high": 42.7}
    return {"year": year, "seizures": 40, "of_members": of_members, "share": share} | figures


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for name, held in value.items():
            yield from leaves(held, (*path, name))
    elif isinstance(value, list):
        for place, held in enumerate(value):
            yield from leaves(held, (*path, str(place)))
    else:
        yield path, value


def test_no_small_count_is_told(document: dict[str, Any]) -> None:
    told = masked(document)
    small = [
        path
        for path, value in leaves({"rows": told["rows"], "all": told["all_ports"]})
        if path[-1] in {"random_found", "targeted_found", "found"} and isinstance(value, int) and 0 <= value < 5
    ]
    by_path = dict(leaves({"rows": told["rows"], "all": told["all_ports"]}))
    exposures = {"random_found": "random", "targeted_found": "targeted", "found": "exams"}
    assert all(by_path[(*path[:-1], exposures[path[-1]])] == 0 for path in small)  # nothing was examined there
    assert told["masked"]["cells"] > 50
    assert told["left_out"] == {"date": MASKED, "port_code": 0, "is_fast": 70}


def test_what_is_told_adds_up_only_where_nothing_is_hidden(document: dict[str, Any]) -> None:
    """The total less what is shown is never one hidden port, and never a small number."""
    told = masked(document)
    for side in SIDES:
        for name in ("crossings", "random", "random_found", "targeted_found"):
            total = told["all_ports"][side][name]
            parts = [row[side][name] for row in told["rows"] if row["verdict"] is not None]
            hidden = parts.count(MASKED)
            rest = total - sum(part for part in parts if part != MASKED)
            assert hidden != 1, (side, name)
            assert rest == 0 if not hidden else rest >= 5, (side, name)


def test_figures_that_would_give_a_count_away_are_hidden_too(document: dict[str, Any]) -> None:
    for row in masked(document)["rows"]:
        if row["verdict"] is None:
            continue
        for side in SIDES:
            if row[side]["random_found"] == MASKED:
                assert row[side]["random_rate"] == row[side]["shrunk_rate"] == row[side]["missed"] == MASKED
                assert row["ratio"] == row["crude_ratio"] == row["smallest_ratio"] == MASKED
                assert row[side]["chart"]["centre"] == MASKED
                assert {point["upper"] for point in row[side]["chart"]["points"]} == {MASKED}


def test_alarms_and_actions_go_out_without_counts(document: dict[str, Any]) -> None:
    told = masked(document)
    assert {name for name, _ in told["signals"][0].items()} & {"found", "exams", "p_value", "adjusted"} == set()
    action = told["actions"][0]
    assert "raised" not in action
    assert set(action["before"]) == {"from", "to", "ratio", "change_of_ratio", "verdict"}
    assert action["before"]["ratio"] == MASKED  # 4 of 90


def test_years_with_few_members_seized_are_hidden(document: dict[str, Any]) -> None:
    told = masked(document)["displacement"]
    assert [year["of_members"] for year in told["years"]] == [MASKED, 9]
    assert told["years"][0]["per_1000_driver_years"] == told["years"][0]["share"] == MASKED
    assert told["years"][0]["seizures"] == 40
    assert told["members_seized"] == told["median_days_to_seizure"] == MASKED


def test_the_document_itself_is_left_as_it_was(document: dict[str, Any]) -> None:
    before = json.dumps(document, sort_keys=True)
    masked(document)
    assert json.dumps(document, sort_keys=True) == before


def test_rows_hold_every_port_and_lane(document: dict[str, Any]) -> None:
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in export_rows(masked(document))]
    whole = {(row["port_code"], row["lane"]) for row in rows if row["period"] == ALL}
    ports = {row["port_code"] for row in document["rows"] if row["verdict"] is not None}
    assert whole == {(port, side) for port in {*ports, ALL} for side in SIDES} | {("0101", None)}
    assert {row["period"] for row in rows} >= {"2024Q3", "2026Q2"}


def test_the_page_tells_what_is_masked(document: dict[str, Any]) -> None:
    page = render(masked(document))
    assert "M. Chan" in page
    assert "below 5" in page
    assert "<script" not in page
