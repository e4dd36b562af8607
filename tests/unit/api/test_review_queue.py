"""The queue: the weightiest first, and two reviews of one matter point at each other."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from api.bootstrap import create_workspace
from api.reviews.queue import QueueQuestion, queue_document
from eligibility.matters import Audience, Matter, Trigger
from eligibility.reviews.states import State
from eligibility.reviews.tables import ReviewTables
from linkage.ledger import Workspace

AT, DAY = "2026-11-01T10:00:00+00:00", date(2026, 11, 1)


def a_matter(driver: str, priority: float, key: str = "linked_band", audience: Audience = Audience.GENERAL) -> Matter:
    return Matter(driver, Trigger.LINKED_BAND, key, f"US/{driver}", ((key, 1.0),), priority, "crossed", audience)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """D1 and D2 have a review of one matter each, D3 one for cleared reviewers."""
    made = create_workspace(tmp_path / "w")
    with made.transaction() as connection:
        rows = [(f"US/{driver}", driver, 1.0) for driver in ("D1", "D2", "D3")]
        connection.executemany("INSERT INTO membership VALUES (?, ?, ?)", rows)
        tables = ReviewTables(connection)
        for matter in (a_matter("D1", 10.0), a_matter("D2", 90.0), a_matter("D3", 50.0, audience=Audience.CLEARED)):
            tables.open(matter, AT, DAY, "ana")
        connection.execute("INSERT INTO clearance VALUES ('eva', 'ana', ?, 'post', NULL, NULL, NULL)", (AT,))
    return made


def test_the_weightiest_comes_first_and_what_is_for_the_cleared_is_not_there(workspace: Workspace) -> None:
    document = queue_document(workspace, QueueQuestion(), "ana")
    assert [row["review_id"] for row in document["rows"]] == [2, 1]
    assert document["by_state"]["open"] == 2
    cleared = queue_document(workspace, QueueQuestion(), "eva")
    assert [row["review_id"] for row in cleared["rows"]] == [2, 3, 1]


def test_two_reviews_of_one_matter_point_at_each_other(workspace: Workspace) -> None:
    with workspace.transaction() as connection:
        connection.execute("UPDATE membership SET identity_id = 'D1' WHERE record_key = 'US/D2'")
    rows = {row["review_id"]: row["same_matter"] for row in queue_document(workspace, QueueQuestion(), "ana")["rows"]}
    assert rows == {1: [2], 2: [1]}
    with workspace.transaction() as connection:
        connection.execute(
            "UPDATE review SET state = 'closed', outcome = 'retain', closed_at = ? WHERE review_id = 2", (AT,)
        )
    (row,) = queue_document(workspace, QueueQuestion(), "ana")["rows"]
    assert (row["review_id"], row["same_matter"]) == (1, [])
    everything = queue_document(workspace, QueueQuestion(is_all=True), "ana")["rows"]
    assert {row["review_id"] for row in everything} == {1, 2}
    closed = queue_document(workspace, QueueQuestion(state=State.CLOSED), "ana")["rows"]
    assert [row["review_id"] for row in closed] == [2]
