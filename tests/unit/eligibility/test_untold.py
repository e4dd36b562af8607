"""A row that no command wrote is found, though the chain of the trail is whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import apsw
import pytest

from eligibility.clearance import Clearances
from eligibility.matters import Matter
from eligibility.policy_file import load_eligibility_policy
from eligibility.reviews.deciding import Decisions, Shown
from eligibility.reviews.redress import Redress
from eligibility.reviews.states import Outcome
from eligibility.reviews.tables import ReviewTables
from eligibility.reviews.work import Act, Desk
from eligibility.trail import Trail
from eligibility.untold import untold

AT, DAY = "2026-11-01T10:00:00+00:00", date(2026, 11, 1)


def act(by: str = "ana") -> Act:
    return Act(by, "seen in the file", AT)


@pytest.fixture
def worked(ledger: apsw.Connection, member: Callable[..., None], a_matter: Callable[..., Matter]) -> apsw.Connection:
    """One review retained and reopened, one that is assigned with a note, and a clearance granted and withdrawn."""
    member("D1", "US/1")
    tables, desk = ReviewTables(ledger), Desk(ledger)
    for key in ("incident:CBP/1", "linked_band"):
        tables.open(a_matter(key=key), AT, DAY, "ana")
    for number in (1, 2):
        desk.assign(number, "ana", act())
        desk.note(number, act())
    wanted = (Outcome.RETAIN, ["MITIGATED"])
    Decisions(ledger, load_eligibility_policy()).decide(1, wanted, act(), Shown((), {}, DAY))
    assert untold(ledger) == []
    Redress(ledger).opine(1, Outcome.RETAIN, act("ben"))
    tables.look_again(1, "a merge was undone", AT, DAY, "ana")
    clearances = Clearances(ledger)
    clearances.grant("ben", "post", "ana", AT)
    clearances.withdraw("ben", "left", "ana", AT)
    return ledger


def test_what_people_did_is_told(worked: apsw.Connection) -> None:
    assert untold(worked) == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("INSERT INTO clearance VALUES ('eva', 'ana', 't', 'post', NULL, NULL, NULL)", "'clearance granted': 1 in the"),
        ("UPDATE clearance SET withdrawn_at = NULL", "'clearance withdrawn': 0 in the ledger, 1 in the trail"),
        (
            "UPDATE review SET state = 'closed', outcome = 'retain', closed_at = 't' WHERE review_id = 2",
            "review 2 does",
        ),
        (
            "INSERT INTO review_finding VALUES (2, 1, 1, 'f', 1, 'noted', 'x', 'eva', 't', NULL)",
            "of review:2: 1 in the",
        ),
        ("INSERT INTO review_note VALUES (1, 9, 1, 'note', 'eva', 't', 'x', NULL)", "'review note' of review:1: 2 in"),
        (
            "INSERT INTO review_proposal VALUES (2, 1, 1, 'retain', '[]', 'x', 'eva', 't', 'p', 'final', "
            "NULL, NULL, NULL, NULL)",
            "'review closed' of review:2: 1 in the ledger, 0 in the trail",
        ),
    ],
)
def test_a_row_that_no_command_wrote_is_found(worked: apsw.Connection, statement: str, said: str) -> None:
    worked.execute(statement)
    assert Trail(worked).verify() == []
    (found,) = untold(worked)
    assert said in found
    assert "eva" not in found


@pytest.mark.parametrize("table", ["review", "review_round", "review_item", "review_basis", "clearance"])
def test_what_happened_is_not_removed(worked: apsw.Connection, table: str) -> None:
    with pytest.raises(apsw.ConstraintError, match="stay"):
        worked.execute(f"DELETE FROM {table}")


def test_a_review_that_was_closed_by_people_and_is_open_again_without_a_word_is_found(
    ledger: apsw.Connection, member: Callable[..., None], a_matter: Callable[..., Matter]
) -> None:
    member("D1", "US/1")
    ReviewTables(ledger).open(a_matter(), AT, DAY, "ana")
    Desk(ledger).assign(1, "ana", act())
    wanted = (Outcome.RETAIN, ["MITIGATED"])
    Decisions(ledger, load_eligibility_policy()).decide(1, wanted, act(), Shown((), {}, DAY))
    for change in ("outcome = 'refer'", "state = 'open', outcome = NULL, closed_at = NULL"):
        ledger.execute(f"UPDATE review SET {change}")
        assert untold(ledger) == ["review 1 does not stand as the trail tells"]
