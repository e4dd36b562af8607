"""A merge that is undone: what rested on it is looked at again, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import apsw
import pytest

from eligibility.matters import Matter
from eligibility.reviews.states import State
from eligibility.reviews.tables import ReviewTables
from eligibility.reviews.undone import Parted, look_again_at, parted_by, relied_on, scores_relied_on

AT, DAY = "2026-11-01T10:00:00+00:00", date(2026, 11, 1)
LATER = "2026-12-24T10:00:00+00:00"


@pytest.fixture
def merged(ledger: apsw.Connection, member: Callable[..., None], a_matter: Callable[..., Matter]) -> ReviewTables:
    """Reviews 1 and 2 of the wrongly joined D1, review 3 of D9, each closed; then the merge is taken apart."""
    member("D1", "US/1", "MX/1", "CA/7")
    member("D9", "US/9", "MX/9")
    tables = ReviewTables(ledger)
    tables.open(a_matter(), AT, DAY, "ana")
    tables.open(a_matter(key="linked_band", anchor="MX/1"), AT, DAY, "ana")
    tables.open(a_matter(identity_id="D9", anchor="US/9"), AT, DAY, "ana")
    ledger.execute("UPDATE review SET state = 'closed', outcome = 'retain', closed_at = ? WHERE review_id <> 2", (AT,))
    return tables


def _part(ledger: apsw.Connection) -> int:
    ledger.execute("INSERT INTO run VALUES (7, 'undo', 1, 'm', ?)", (AT,))
    ledger.execute("INSERT INTO identity VALUES ('D2', 7)")
    ledger.execute("INSERT INTO membership_change VALUES ('MX/1', 7, 'D1', 'D2')")
    ledger.execute("UPDATE membership SET identity_id = 'D2' WHERE record_key = 'MX/1'")
    ledger.execute("INSERT INTO move VALUES (7, 'split', 'D1', 'D2')")
    return 7


def test_what_was_parted_is_read_from_the_run(ledger: apsw.Connection, merged: ReviewTables) -> None:
    (parted,) = parted_by(ledger, _part(ledger), 1)
    assert (list(parted.left), list(parted.right)) == (["MX/1"], ["CA/7", "US/1"])
    assert parted.reason == "a merge it relied on was undone by decision 1"


def test_reviews_that_relied_on_it_are_looked_at_again_once(ledger: apsw.Connection, merged: ReviewTables) -> None:
    untouched = merged.get(3)
    parted = parted_by(ledger, _part(ledger), 1)
    assert relied_on(ledger, parted[0]) == [1, 2]
    assert look_again_at(ledger, [*parted, *parted], (LATER, DAY), "ben") == [1]
    first, second = merged.get(1), merged.get(2)
    assert (first.state, first.round, first.identity_id, first.outcome) == (State.OPEN, 2, "D1", None)
    assert (second.state, second.round, second.identity_id) == (State.OPEN, 2, "D2")
    assert (first.opened_at, second.opened_at) == (LATER, AT), "what was open still has waited since it was opened"
    assert merged.get(3) == untouched


def test_a_whole_identity_that_moves_over_parts_nothing(ledger: apsw.Connection, merged: ReviewTables) -> None:
    ledger.execute("INSERT INTO run VALUES (7, 'load', 1, 'm', ?)", (AT,))
    for record in ("US/9", "MX/9"):
        ledger.execute("INSERT INTO membership_change VALUES (?, 7, 'D9', 'D1')", (record,))
        ledger.execute("UPDATE membership SET identity_id = 'D1' WHERE record_key = ?", (record,))
    ledger.execute("INSERT INTO move VALUES (7, 'merge', 'D9', 'D1')")
    assert parted_by(ledger, 7) == []


def test_an_identity_of_which_one_part_joins_another_and_one_goes_is_taken_apart(
    ledger: apsw.Connection, merged: ReviewTables
) -> None:
    ledger.execute("INSERT INTO run VALUES (7, 'load', 1, 'm', ?)", (AT,))
    ledger.execute("INSERT INTO identity VALUES ('D2', 7)")
    for record, now in (("MX/1", "D2"), ("US/1", "D9"), ("CA/7", "D9")):
        ledger.execute("INSERT INTO membership_change VALUES (?, 7, 'D1', ?)", (record, now))
        ledger.execute("UPDATE membership SET identity_id = ? WHERE record_key = ?", (now, record))
    ledger.execute("INSERT INTO move VALUES (7, 'split', 'D1', 'D2'), (7, 'merge', 'D1', 'D9')")
    (parted,) = parted_by(ledger, 7)
    assert {tuple(parted.left), tuple(parted.right)} == {("MX/1",), ("CA/7", "US/1")}
    assert relied_on(ledger, parted) == [1, 2]


def test_one_side_alone_relies_on_nothing(ledger: apsw.Connection, merged: ReviewTables) -> None:
    assert relied_on(ledger, Parted(["US/1"], ["US/9"])) == []


def test_scores_that_the_undoing_changed_are_listed_with_what_they_were(ledger: apsw.Connection) -> None:
    ledger.execute(
        "CREATE TABLE score_history (identity_id TEXT, run_id INTEGER, score REAL, own REAL, linked REAL, as_of TEXT, "
        "policy TEXT)"
    )
    rows = [("D1", 3, 40.0), ("D1", 7, 10.0), ("D2", 7, 30.0), ("D9", 3, 5.0)]
    ledger.executemany(
        "INSERT INTO score_history VALUES (?, ?, ?, 0, 0, '2026-11-01', '2')",
        ((who, run, score) for who, run, score in rows),
    )
    ledger.execute("INSERT INTO run VALUES (7, 'undo', 1, 'm', ?)", (AT,))
    ledger.execute("INSERT INTO move VALUES (7, 'split', 'D1', 'D2')")
    found = scores_relied_on(ledger, 7)
    assert [(row["identity_id"], row["before"] and row["before"]["score"], row["now"]["score"]) for row in found] == [
        ("D1", 40.0, 10.0),
        ("D2", 40.0, 30.0),
    ]
