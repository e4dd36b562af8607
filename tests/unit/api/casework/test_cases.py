"""Cases: nothing that was in one is ever deleted, and a closed one takes nothing more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import apsw
import pytest

from api.casework.cases import MOST_PINS, Cases, Pin, PinKind
from api.casework.migrations import MIGRATIONS
from linkage.errors import SettingsError, UnknownRecord

TABLES = ("case_folder", "case_pin", "case_note", "drawn_tie")
ENDS = ("Identity:D-A", "Identity:D-B")


def never_deleted(operation: int, table: str | None, *_: str | None) -> int:
    """SQLite asks before each statement: in every test here, whatever takes a row of a case away is refused."""
    is_deleting = operation == apsw.SQLITE_DELETE and table in TABLES
    return apsw.SQLITE_DENY if is_deleting else apsw.SQLITE_OK


@pytest.fixture
def connection() -> Iterator[apsw.Connection]:
    made = apsw.Connection(":memory:")
    made.execute("PRAGMA foreign_keys=ON")
    for migration in MIGRATIONS:
        made.execute(migration)
    made.authorizer = never_deleted
    yield made
    made.close()


@pytest.fixture
def cases(connection: apsw.Connection) -> Cases:
    return Cases(connection, "ana")


def a_pin(ref: str = "D-A") -> Pin:
    return Pin(PinKind.DRIVER, ref, {"title": "A", "people": [ref]}, "why")


def test_a_case_tells_who_did_what_in_order(cases: Cases, connection: apsw.Connection) -> None:
    number = cases.open("  Trucks ")
    first, second = cases.pin(number, a_pin(), "2026-06-30"), Cases(connection, "ben").pin(number, a_pin("D-B"), None)
    cases.note(number, "one\ntwo")
    cases.draw(number, ENDS, "seen together", "a photograph")
    assert cases.get(number)["title"] == "Trucks"
    pins = cases.pins(number)
    assert [(pin["pin_id"], pin["evidence"], pin["pinned_by"]) for pin in pins] == [
        (first, "E1", "ana"),
        (second, "E2", "ben"),
    ]
    assert pins[0]["says"] == {"title": "A", "people": ["D-A"]}
    assert [note["text"] for note in cases.notes(number)] == ["one\ntwo"]
    assert [(tie["a"], tie["b"], tie["drawn_by"]) for tie in cases.drawn(number)] == [(*ENDS, "ana")]


def test_what_is_taken_out_stays_on_record(cases: Cases, connection: apsw.Connection) -> None:
    number = cases.open("Trucks")
    pin = cases.pin(number, a_pin(), None)
    cases.take_out(number, pin)
    assert cases.pins(number) == []
    row = connection.execute("SELECT ref, pinned_by, taken_by, taken_at IS NOT NULL FROM case_pin").fetchone()
    assert row == ("D-A", "ana", "ana", 1)
    with pytest.raises(UnknownRecord):
        cases.take_out(number, pin)
    other = cases.open("Other")
    kept = cases.pin(number, a_pin(), None)
    with pytest.raises(UnknownRecord):
        cases.take_out(other, kept)
    assert len(cases.pins(number)) == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda cases, number: cases.pin(number, a_pin(), None),
        lambda cases, number: cases.take_out(number, 1),
        lambda cases, number: cases.note(number, "text"),
        lambda cases, number: cases.draw(number, ENDS, "says", "source"),
        lambda cases, number: cases.close(number),
    ],
)
def test_a_closed_case_takes_nothing_and_can_be_read_for_ever(
    cases: Cases, connection: apsw.Connection, act: Callable[[Cases, int], Any]
) -> None:
    number = cases.open("Trucks")
    cases.pin(number, a_pin(), None)
    cases.close(number)
    before = [connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES]
    with pytest.raises(SettingsError, match="closed"):
        act(cases, number)
    assert [connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES] == before
    assert len(cases.pins(number)) == 1
    with pytest.raises(UnknownRecord):
        act(cases, 99)


def test_what_says_nothing_is_refused(cases: Cases) -> None:
    number = cases.open("Trucks")
    for act in (
        lambda: cases.open(" "),
        lambda: cases.note(number, "\n"),
        lambda: cases.draw(number, ENDS, " ", "source"),
        lambda: cases.draw(number, ENDS, "says", ""),
        lambda: cases.draw(number, (ENDS[0], ENDS[0]), "says", "source"),
        lambda: cases.draw(number, ("Phone:+19565550161", ENDS[0]), "says", "source"),
        lambda: cases.draw(number, ("<b>", ENDS[0]), "says", "source"),
    ):
        with pytest.raises(SettingsError):
            act()
    assert cases.drawn(number) == cases.notes(number) == []


def test_a_case_is_full_at_its_limit(cases: Cases) -> None:
    number = cases.open("Trucks")
    pins = [cases.pin(number, a_pin(), None) for _ in range(MOST_PINS)]
    with pytest.raises(SettingsError, match=str(MOST_PINS)):
        cases.pin(number, a_pin(), None)
    cases.take_out(number, pins[0])
    cases.pin(number, a_pin(), None)


def test_cases_are_listed_open_ones_first_and_of_one_person_where_asked(
    cases: Cases, connection: apsw.Connection
) -> None:
    first, second = cases.open("first"), cases.open("second")
    theirs = Cases(connection, "ben").open("theirs")
    cases.close(second)
    assert [row["case_id"] for row in cases.all()][-1] == second
    assert {row["case_id"] for row in cases.all("ana")} == {first, second}
    assert [row["case_id"] for row in cases.all("ben")] == [theirs]


def test_the_tests_here_would_see_a_row_being_deleted(cases: Cases, connection: apsw.Connection) -> None:
    cases.open("Trucks")
    with pytest.raises(apsw.AuthError):
        connection.execute("DELETE FROM case_folder")
