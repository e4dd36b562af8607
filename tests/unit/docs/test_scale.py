"""The page about scale says what the last run of its benchmark found, and Spark found what this machine found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.spark.report import MARKS, growth, tables
from tools.page import between

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "scale.md"
RUN = json.loads((ROOT / "docs" / "scale.json").read_text("utf-8"))
GROWTH = 1.3
"""What a record may cost among a million, in parts of what it costs among a quarter of them."""
ON_SPARK = [run for run in RUN["runs"] if run["engine"] != "local"]


def test_the_tables_are_those_of_the_last_run() -> None:
    assert between(PAGE, MARKS) == tables(RUN).strip()


def test_spark_found_the_same_at_a_million_records_with_executors_of_their_own() -> None:
    assert RUN["master"].startswith("local-cluster[2,1")
    assert all(run["equal"] for run in ON_SPARK)
    assert max(run["records"] for run in ON_SPARK) > 1_000_000


def test_an_executor_that_is_killed_in_the_middle_changes_nothing_at_any_size() -> None:
    killed = [run for run in ON_SPARK if run["lost_tasks"]]
    assert max(run["records"] for run in killed) > 1_000_000
    assert any("killed_at" in stage for run in killed for stage in run["stages"])


@pytest.mark.parametrize("figure", ["seconds", "shuffled_mb"])
def test_from_a_quarter_to_a_million_records_cost_grows_about_as_they_do(figure: str) -> None:
    grown = growth(RUN, "spark", figure)
    assert min(grown) < 260_000
    (at_a_million,) = (cost for records, cost in grown.items() if 1_000_000 <= records < 1_010_000)
    assert at_a_million <= GROWTH


def test_no_task_is_flooded() -> None:
    assert all(run["skew"] < 4 for run in ON_SPARK)
