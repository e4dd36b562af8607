"""What a decision would do is told to the end, is what it then does, and leaves no trace until it is made."""

from __future__ import annotations

import hashlib
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api.audit import AuditLog
from api.bootstrap import create_workspace, open_workspace
from api.decide import Judged, decide
from api.effects import effects_of
from api.load import LoadRequest, load
from eligibility.trail import Trail
from linkage.errors import SettingsError, UnknownRecord
from linkage.ledger import Workspace

TODAY = date(2026, 6, 30)
STORY = Path(__file__).resolve().parents[2] / "fixtures" / "story"
US, MX = "STORY-US/U-1001", "STORY-MX/M-77"
SPLIT = Judged(US, MX, "different", "another man")
MERGE = Judged(US, "STORY-US/U-2001", "same", "one man on both photographs")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = create_workspace(tmp_path_factory.mktemp("effects") / "w")
    for name in ("us_drivers", "mx_drivers", "mx_driving", "enrolments", "mx_events", "checks"):
        source = name.partition("_")[2] or name
        load(workspace, LoadRequest((STORY / f"{name}.csv",), source, TODAY))
    return workspace.path


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Workspace:
    return open_workspace(Path(shutil.copytree(made, tmp_path / "w")))


def all_that_is_kept(workspace: Workspace) -> dict[str, str]:
    """Every row of every table, and every file beside the ledger."""
    found: dict[str, str] = {}
    with workspace.reading() as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            rows = sorted(map(repr, connection.execute(f'SELECT * FROM "{table}"')))
            found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    for path in workspace.path.rglob("*"):
        is_ledger = path.name.startswith("ledger") or path.suffix in {".lock", ".db-wal", ".db-shm"}
        if path.is_file() and not is_ledger:
            found[str(path.relative_to(workspace.path))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def figures(workspace: Workspace) -> dict[str, tuple[Any, ...]]:
    with workspace.reading() as connection:
        rows = connection.execute("SELECT identity_id, own, linked, linked_with_possible, linked_band, band FROM score")
        return {identity: tuple(rest) for identity, *rest in rows}


@pytest.mark.parametrize("judged", [SPLIT, MERGE], ids=["split", "merge"])
def test_nothing_is_changed_by_looking(workspace: Workspace, judged: Judged) -> None:
    before = all_that_is_kept(workspace)
    entries = len(AuditLog(workspace.path).entries(limit=10_000))
    assert any("basis" in name for name in before), "what scores rest on is looked at too"
    effects_of(workspace, judged, "ana")
    effects_of(workspace, judged, "ana")
    assert all_that_is_kept(workspace) == before
    assert len(AuditLog(workspace.path).entries(limit=10_000)) == entries, "the page that shows it is what audits"
    with workspace.reading() as connection:
        assert Trail(connection).verify() == []


@pytest.mark.parametrize("judged", [SPLIT, MERGE], ids=["split", "merge"])
def test_what_is_foretold_is_what_the_decision_does(workspace: Workspace, judged: Judged) -> None:
    told = effects_of(workspace, judged, "ana")
    before = figures(workspace)
    done = decide(workspace, judged.a, judged.b, judged.judgement, judged.reason, "ana")
    after = figures(workspace)
    assert told["moves"] == done["moves"]
    assert told["rescored"] == done["rescored"]
    assert (told["reviews"], told["reviews_reopened"]) == (done["relied_on"]["reviews"], done["relied_on"]["reopened"])
    names = ("own", "linked", "linked_with_possible", "linked_band", "band")
    for rows, held in ((told["before"], before), (told["after"], after)):
        assert rows
        for row in rows:
            assert tuple(row.get(name) for name in names) == held[row["identity_id"]]
    memberships = dict(workspace.memberships().select("record_key", "identity_id").iter_rows())
    for row in told["after"]:
        assert {memberships[key] for key in row["records"]} == {row["identity_id"]}
    assert {key for row in told["after"] for key in row["records"]} == {
        key for row in told["before"] for key in row["records"]
    }


def test_a_split_takes_the_linked_points_away_in_both(workspace: Workspace) -> None:
    told = effects_of(workspace, SPLIT, "ana")
    (before,) = told["before"]
    assert before["linked"] > 0
    mine = next(row for row in told["after"] if US in row["records"])
    assert mine["linked"] < before["linked"]
    assert len(told["after"]) == 2


@pytest.mark.parametrize(
    ("judged", "error"),
    [
        (Judged(US, MX, "different", " "), SettingsError),
        (Judged(US, US, "different", "why"), SettingsError),
        (Judged(US, MX, "perhaps", "why"), SettingsError),
        (Judged(US, "nobody", "different", "why"), UnknownRecord),
    ],
)
def test_what_cannot_be_decided_cannot_be_foretold(
    workspace: Workspace, judged: Judged, error: type[Exception]
) -> None:
    before = all_that_is_kept(workspace)
    with pytest.raises(error):
        effects_of(workspace, judged, "ana")
    assert all_that_is_kept(workspace) == before
