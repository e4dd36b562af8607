"""Workspaces that earlier versions made: opened by this one, they hold who and what they held, and go on from there."""

from __future__ import annotations

import json
import random
from datetime import date
from pathlib import Path
from typing import Any

import apsw
import pytest

from api.bootstrap import create_workspace, open_workspace
from api.load import LoadRequest, load
from api.rescoring import rescore_workspace
from faults import trials
from faults.plan import LEDGERS
from faults.twin import complaints
from linkage.ledger import Workspace
from tools.ledger_fixture import FILES, STORY

NAMES = [path.name.partition(".")[0] for path in LEDGERS]
KILLS = 2
TODAY = date(2026, 6, 30)


def unpacked(kept: Path, folder: Path) -> tuple[Path, dict[str, Any]]:
    workspace = trials.unpacked(kept, folder)
    expected: dict[str, Any] = json.loads((folder / "expect.json").read_text("utf-8"))
    return workspace, expected


def people(workspace: Workspace) -> list[dict[str, str]]:
    rows = workspace.memberships().sort("record_key").select("record_key", "identity_id").to_dicts()
    return [
        {"source": key.partition("/")[0], "record_id": key.partition("/")[2], "identity_id": row["identity_id"]}
        for row in rows
        for key in [row["record_key"]]
    ]


def versions(folder: Path) -> dict[str, int]:
    connection = apsw.Connection(str(folder / "ledger.db"))
    found = dict(connection.execute("SELECT package, version FROM schema_version").fetchall())
    connection.close()
    return {str(name): int(version) for name, version in found.items()}


@pytest.fixture(scope="module")
def today(tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many records this version takes from the same files."""
    now = create_workspace(tmp_path_factory.mktemp("today") / "w")
    for name in FILES:
        load(now, LoadRequest((STORY / f"{name}.csv",), name.partition("_")[2] or name, TODAY))
    return len(people(now))


def test_versions_from_the_first_on_are_kept() -> None:
    assert len(LEDGERS) >= 10
    assert sorted(NAMES, key=int) == NAMES


@pytest.mark.parametrize("kept", LEDGERS, ids=NAMES)
def test_a_workspace_of_an_earlier_version_goes_on(kept: Path, today: int, tmp_path: Path) -> None:
    folder, expected = unpacked(kept, tmp_path)
    assert versions(folder) == expected["schema"]
    workspace = open_workspace(folder)
    assert people(workspace) == expected["identities"], "nobody is anybody else"
    assert complaints(folder) == []
    load(workspace, LoadRequest((STORY / "us_drivers.csv",), "drivers", TODAY))
    rescore_workspace(workspace, is_full=True)
    assert complaints(folder) == []
    assert rescore_workspace(workspace, is_full=True)["changed"] == 0
    assert len(people(workspace)) == today


@pytest.mark.parametrize("kept", LEDGERS[:: max(len(LEDGERS) // 3, 1)])
def test_a_migration_that_is_killed_is_ended_by_whoever_opens_next(kept: Path, tmp_path: Path) -> None:
    rng = random.Random(5)
    for _ in range(KILLS):
        assert trials.migration_killed(kept, tmp_path, rng).lost == ()
