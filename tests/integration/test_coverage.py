"""Coverage of a whole world against what was planted in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from api.bootstrap import create_workspace
from api.coverage import (
    CoverageQuestion,
    board_document,
    coverage_document,
    coverage_rows,
    facts_of_all,
    oldest_document,
)
from api.load import LoadRequest, load
from eligibility.coverage import UNKNOWN, Result, coverage_of_enrolled
from eligibility.coverage_policy import load_coverage_policy
from fixtures.world import WorldSettings, generate
from fixtures.world.layout import loads
from linkage.ledger import Workspace

TODAY = date(2026, 6, 30)
PEOPLE = 600
FILES = {
    *("us_cdl.csv", "us_fast.csv", "ca_prov.csv", "mx_sict.csv", "mx_state.csv", "us_inspections.csv"),
    *("court.csv", "seizures.csv", "carriers.csv", "employment.csv", "checks.csv"),
}
COLUMNS = ("country", "record_type", "result", "checked_on", "because")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("world")
    generate(WorldSettings(people=PEOPLE, seed=23, today=TODAY), made)
    return made


@pytest.fixture(scope="module")
def workspace(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = create_workspace(tmp_path_factory.mktemp("workspace") / "w")
    for path, source in loads(folder):
        if path.name in FILES:
            load(made, LoadRequest((path,), source, TODAY))
    return made


def planted(folder: Path) -> pl.DataFrame:
    truth = pl.read_csv(folder / "truth_coverage.csv", infer_schema=False)
    return truth.select("entity_id", *(pl.col(name).fill_null("") for name in COLUMNS))


def people(folder: Path) -> pl.DataFrame:
    truth = pl.read_csv(folder / "truth.csv", infer_schema=False)
    key = pl.concat_str("source", "record_id", separator="/")
    return truth.select(key.alias("record_key"), pl.col("entity_id").alias("identity_id"))


def as_planted(coverage: pl.DataFrame) -> pl.DataFrame:
    return coverage.select(
        pl.col("identity_id").alias("entity_id"),
        "country",
        "record_type",
        "result",
        pl.col("checked_on").dt.to_string("iso").fill_null(""),
        pl.col("because").list.join("|"),
    )


def test_coverage_equals_what_was_planted_cell_by_cell(folder: Path, workspace: Workspace) -> None:
    with workspace.reading() as connection:
        facts = facts_of_all(workspace, connection, TODAY)
    true = replace(facts, memberships=people(folder).with_columns(confidence=pl.lit(1.0)))
    found = as_planted(coverage_of_enrolled(true, TODAY, load_coverage_policy()))
    wanted = planted(folder)
    assert wanted.height > 1000
    assert set(wanted["result"]) == {str(result) for result in Result}
    assert sorted(found.rows()) == sorted(wanted.rows())


def test_our_own_identities_lose_few_cells(folder: Path, workspace: Workspace) -> None:
    """Whose record is whose is our own finding here; a wrong one shows as a cell that differs."""
    with workspace.reading() as connection:
        facts = facts_of_all(workspace, connection, TODAY)
    found = coverage_of_enrolled(facts, TODAY, load_coverage_policy())
    # A member is known by the FAST record: of each person's, the one whose identity holds most of the person's records.
    whose = facts.members.join(people(folder), on="record_key", suffix="_true")
    shares = whose.group_by("identity_id_true", "identity_id").len().sort("len", "identity_id", descending=True)
    best = shares.unique("identity_id_true", keep="first").select("identity_id", entity_id="identity_id_true")
    ours = as_planted(found).rename({"entity_id": "identity_id"}).join(best, on="identity_id").drop("identity_id")
    right = ours.select("entity_id", *COLUMNS[:3]).join(planted(folder), on=["entity_id", *COLUMNS[:3]])
    share = right.height / planted(folder).height
    assert share > 0.97


def test_records_that_were_never_asked_for_show_never(folder: Path, workspace: Workspace) -> None:
    cells = planted(folder).filter(pl.col("country") == "MX")
    unasked = cells.group_by("entity_id", maintain_order=True).agg((pl.col("result") == "never").all().alias("all"))
    person = unasked.filter("all")["entity_id"][0]
    records = people(folder).filter(pl.col("identity_id") == person)["record_key"].to_list()
    rows = [row for row in coverage_rows(workspace, records, TODAY) if row["country"] == "MX"]
    assert [row["result"] for row in rows] == ["never"] * len(load_coverage_policy().good_for_days)
    assert all(row["checked_on"] is None and row["check"] is None and row["legal_basis"] is None for row in rows)
    reference = next(key for key in records if key.startswith("FAST/"))
    shown = coverage_document(workspace, CoverageQuestion(TODAY, country="MX"), reference)["rows"]
    assert {row["result"] for row in shown} == {"never"}


def test_board_and_oldest_gaps_are_counted_from_the_same_cells(workspace: Workspace) -> None:
    cells = coverage_document(workspace, CoverageQuestion(TODAY))["rows"]
    matter = [row for row in cells if row["because"]]
    board = board_document(workspace, TODAY)["rows"]
    assert sum(row["drivers"] for row in board) == len(matter)
    for row in board:
        own = [c["result"] for c in matter if (c["country"], c["record_type"]) == (row["country"], row["record_type"])]
        assert {str(r): row[str(r)] for r in Result} == {str(r): own.count(str(r)) for r in Result}
    oldest = oldest_document(workspace, TODAY)
    gaps = [row for row in matter if row["result"] in UNKNOWN]
    assert sum(row["gaps"] for row in oldest["rows"]) == len(gaps)
    ages = [row["gap_days"] for row in oldest["rows"]]
    assert ages == sorted(ages, reverse=True)


def test_an_earlier_day_knows_only_what_was_known_then(folder: Path, workspace: Workspace) -> None:
    """Members of a file loaded today are known since today, so the day is asked about of one driver."""
    checks = pl.read_csv(folder / "checks.csv", infer_schema=False)
    late = checks.filter(pl.col("result") == "clear", pl.col("received_on") > pl.col("checked_on")).row(0, named=True)
    record, cell = f"{late['source']}/{late['record_id']}", (late["country"], late["record_type"])

    def rested_on(day: date) -> str | None:
        rows = {(row["country"], row["record_type"]): row for row in coverage_rows(workspace, [record], day)}
        return rows[cell]["checked_on"] if cell in rows else None

    received = date.fromisoformat(late["received_on"])
    assert rested_on(received) == late["checked_on"]
    assert rested_on(received - timedelta(days=1)) != late["checked_on"]
