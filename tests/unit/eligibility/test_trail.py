"""The trail: nothing without a person and a reason, and no change of it goes unseen."""

from __future__ import annotations

import apsw
import pytest

from eligibility.trail import EXPUNGED, Step, Trail
from linkage.errors import SettingsError

AT = "2026-11-01T10:00:00+00:00"


@pytest.fixture
def trail(ledger: apsw.Connection) -> Trail:
    made = Trail(ledger)
    for n in range(1, 5):
        made.append(Step("ana", "note", f"review:{n}", "because", {"n": n}), AT)
    return made


def test_whole_as_written(trail: Trail) -> None:
    assert trail.verify() == []
    assert [entry.n for entry in trail.of("review:3")] == [3]


@pytest.mark.parametrize(("actor", "reason"), [("", "why"), ("  ", "why"), ("ana", ""), ("ana", "\n ")])
def test_needs_a_person_and_a_reason(ledger: apsw.Connection, actor: str, reason: str) -> None:
    with pytest.raises(SettingsError):
        Trail(ledger).append(Step(actor, "note", "review:1", reason), AT)
    assert Trail(ledger).head()[0] == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trail SET reason = 'other' WHERE n = 2",
        "DELETE FROM trail WHERE n = 4",
        "DELETE FROM trail_head",
        "INSERT OR REPLACE INTO trail SELECT * FROM trail WHERE n = 2",
        "INSERT INTO trail SELECT 9, at, actor, action, subject, reason, detail, previous, hash FROM trail WHERE n = 4",
    ],
)
def test_the_ledger_refuses_changes(ledger: apsw.Connection, trail: Trail, statement: str) -> None:
    with pytest.raises(apsw.ConstraintError):
        ledger.execute(statement)
    assert trail.verify() == []


@pytest.mark.parametrize("column", ["at", "actor", "action", "subject", "reason", "detail", "previous", "hash"])
def test_finds_any_changed_column(ledger: apsw.Connection, trail: Trail, column: str) -> None:
    _without_triggers(ledger)
    changed = {"detail": '{"n":3}'}.get(column, "x")
    ledger.execute(f"UPDATE trail SET {column} = ? WHERE n = 2", (changed,))
    assert any("row 2" in line for line in trail.verify())


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DELETE FROM trail WHERE n = 2", "missing"),
        ("DELETE FROM trail WHERE n = 1", "missing"),
        ("DELETE FROM trail WHERE n = 4", "head"),
        ("DELETE FROM trail", "head"),
        (
            "INSERT INTO trail SELECT 5, at, actor, action, subject, reason, detail, hash, hash FROM trail WHERE n = 4",
            "",
        ),
        ("UPDATE trail SET n = CASE n WHEN 2 THEN -3 WHEN 3 THEN -2 ELSE n END", ""),
    ],
)
def test_finds_removed_inserted_and_reordered_rows(
    ledger: apsw.Connection, trail: Trail, statement: str, found: str
) -> None:
    _without_triggers(ledger)
    ledger.execute(statement)
    ledger.execute("UPDATE trail SET n = -n WHERE n < 0")
    wrong = trail.verify()
    assert wrong
    assert any(found in line for line in wrong)


def test_a_rehashed_row_is_found_by_the_next(ledger: apsw.Connection, trail: Trail) -> None:
    _without_triggers(ledger)
    ledger.execute("UPDATE trail SET reason = 'other' WHERE n = 2")
    ledger.execute("UPDATE trail SET hash = ? WHERE n = 2", (trail.of("review:2")[0].digest(),))
    assert trail.verify() == ["row 3 does not follow row 2"]


def _without_triggers(ledger: apsw.Connection) -> None:
    for (name,) in ledger.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        ledger.execute(f'DROP TRIGGER "{name}"')


def test_what_an_expunging_told_is_no_text_of_a_later_person(ledger: apsw.Connection, trail: Trail) -> None:
    """A licence of digits is no number of a row."""
    ledger.execute(
        "INSERT INTO expunging (n, at, actor, reason, identities, records) VALUES (1, ?, 'eva', 'x', '[]', 1)", (AT,)
    )
    told = trail.redact(lambda text: text.replace("because", "expunged-1.0"))
    trail.append(Step("eva", EXPUNGED, "expunging:1", "an order", {"trail": told}), AT)
    assert set(trail.redact(lambda text: text.replace("2", "expunged-2.0").replace("an order", "."))) == {"2", "5"}
    assert trail.verify() == ["row 2 was changed", "row 5 was changed"], "until that is told, too"
    assert "expunged" not in trail.of("expunging:1")[0].detail


def test_rows_are_rewritten_a_few_at_a_time(
    ledger: apsw.Connection, trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.execute(
        "INSERT INTO expunging (n, at, actor, reason, identities, records) VALUES (1, ?, 'eva', 'x', '[]', 1)", (AT,)
    )
    monkeypatch.setattr("eligibility.trail._AT_A_TIME", 3)
    assert set(trail.redact(str.upper)) == {"1", "2", "3", "4"}
