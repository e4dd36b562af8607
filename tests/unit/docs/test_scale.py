"""The page about scale says what the last run of its benchmark found, and Spark found what this machine found."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.spark.report import GROWTH, MARKS, growth, tables
from tools.page import between

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "scale.md"
RUN = json.loads((ROOT / "docs" / "scale.json").read_text("utf-8"))
ON_SPARK = [run for run in RUN["runs"] if run["engine"] != "local"]


def test_the_tables_are_those_of_the_last_run() -> None:
    assert between(PAGE, MARKS) == tables(RUN).strip()


def test_spark_found_the_same_at_a_million_records_with_executors_of_their_own() -> None:
    assert RUN["master"].startswith("local-cluster[2,1")
    assert all(run["equal"] for run in ON_SPARK)
    assert max(run["records"] for run in ON_SPARK) > 1_000_000


def test_a_million_records_take_about_as_long_whatever_their_number_and_no_task_is_flooded() -> None:
    grown = growth(RUN, "spark", "seconds")
    assert grown is not None
    assert grown <= GROWTH
    assert all(run["skew"] < 4 for run in ON_SPARK)
