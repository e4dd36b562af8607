"""The page of promises: its tests are there, and its table is that of the last run of `make faults`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from faults.plan import KILLS, KILLS_OF_NEO4J
from faults.table import KILLED, MARKS, Row, table_of
from tools.page import between

ROOT = Path(__file__).resolve().parents[3]
FILE = ROOT / "docs" / "promises.md"
PAGE = FILE.read_text("utf-8")
RUN = json.loads((ROOT / "docs" / "faults.json").read_text("utf-8"))
PROMISES = [line.split(" | ") for line in PAGE.splitlines() if line.startswith("| ") and "`test_" in line]


@pytest.fixture(scope="module")
def names() -> set[str]:
    files = (ROOT / "tests").rglob("test_*.py")
    return {name for file in files for name in re.findall(r"def (test_\w+)\(", file.read_text("utf-8"))}


def test_every_promise_has_tests_and_each_is_there(names: set[str]) -> None:
    assert len(PROMISES) >= 15
    for promise, _, tests in PROMISES:
        named = re.findall(r"`(test_\w+)`", tests)
        assert named, promise
        assert set(named) <= names, f"{promise}: {sorted(set(named) - names)}"


def test_the_table_is_that_of_the_last_run_and_nothing_was_lost() -> None:
    assert between(FILE, MARKS) == table_of(RUN["faults"]).strip()
    assert [row["what"] for row in RUN["faults"] if row["lost"]] == []


def test_every_kill_is_in_the_table_and_they_are_two_hundred_at_least() -> None:
    rows = {row["fault"]: row for row in RUN["faults"]}
    assert {name for name in rows if name.startswith(KILLED)} == {f"{KILLED} {name}" for name in KILLS | KILLS_OF_NEO4J}
    assert sum(row["killed"] for row in rows.values()) >= 200
    assert all(row["happened"] or row["not_run"] for row in rows.values())


def test_what_was_not_run_says_why() -> None:
    row = Row("killed: push", "a push is killed", why_not="no java was found").document()
    assert (
        table_of([row]).splitlines()[-1] == "| killed: push | a push is killed | not run: no java was found | - | - |"
    )
