"""The page about the soak says what its last run found, and that run found nothing wrong."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.soak.report import MARKS, tables
from tools.page import between

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "soak.md"
RUN = json.loads((ROOT / "docs" / "soak.json").read_text("utf-8"))


def test_the_tables_are_those_of_the_last_run() -> None:
    assert between(PAGE, MARKS) == tables(RUN).strip()


def test_it_ran_ten_minutes_and_nothing_was_wrong() -> None:
    assert RUN["seconds"] == 600
    assert (RUN["faults"], RUN["log"], RUN["findings"]) == ({}, {}, [])
    assert sum(row["answers"] for row in RUN["by_minute"]["all"]) > 5000
    assert RUN["done"]["load"] > 50
