"""The queue of reviews: what waits, the weightiest first, as far as a person may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from api.reviews.case import audience_of, day_of
from eligibility.matters import Audience
from eligibility.reviews.states import State
from eligibility.reviews.tables import ReviewTables
from linkage.ledger import IdentityTables, Workspace

COLUMNS = (
    "review_id",
    "identity_id",
    "priority",
    "state",
    "trigger",
    "reason",
    "round",
    "assignee",
    "waiting_days",
    "happened_on",
    "received_on",
    "opened_at",
    "outcome",
    "closed_at",
    "key",
    "same_matter",
)


@dataclass(frozen=True, slots=True)
class QueueQuestion:
    """Which reviews; None asks for all.

    Args:
        state: in one state; without one, all that are not closed.
        assignee: with one person.
        driver: of one driver: identity id, former id or source/record_id.
        is_all: closed ones too.
    """

    state: State | None = None
    assignee: str | None = None
    trigger: str | None = None
    driver: str | None = None
    is_all: bool = False


def queue_document(workspace: Workspace, question: QueueQuestion, actor: str) -> dict[str, Any]:
    """The `review list` document: rows, as_of, and how many wait in each state.

    Raises:
        UnknownRecord: the driver asked for is nobody.
    """
    with workspace.reading() as connection:
        day = day_of(connection)
        drivers = [IdentityTables(connection).require(question.driver)] if question.driver else None
        frame = ReviewTables(connection).standing(drivers)
        audience = audience_of(connection, actor)
    if audience is Audience.GENERAL:
        frame = frame.filter(pl.col("audience") == Audience.GENERAL.value)
    counts = {str(state): int(count) for state, count in frame["state"].value_counts().iter_rows()}
    same = (
        pl.col("review_id")
        .filter(pl.col("state") != State.CLOSED.value)
        .over("identity_id", "key", mapping_strategy="join")
    )
    frame = frame.with_columns(same_matter=same)
    rows = _asked(frame, question).sort("priority", "opened_at", "review_id", descending=[True, False, False])
    listed = [row | _beside(row) for row in rows.iter_rows(named=True)]
    return {
        "rows": [{name: row[name] for name in COLUMNS} for row in listed],
        "as_of": day.isoformat(),
        "by_state": {state.value: counts.get(state.value, 0) for state in State},
    }


def _asked(frame: pl.DataFrame, question: QueueQuestion) -> pl.DataFrame:
    if question.state is not None:
        frame = frame.filter(pl.col("state") == question.state.value)
    elif not question.is_all:
        frame = frame.filter(pl.col("state") != State.CLOSED.value)
    for column, value in (("assignee", question.assignee), ("trigger", question.trigger)):
        frame = frame if value is None else frame.filter(pl.col(column) == value)
    return frame


def _beside(row: dict[str, Any]) -> dict[str, Any]:
    """How long it waits, and other open reviews of the matter: two drivers had one each before they were one."""
    others = [number for number in row["same_matter"] or [] if number != row["review_id"]]
    return {"waiting_days": _waiting(row), "same_matter": others}


def _waiting(row: dict[str, Any]) -> int:
    """Days from being opened until today, or until it was closed."""
    until = date.fromisoformat(row["closed_at"][:10]) if row["closed_at"] else date.today()
    return max(0, (until - date.fromisoformat(row["opened_at"][:10])).days)
