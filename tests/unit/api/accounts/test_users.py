"""People are let in by name, with a password that only they know or as a subject of a provider."""

from __future__ import annotations

from collections.abc import Iterator

import apsw
import pytest

from api.accounts.migrations import MIGRATIONS
from api.accounts.users import Subject, Users, chosen_hash, is_password_of
from api.roles import Role
from linkage.errors import SettingsError, UnknownRecord

OWN = "seven grey mules walk north"
SUBJECT = Subject("https://login.example", "248289761001")


@pytest.fixture
def users() -> Iterator[Users]:
    connection = apsw.Connection(":memory:")
    connection.execute("PRAGMA foreign_keys=ON")
    for script in MIGRATIONS:
        connection.execute(script)
    yield Users(connection)
    connection.close()


def test_a_one_time_password_must_be_changed(users: Users) -> None:
    given = users.add("ana", Role.REVIEWER, "root")["password"]
    ana = users.find("ana")
    assert ana is not None
    assert ana.must_change
    assert is_password_of(ana, given)
    users.keep_hash("ana", chosen_hash(ana, OWN))
    ana = users.find("ana")
    assert ana is not None
    assert not ana.must_change
    assert is_password_of(ana, OWN)
    assert not is_password_of(ana, given)


def test_no_password_is_kept_or_listed(users: Users) -> None:
    given = users.add("ana", Role.VIEWER, "root")["password"]
    kept = str(users.connection.execute("SELECT * FROM account").fetchall())
    assert given not in kept
    assert "$argon2id$" in kept
    assert "password" not in users.rows()[0]


def test_a_password_is_one_however_it_was_typed(users: Users) -> None:
    users.add("ana", Role.VIEWER, "root", "señorita camina siempre")
    assert is_password_of(users.find("ana"), "sen\u0303orita camina siempre")


@pytest.mark.parametrize("password", ["short", "x" * 300, "a" * 20, "ababababababababab", "this is Benedicta again"])
def test_a_weak_password_is_refused(users: Users, password: str) -> None:
    with pytest.raises(SettingsError) as told:
        users.add("benedicta", Role.VIEWER, "root", password)
    assert password not in str(told.value)
    assert users.find("benedicta") is None


def test_the_same_password_is_no_change(users: Users) -> None:
    users.add("ana", Role.VIEWER, "root", OWN)
    ana = users.find("ana")
    assert ana is not None
    with pytest.raises(SettingsError):
        chosen_hash(ana, OWN)


def test_a_name_stays_with_one_person(users: Users) -> None:
    users.add("ana", Role.VIEWER, "root")
    users.disable("ana", "root")
    for name in ("ana", "ANA"):
        with pytest.raises(SettingsError):
            users.add(name, Role.VIEWER, "root")


@pytest.mark.parametrize("name", ["", " ", " ana", "key:ana", "a\nb", "x" * 65])
def test_a_name_that_could_be_mistaken_is_refused(users: Users, name: str) -> None:
    with pytest.raises(SettingsError):
        users.add(name, Role.VIEWER, "root")


def test_whom_nobody_let_in_is_nobody(users: Users) -> None:
    assert users.find("ana") is None
    assert not is_password_of(None, OWN)
    for act in (lambda: users.disable("ana", "root"), lambda: users.change_role("ana", Role.VIEWER)):
        with pytest.raises(UnknownRecord):
            act()


def test_a_subject_is_one_user_of_one_provider(users: Users) -> None:
    assert "password" not in users.add("ana", Role.REVIEWER, "root", SUBJECT)
    found = users.of_subject(SUBJECT)
    assert found is not None
    assert found.name == "ana"
    assert not is_password_of(found, "")
    assert users.of_subject(Subject("https://other.example", SUBJECT.subject)) is None
    with pytest.raises(SettingsError):
        users.add("ben", Role.VIEWER, "root", SUBJECT)
    with pytest.raises(UnknownRecord):
        users.reset_password("ana")
    users.disable("ana", "root")
    assert users.of_subject(SUBJECT) is None
