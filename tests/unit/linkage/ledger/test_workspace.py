"""Workspaces: transactions, the writer's place, current facts, interrupted loads."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from linkage.errors import LedgerError, UnknownRecord
from linkage.ledger import Workspace
from linkage.schema import EMPLOYMENT, Kind


def _stints(*keys: str, content: int = 1) -> pl.DataFrame:
    return EMPLOYMENT.conform(pl.DataFrame({"key": keys, "source": "US", "content": [content] * len(keys)}))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "w")


def test_a_folder_of_other_things_is_no_workspace(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(LedgerError, match="holds other files"):
        Workspace.create(tmp_path)
    with pytest.raises(LedgerError, match="is no workspace"):
        Workspace.open(tmp_path)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["note.txt"]


def test_creating_twice_keeps_what_is_there(workspace: Workspace) -> None:
    with workspace.transaction() as connection:
        connection.execute("INSERT INTO membership VALUES ('US/1', 'D-X', 1.0)")
    again = Workspace.create(workspace.path)
    assert again.resolve_id("US/1") == "D-X"


def test_a_transaction_that_raises_leaves_nothing(workspace: Workspace) -> None:
    def write_and_fail() -> None:
        with workspace.transaction() as connection:
            connection.execute("INSERT INTO membership VALUES ('US/1', 'D-X', 1.0)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with pytest.raises(UnknownRecord):
        workspace.resolve_id("US/1")


def test_a_second_writer_is_told_to_wait(workspace: Workspace) -> None:
    with (
        workspace.exclusive(),
        pytest.raises(LedgerError, match="being written by another process"),
        workspace.exclusive(wait_s=0.1),
    ):
        pass
    with workspace.exclusive(wait_s=0.1):
        pass


def test_what_was_seen_is_seen_again_only_where_somebody_wrote_meanwhile(workspace: Workspace) -> None:
    looked = []

    def records() -> int:
        with workspace.reading() as connection:
            looked.append(int(connection.execute("SELECT count(*) FROM membership").get))
        return looked[-1]

    def records_and_somebody_writes() -> int:
        found = records()
        if len(looked) == 1:
            with workspace.transaction() as connection:
                connection.execute("INSERT INTO membership VALUES ('US/1', 'D-X', 1.0)")
        return found

    with workspace.considered(records_and_somebody_writes) as (_, seen):
        assert (seen, looked) == (1, [0, 1])
    with workspace.considered(records) as (connection, seen):
        connection.execute("INSERT INTO membership VALUES ('US/2', 'D-Y', 1.0)")
        assert (seen, looked) == (1, [0, 1, 1])
    assert records() == 2


def test_a_short_change_waits_for_no_writer_that_computes(workspace: Workspace) -> None:
    with workspace.exclusive(), workspace.transaction() as connection:
        connection.execute("INSERT INTO membership VALUES ('US/1', 'D-X', 1.0)")
    assert workspace.resolve_id("US/1") == "D-X"


def test_a_newer_ledger_is_refused(workspace: Workspace) -> None:
    workspace.migrate("graph", ["CREATE TABLE a (x)", "CREATE TABLE b (x)"])
    with pytest.raises(LedgerError, match="newer"):
        workspace.migrate("graph", ["CREATE TABLE a (x)"])


def test_the_newest_version_of_a_key_holds_until_it_is_withdrawn(workspace: Workspace) -> None:
    store = workspace.fact_store
    store.write(1, {Kind.EMPLOYMENT: _stints("a", "b")}, {})
    store.write(2, {Kind.EMPLOYMENT: _stints("b", content=2)}, {Kind.EMPLOYMENT: pl.Series(["a"])})
    first = store.current(Kind.EMPLOYMENT, [1])
    second = store.current(Kind.EMPLOYMENT, [1, 2])
    assert first.select("key", "content").rows() == [("a", 1), ("b", 1)]
    assert second.select("key", "content").rows() == [("b", 2)]


def test_rows_of_an_interrupted_load_are_never_read_and_swept(workspace: Workspace) -> None:
    workspace.fact_store.write(1, {Kind.EMPLOYMENT: _stints("a")}, {})
    assert workspace.facts(Kind.EMPLOYMENT).is_empty(), "no load in the ledger names them"
    assert workspace.fact_store.sweep([]) == ["1"]
    assert list((workspace.path / "records").iterdir()) == []
