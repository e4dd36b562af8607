"""Requests and answers about reviews."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from api.http.models.acts import Because, NameText, ReasonText, ReferenceText, WrittenText
from api.http.models.days import Day
from eligibility.letters import Language
from eligibility.reviews.states import Outcome
from eligibility.trace import Finding

_ROW: dict[str, JsonValue] = {
    "review_id": 12,
    "identity_id": "D-5VC6K34XQD",
    "priority": 71.4,
    "state": "open",
    "trigger": "own_event",
    "reason": "a charge that bears on eligibility",
    "round": 1,
    "assignee": None,
    "waiting_days": 3,
    "happened_on": "2026-05-01",
    "received_on": "2026-06-10",
    "opened_at": "2026-06-30T09:12:00+00:00",
    "outcome": None,
    "closed_at": None,
    "key": "incident:US/I1",
    "same_matter": [],
}


class ReviewRow(BaseModel):
    """One review of the queue."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [_ROW]})

    review_id: int
    identity_id: str
    priority: Annotated[float, Field(description="0-100; orders attention and decides nothing.")]
    state: str
    trigger: str
    reason: str
    round: int
    assignee: str | None
    waiting_days: int
    opened_at: str
    outcome: str | None
    closed_at: str | None
    key: str
    same_matter: list[int]


class ReviewPage(BaseModel):
    """Some reviews of the queue, the weightiest first."""

    rows: list[ReviewRow]
    next_cursor: str | None
    total: int
    as_of: str
    by_state: dict[str, int]


class ReviewCase(BaseModel):
    """All that a reviewer has before them: the `review show` document."""

    model_config = ConfigDict(extra="allow")

    review_id: int
    identity_id: str
    state: str
    round: int
    trigger: str
    reason: str
    driver: dict[str, Any]
    records: list[dict[str, Any]]
    trace: dict[str, Any]
    risk: dict[str, Any] | None
    coverage: list[dict[str, Any]]
    as_of: str


class Replayed(BaseModel):
    """What was known, scored and shown at a step, and what the ledger says of that day now."""

    model_config = ConfigDict(extra="allow")

    review_id: int
    identity_id: str
    moment: str
    shown: dict[str, Any]
    differs_now: list[dict[str, Any]] | None


class WithoutFact(BaseModel):
    """Figures and factors with one fact and without it; nothing is stored."""

    model_config = ConfigDict(extra="allow")

    review_id: int
    identity_id: str
    before: dict[str, Any]
    after: dict[str, Any]


class Letter(BaseModel):
    """The letter of an outcome, made from its reason codes."""

    model_config = ConfigDict(extra="allow")

    review_id: int
    identity_id: str
    round: int
    language: str
    text: str


class Agreement(BaseModel):
    """How evenly people decide."""

    model_config = ConfigDict(extra="allow")

    second_signatures: dict[str, Any]
    blind_readings: dict[str, Any]
    as_of: str


class ChangedReview(BaseModel):
    """A review after a step."""

    model_config = ConfigDict(extra="allow")

    review_id: int
    identity_id: str
    state: str
    round: int
    assignee: str | None
    outcome: str | None
    trail_head: str


class Start(Because):
    """Whose review is asked for, and why."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"driver": "D-5VC6K34XQD", "reason": "a colleague at the lane asks"}]}
    )

    driver: ReferenceText


class Assign(Because):
    """Who is to decide the review."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"to": "ana", "reason": "taken from the queue"}]})

    to: NameText


class Written(BaseModel):
    """A text to write down."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"text": "The court was asked."}]})

    text: WrittenText


class Question(Written):
    """What is asked for, and by when it is needed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "The file, please.", "due_on": "2026-07-15"}]})

    due_on: Day


class Resolve(Because):
    """What was found of one factor."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"factor": "incident:US/I1", "finding": "unfounded", "reason": "seen in the court file"}]
        }
    )

    factor: Annotated[str, Field(min_length=1, max_length=1_000)]
    finding: Finding


class Decide(Because):
    """The outcome; conditions, suspend and revoke wait for a second person's signature."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"outcome": "retain", "codes": ["NOTHING_ADVERSE"], "reason": "nothing stands"}]
        }
    )

    outcome: Outcome
    codes: Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=50, default_factory=list)]


class SendBack(Because):
    """What the second person would decide."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"outcome": "retain", "reason": "it was dismissed"}]})

    outcome: Outcome


class Appeal(BaseModel):
    """A driver's appeal against an adverse outcome."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"grounds": "the case was dismissed", "evidence": "court paper", "filed_on": "2026-07-02"}]
        },
    )

    grounds: WrittenText
    evidence: WrittenText = "none"
    filed_on: Day


class AppealRuling(Because):
    """Whether an appeal opens the review again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"granted": True, "reason": "the paper is genuine"}]})

    granted: bool


class IssueLetter(BaseModel):
    """The letter of the last decided round was sent."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"language": "es"}]})

    language: Language = Language.ENGLISH
    reason: ReasonText = "letter sent"
