"""Connections that are kept between readings: each reading sees the ledger as it is now, whatever the last one left."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import apsw
import pytest

from linkage.errors import UnknownRecord
from linkage.ledger import KeptConnections, Workspace
from linkage.ledger.kept_connections import KEPT


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "w").kept_open()


def belongs(workspace: Workspace, record: str, identity: str) -> None:
    with workspace.transaction() as connection:
        connection.execute("INSERT INTO membership VALUES (?, ?, 1.0)", (record, identity))


def readers_of(workspace: Workspace) -> KeptConnections:
    assert workspace.readers is not None
    return workspace.readers


def test_one_reading_after_another_uses_one_connection_and_sees_what_was_written_between(workspace: Workspace) -> None:
    with workspace.reading() as first:
        assert not first.execute("SELECT 1 FROM membership").fetchall()
        belongs(workspace, "US/1", "d-1")
        assert not first.execute("SELECT 1 FROM membership").fetchall()
    assert workspace.resolve_id("US/1") == "d-1"
    with workspace.reading() as again:
        assert again is first


def test_a_statement_that_was_not_read_to_its_end_holds_nobody_back(workspace: Workspace) -> None:
    belongs(workspace, "US/1", "d-1")
    belongs(workspace, "US/2", "d-2")
    with workspace.reading() as connection:
        left = connection.execute("SELECT record_key FROM membership")
        next(left)
    belongs(workspace, "US/3", "d-3")
    assert workspace.resolve_id("US/3") == "d-3"


def test_a_reading_that_raises_leaves_a_connection_that_can_be_used(workspace: Workspace) -> None:
    with pytest.raises(apsw.SQLError), workspace.reading() as connection:
        connection.execute("SELECT nothing FROM nowhere")
    belongs(workspace, "US/1", "d-1")
    assert workspace.resolve_id("US/1") == "d-1"


def test_a_ledger_put_in_the_place_of_another_is_the_one_that_is_read(workspace: Workspace, tmp_path: Path) -> None:
    other = Workspace.create(tmp_path / "other")
    belongs(other, "US/1", "d-other")
    with pytest.raises(UnknownRecord):
        workspace.resolve_id("US/1")
    for file in workspace.path.glob("ledger.db-*"):
        file.unlink()
    shutil.copy(other.path / "ledger.db", tmp_path / "copy")
    os.replace(tmp_path / "copy", workspace.path / "ledger.db")
    assert workspace.resolve_id("US/1") == "d-other"


def test_threads_read_at_once_each_with_a_connection_of_its_own(workspace: Workspace) -> None:
    count = KEPT + 4
    meet, seen = threading.Barrier(count), set()

    def read() -> None:
        with workspace.reading() as connection:
            meet.wait()
            seen.add(id(connection))
            meet.wait()

    threads = [threading.Thread(target=read) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == count
    assert len(readers_of(workspace)._idle) == KEPT


def test_a_forked_process_opens_its_own(workspace: Workspace) -> None:
    belongs(workspace, "US/1", "d-1")
    assert workspace.resolve_id("US/1") == "d-1"
    parents = readers_of(workspace)._idle[0].connection
    child = os.fork()
    if child == 0:  # asserts would be lost here, so that the exit code tells
        with workspace.reading() as connection:
            is_own = connection is not parents
            found = connection.execute("SELECT identity_id FROM membership").fetchall()
        os._exit(0 if is_own and found == [("d-1",)] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert workspace.resolve_id("US/1") == "d-1"


def test_two_workspaces_of_one_folder_are_equal_whether_connections_are_kept_or_not(workspace: Workspace) -> None:
    assert workspace == Workspace(workspace.path)
    readers_of(workspace).close()
    assert readers_of(workspace)._idle == []
