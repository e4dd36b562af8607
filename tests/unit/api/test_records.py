"""Current facts of a few records: the newest version of each, whether a load can be looked up by key or not."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from api.bootstrap import create_workspace
from api.load import LoadRequest, load
from api.records import facts_of
from linkage.ledger import Workspace
from linkage.ledger.load_keys import LoadKeys
from linkage.ledger.lookup import LOOKUP, Lookups
from linkage.schema import Kind

HEAD = "source,event_id,record_id,event_type,event_date,severity,description\n"
LOADS = (
    ("delta", "US,e1,r1,THEFT,2026-01-01,4,first\nUS,e2,r1,THEFT,2026-01-02,4,\nUS,e3,r2,THEFT,2026-01-03,4,\n"),
    ("delta", "US,e1,r1,THEFT,2026-01-01,4,corrected\nUS,e2,r2,THEFT,2026-01-02,4,moved\n"),
    ("delete", "US,e3,r2,THEFT,2026-01-03,4,\n"),
    ("delta", "MX,e1,r1,THEFT,2026-01-01,4,of another source\n"),
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = create_workspace(tmp_path / "workspace")
    for number, (mode, text) in enumerate(LOADS):
        file = tmp_path / f"{number}.csv"
        file.write_text(HEAD + text, "utf-8")
        load(made, LoadRequest((file,), "events", date(2026, 6, 30), mode=mode))
    return made


@pytest.mark.parametrize("without", [(), ("2",), ("1", "2", "3", "4")])
@pytest.mark.parametrize("is_server", [False, True])
def test_the_newest_version_of_each_fact_counts(
    workspace: Workspace, without: tuple[str, ...], *, is_server: bool
) -> None:
    for load_id in without:
        (workspace.path / "records" / load_id / LOOKUP).unlink()
    asked = workspace.kept_open() if is_server else workspace
    with asked.reading() as connection:
        of_one = facts_of(asked, connection, Kind.EVENT, "record_key", ["US/r1"])
        of_both = facts_of(asked, connection, Kind.EVENT, "record_key", ["US/r1", "US/r2"])
        none = facts_of(asked, connection, Kind.EVENT, "record_key", ["US/r3"])
    assert [json.loads(raw)["description"] for raw in of_one["raw"]] == ["corrected"]
    assert of_both["event_id"].to_list() == ["e1", "e2"]
    assert of_both["description"].to_list() == ["corrected", "moved"]
    assert none.height == 0
    assert none.schema == of_one.schema


def test_only_loads_that_may_tell_of_it_are_asked(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real = Lookups.rows
    monkeypatch.setattr(Lookups, "rows", lambda self, load, *what: asked.append(load) or real(self, load, *what))
    with workspace.reading() as connection:
        assert facts_of(workspace, connection, Kind.EVENT, "record_key", ["MX/r1"]).height == 1
    assert set(asked) == {4}


@pytest.mark.parametrize("without", [(), (3,), (1, 2, 3, 4)])
def test_loads_that_nobody_listed_are_asked_until_they_are(workspace: Workspace, without: tuple[int, ...]) -> None:
    with workspace.reading() as connection:
        whole = connection.execute("SELECT mark, load_id FROM load_key ORDER BY 1, 2").fetchall()
    with workspace.transaction() as connection:  # as an earlier version left them
        for load_id in without:
            connection.execute("DELETE FROM load_key WHERE load_id = ?", (load_id,))
            connection.execute("DELETE FROM load_listed WHERE load_id = ?", (load_id,))
    with workspace.reading() as connection:
        assert set(LoadKeys(connection).telling(["MX/never"])) == set(without)
        found = facts_of(workspace, connection, Kind.EVENT, "record_key", ["US/r1", "US/r2", "MX/r1"])
    assert found["key"].to_list() == ["MX/e1", "US/e1", "US/e2"]
    assert [workspace.list_keys(), workspace.list_keys()] == [len(without), 0]
    with workspace.reading() as connection:
        assert connection.execute("SELECT mark, load_id FROM load_key ORDER BY 1, 2").fetchall() == whole
        assert LoadKeys(connection).telling(["MX/never"]) == []
