"""Answers of the feed of changes."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue

_ROW: dict[str, JsonValue] = {
    "at": "41",
    "kind": "merged",
    "identity_ids": ["D-5VC6K34XQD", "D-JHHKB3A2VZ"],
    "from": "D-5VC6K34XQD",
    "to": "D-JHHKB3A2VZ",
    "records": ["US/u2"],
    "score": None,
    "own": None,
    "linked": None,
    "load_id": None,
    "decision": None,
    "review_id": None,
    "run": 3,
    "day": "2026-06-30",
}


class ChangeRow(BaseModel):
    """One change: ids and figures only."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ROW]})

    at: Annotated[str, Field(description="Its place; as `since` it asks for what came after it.")]
    kind: Annotated[
        str,
        Field(
            description="created, grown, merged, split, shrunk or retired (an identity: `records` left `from` and are "
            "in `to` now), score, review_opened, review_reopened, review_closed, load, decision or decision_undone."
        ),
    ]
    identity_ids: Annotated[list[str], Field(description="Whom it concerns, by the ids of that moment.")]
    from_: Annotated[str | None, Field(alias="from")]
    to: str | None
    records: Annotated[list[str], Field(description="Keys of the records that moved, or that were judged.")]
    score: float | None
    own: float | None
    linked: float | None
    load_id: int | None
    decision: int | None
    review_id: int | None
    run: Annotated[int | None, Field(description="The run that made it, where one did.")]
    day: Annotated[str, Field(description="Day of the load, of the score or of the review, else the day it was done.")]


class ChangesPage(BaseModel):
    """Some changes in order; ask on from `next_cursor`, at once where `has_more`, else when you like."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"rows": [_ROW], "next_cursor": "41", "has_more": False}]}
    )

    rows: list[ChangeRow]
    next_cursor: str
    has_more: bool
