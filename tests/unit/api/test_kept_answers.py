"""Answers kept under a caller's key: one a write, for its own request and caller only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import apsw
import pytest

from api.bootstrap import create_workspace
from api.kept_answers import KEPT_FOR, AlreadyAnswered, Asked, KeptAnswers, KeyReused
from linkage.ledger import Workspace

ASKED = Asked.of("key:a", "k1", (b"POST", b"/x"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return create_workspace(tmp_path_factory.mktemp("kept") / "w")


@pytest.fixture
def workspace(made: Workspace) -> Workspace:
    with made.transaction() as connection:
        connection.execute("DELETE FROM kept_answer")
    return made


def _keep(workspace: Workspace, asked: Asked, status: int = 200, **document: Any) -> None:
    with workspace.transaction() as connection:
        connection.execute("INSERT INTO membership VALUES (?, 'D-X', 1.0)", (document["record"],))
        KeptAnswers(connection).keep(asked, status, document)


def test_an_answer_is_found_by_its_caller_key_and_request_only(workspace: Workspace) -> None:
    _keep(workspace, ASKED, 202, record="US/1")
    with workspace.reading() as connection:
        kept = KeptAnswers(connection).find(ASKED)
        assert kept is not None
        assert (kept.status, kept.document) == (202, {"record": "US/1"})
        for other in (Asked.of("key:b", "k1", (b"POST", b"/x")), Asked.of("key:a", "k2", (b"POST", b"/x"))):
            assert KeptAnswers(connection).find(other) is None
        with pytest.raises(KeyReused):
            KeptAnswers(connection).find(Asked.of("key:a", "k1", (b"POST/", b"x")))


def test_the_second_of_two_writes_is_taken_back(workspace: Workspace) -> None:
    _keep(workspace, ASKED, record="US/2")
    with pytest.raises(AlreadyAnswered):
        _keep(workspace, ASKED, record="US/3")
    with workspace.reading() as connection:
        assert connection.execute("SELECT 1 FROM membership WHERE record_key = 'US/3'").fetchone() is None


def test_neither_key_nor_caller_is_kept_in_words(workspace: Workspace) -> None:
    _keep(workspace, Asked.of("key:Lucretia", "Van Houten", (b"1981-01-01",)), record="US/4")
    with workspace.reading() as connection:
        row = connection.execute("SELECT caller_key, request, document FROM kept_answer").fetchone()
    for word in (b"Lucretia", b"Houten", b"1981"):
        assert word not in row[0] + row[1] + row[2].encode()


def test_what_is_older_than_two_days_goes_and_nothing_younger(workspace: Workspace) -> None:
    assert timedelta(hours=24) <= KEPT_FOR
    _keep(workspace, ASKED, record="US/5")
    old, young = Asked.of("key:a", "old", ()), Asked.of("key:a", "young", ())
    for asked, age in ((old, timedelta(hours=49)), (young, timedelta(hours=47))):
        _keep(workspace, asked, record=f"US/{age}")
        _age(workspace, asked, age)
    _keep(workspace, Asked.of("key:a", "new", ()), record="US/6")
    with workspace.reading() as connection:
        found = [KeptAnswers(connection).find(asked) is not None for asked in (ASKED, old, young)]
    assert found == [True, False, True]


def _age(workspace: Workspace, asked: Asked, age: timedelta) -> None:
    at = (datetime.now(UTC) - age).isoformat()
    with workspace.transaction() as connection:
        _set(connection, at, asked)


def _set(connection: apsw.Connection, at: str, asked: Asked) -> None:
    connection.execute("UPDATE kept_answer SET kept_at = ? WHERE caller_key = ?", (at, asked.caller_key))
