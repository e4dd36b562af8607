"""Reviews in the ledger: one a driver and matter, whoever the driver is today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import apsw
import polars as pl
import pytest

from eligibility.matters import Audience, Matter, Trigger
from eligibility.reviews.states import NotAllowed, State
from eligibility.reviews.tables import _READ_SOME, _SHOWN_SOME, ReviewTables
from eligibility.trail import Trail
from linkage.errors import SettingsError, UnknownRecord

AT, DAY = "2026-11-01T10:00:00+00:00", date(2026, 11, 1)


@pytest.fixture
def tables(ledger: apsw.Connection, member: Callable[..., None]) -> ReviewTables:
    member("D1", "US/1", "MX/1")
    member("D2", "US/2")
    return ReviewTables(ledger)


def test_an_opened_review_waits_and_is_told(tables: ReviewTables, a_matter: Callable[..., Matter]) -> None:
    number = tables.open(a_matter(happened_on=date(2026, 10, 1)), AT, DAY, "ana")
    review = tables.get(number)
    assert (review.state, review.round, review.identity_id) == (State.OPEN, 1, "D1")
    assert (review.happened_on, review.received_on) == ("2026-10-01", None)
    (entry,) = Trail(tables.connection).of(review.subject)
    assert (entry.actor, entry.action, entry.reason) == ("ana", "review opened", "a new event of the driver")


def test_a_second_review_of_one_matter_is_refused(tables: ReviewTables, a_matter: Callable[..., Matter]) -> None:
    tables.open(a_matter(), AT, DAY, "ana")
    with pytest.raises(NotAllowed, match="review 1"):
        tables.open(a_matter(anchor="MX/1"), AT, DAY, "ana")
    assert tables.open(a_matter(key="linked_band"), AT, DAY, "ana") == 2
    assert tables.open(a_matter(identity_id="D2", anchor="US/2"), AT, DAY, "ana") == 3


def test_nobody_opens_without_a_name(tables: ReviewTables, a_matter: Callable[..., Matter]) -> None:
    with pytest.raises(SettingsError):
        tables.open(a_matter(), AT, DAY, " ")


def test_a_merge_carries_the_review_over(
    tables: ReviewTables, member: Callable[..., None], a_matter: Callable[..., Matter]
) -> None:
    tables.open(a_matter(identity_id="D2", anchor="US/2"), AT, DAY, "ana")
    member("D1", "US/2")
    tables.connection.execute("INSERT INTO redirect VALUES ('D2', 'D1')")
    assert tables.get(1).identity_id == "D1"
    assert tables.standing(["D1"])["review_id"].to_list() == [1]
    assert tables.shown(["D1"]).rows() == [("D1", "incident:CBP/1", 2.0)]
    with pytest.raises(NotAllowed):
        tables.open(a_matter(), AT, DAY, "ana")


def test_after_a_split_the_anchor_says_whose_it_is(
    tables: ReviewTables, member: Callable[..., None], a_matter: Callable[..., Matter]
) -> None:
    tables.open(a_matter(anchor="MX/1"), AT, DAY, "ana")
    member("D3", "MX/1")
    assert tables.get(1).identity_id == "D3"
    assert tables.of_matter("D1", "incident:CBP/1") == []
    assert tables.open(a_matter(), AT, DAY, "ana") == 2


def test_a_removed_anchor_leaves_it_with_the_former_id(tables: ReviewTables, a_matter: Callable[..., Matter]) -> None:
    tables.open(a_matter(anchor="GONE/1", identity_id="D0"), AT, DAY, "ana")
    tables.connection.execute("INSERT INTO redirect VALUES ('D0', 'D2')")
    assert tables.get(1).identity_id == "D2"
    assert tables.of_matter("D2", "incident:CBP/1") == [1]


def test_reopened_in_the_next_round(tables: ReviewTables, a_matter: Callable[..., Matter]) -> None:
    tables.open(a_matter(), AT, DAY, "ana")
    tables.connection.execute("UPDATE review SET state = 'closed', outcome = 'retain', closed_at = ?", (AT,))
    worse = a_matter(shown=(("incident:CBP/1", 3.0),), reason="a conviction", priority=70.0)
    assert tables.reopen(1, worse, AT, DAY, "ben") is True
    review = tables.get(1)
    assert (review.state, review.round, review.priority, review.outcome) == (State.OPEN, 2, 70.0, None)
    assert tables.shown()["level"].to_list() == [3.0]
    assert [entry.action for entry in Trail(tables.connection).of("review:1")] == ["review opened", "review reopened"]
    rounds = tables.connection.execute("SELECT round, reason FROM review_round ORDER BY round").fetchall()
    assert rounds == [(1, "a new event of the driver"), (2, "a conviction")]


def test_a_reopened_review_says_what_brought_it_up_now(tables: ReviewTables, a_matter: Callable[..., Matter]) -> None:
    tables.open(a_matter(), AT, DAY, "ana")
    lost = a_matter(trigger=Trigger.LICENCE_WITHDRAWN, shown=(("incident:CBP/1", 33.0),))
    tables.reopen(1, lost, AT, DAY, "ben")
    assert tables.get(1).trigger is Trigger.LICENCE_WITHDRAWN


def test_new_facts_take_an_open_review_further(tables: ReviewTables, a_matter: Callable[..., Matter]) -> None:
    tables.open(a_matter(), AT, DAY, "ana")
    assert tables.reopen(1, a_matter(priority=10.0, audience=Audience.CLEARED), AT, DAY, "ben") is False
    review = tables.get(1)
    assert (review.state, review.round, review.priority, review.audience) == (State.OPEN, 1, 50.0, Audience.CLEARED)


def test_reviews_of_some_drivers_are_those_of_everybody_that_are_theirs(
    tables: ReviewTables, member: Callable[..., None], a_matter: Callable[..., Matter]
) -> None:
    """By anchor, by the id it has, by a former id; and not by an id or an anchor that somebody else has today."""
    reviews = [("D1", "US/1"), ("D0", "GONE/1"), ("D2", "GONE/2"), ("D1", "MX/1"), ("D2", "US/1"), ("D3", "US/3")]
    for number, (identity, anchor) in enumerate(reviews):
        tables.open(a_matter(identity_id=identity, anchor=anchor, key=f"k{number}"), AT, DAY, "ana")
    member("D1", "US/1")
    member("D2", "MX/1")
    member("D3", "US/3")
    tables.connection.execute("INSERT INTO redirect VALUES ('D0', 'D2')")
    everybody, shown = tables.standing(), tables.shown()
    for wanted in (["D1"], ["D2"], ["D1", "D2"], ["D3", "D9"], []):
        theirs = pl.col("identity_id").is_in(wanted)
        assert tables.standing(wanted).equals(everybody.filter(theirs))
        assert tables.shown(wanted).equals(shown.filter(theirs))
    assert tables.standing(["D2"])["key"].to_list() == ["k1", "k2", "k3"]


def test_reading_one_drivers_reviews_reads_no_whole_table(tables: ReviewTables) -> None:
    plan: list[str] = []
    for statement in (_READ_SOME, _SHOWN_SOME):
        rows = tables.connection.execute(f"EXPLAIN QUERY PLAN {statement}", ("[]",))
        plan += [str(row[-1]) for row in rows]
    assert plan
    assert not [step for step in plan if step.startswith(("SCAN r", "SCAN m", "SCAN d"))], plan


def test_no_such_review(tables: ReviewTables) -> None:
    with pytest.raises(UnknownRecord):
        tables.get(7)
