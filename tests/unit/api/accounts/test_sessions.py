"""A session is open between its login and the first of its ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import apsw
import pytest

from api.accounts.migrations import MIGRATIONS
from api.accounts.sessions import SessionLimits, Sessions, csrf_token
from api.accounts.users import Users
from api.roles import Role

LIMITS = SessionLimits(idle_s=100.0, life_s=1000.0)
OWN = "seven grey mules walk north"


@pytest.fixture
def ledger() -> Iterator[apsw.Connection]:
    connection = apsw.Connection(":memory:")
    connection.execute("PRAGMA foreign_keys=ON")
    for script in MIGRATIONS:
        connection.execute(script)
    Users(connection).add("ana", Role.REVIEWER, "root", OWN)
    yield connection
    connection.close()


def at(ledger: apsw.Connection, now: float) -> Sessions:
    return Sessions(ledger, LIMITS, now)


def test_a_token_is_its_session_and_is_not_kept(ledger: apsw.Connection) -> None:
    token, _ = at(ledger, 0).open("ana", "review C-1")
    found = at(ledger, 50).find(token)
    assert found is not None
    assert (found.user, found.role, found.purpose, found.idle_at) == ("ana", Role.REVIEWER, "review C-1", 100)
    assert token not in str(ledger.execute("SELECT * FROM session").fetchall())
    assert at(ledger, 50).find(token + "x") is None
    assert at(ledger, 50).find("\ud800") is None


@pytest.mark.parametrize(("seen", "asked", "is_open"), [((), 99, True), ((), 100, False), ((90,), 189, True)])
def test_it_ends_when_nothing_is_asked(
    ledger: apsw.Connection, seen: tuple[int, ...], asked: int, is_open: Any
) -> None:
    token, _ = at(ledger, 0).open("ana", "review")
    for now in seen:
        session = at(ledger, now).find(token)
        assert session is not None
        at(ledger, now).seen(session)
    assert (at(ledger, asked).find(token) is not None) == is_open


def test_it_ends_whatever_is_asked(ledger: apsw.Connection) -> None:
    token, _ = at(ledger, 0).open("ana", "review")
    for now in range(50, 1000, 50):
        session = at(ledger, now).find(token)
        assert session is not None
        at(ledger, now).seen(session)
    assert at(ledger, 1000).find(token) is None


def test_it_ends_with_logout_with_the_user_and_with_the_password(ledger: apsw.Connection) -> None:
    for end in ("close", "disable", "reset"):
        Users(ledger).add(end, Role.REVIEWER, "root", OWN)
        token, _ = at(ledger, 0).open(end, "review")
        session = at(ledger, 1).find(token)
        assert session is not None
        if end == "close":
            at(ledger, 1).close(session)
        elif end == "disable":
            Users(ledger).disable(end, "root")
        else:
            Users(ledger).reset_password(end)
        assert at(ledger, 2).find(token) is None, end


def test_a_new_role_holds_at_once(ledger: apsw.Connection) -> None:
    token, _ = at(ledger, 0).open("ana", "review")
    Users(ledger).change_role("ana", Role.VIEWER)
    session = at(ledger, 1).find(token)
    assert session is not None
    assert session.caller.role is Role.VIEWER


def test_what_has_ended_is_swept(ledger: apsw.Connection) -> None:
    for now in range(0, 5000, 500):
        at(ledger, now).open("ana", "review")
    assert ledger.execute("SELECT count(*) FROM session").get == 1


def test_the_second_token_follows_from_the_first_and_is_not_it() -> None:
    assert csrf_token("a") == csrf_token("a") != csrf_token("b")
    assert "a" * 40 not in csrf_token("a" * 40)
