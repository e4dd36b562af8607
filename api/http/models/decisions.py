"""Requests and answers about judgements on two records."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from api.http.models.acts import Because, ReasonText, ReferenceText
from api.http.models.days import Day
from api.http.models.loads import JobView

_DECISION: dict[str, JsonValue] = {
    "n": 4,
    "a": "CA/c1",
    "b": "US/u1",
    "judgement": "same",
    "reason": "same photograph",
    "by": "ana",
    "at": "2026-06-30T09:12:00+00:00",
    "undone_by": None,
    "undone_at": None,
}
_TODAY = "Move the scores to this day; they keep theirs by default."


class Judgement(StrEnum):
    """What a person says of two records."""

    SAME = "same"
    DIFFERENT = "different"


class DecisionRequest(BaseModel):
    """Two records, or the first records of two identities, are one person or two."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"a": "US/u1", "b": "CA/c1", "judgement": "same", "reason": "same photograph"}]
        },
    )

    a: ReferenceText
    b: ReferenceText
    judgement: Judgement
    reason: ReasonText
    today: Annotated[Day | None, Field(description=_TODAY)] = None


class UndoRequest(Because):
    """Why a decision is taken back."""

    today: Annotated[Day | None, Field(description=_TODAY)] = None


class DecisionView(BaseModel):
    """One decision."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DECISION]})

    n: int
    a: str
    b: str
    judgement: str
    reason: str
    by: str
    at: str
    undone_by: str | None
    undone_at: str | None


class Move(BaseModel):
    """What happened to an identity."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "merge", "from": "D-5VC6K34XQD", "to": "D-JHHKB3A2VZ"}]}
    )

    kind: str
    from_: Annotated[str | None, Field(alias="from")]
    to: str | None


class DecisionAnswer(BaseModel):
    """The decision and all that followed from it at once: the `link` document."""

    model_config = ConfigDict(extra="allow")

    decision: DecisionView
    moves: list[Move]
    screened: int
    reviews_opened: int
    reviews_reopened: int
    relied_on: dict[str, Any]
    rescored: int


class DecisionJob(JobView):
    """A decision that was taken on while a long load ran, with what came of it."""

    decided: Annotated[DecisionAnswer | None, Field(description="From `published` on.")]
