"""What people do to reviews, each step with its person, on record, and done once a key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Depends, HTTPException

from api.http.idempotent import OnceDependency
from api.http.models.acts import Because
from api.http.models.reviews import (
    Appeal,
    AppealRuling,
    Assign,
    ChangedReview,
    Decide,
    IssueLetter,
    Letter,
    Question,
    Resolve,
    SendBack,
    Written,
)
from api.http.problems import documented
from api.http.reviews import NumberParameter
from api.http.service import CallerDependency, ServiceDependency
from api.reviews.actions import ReviewActions

router = APIRouter(prefix="/api/v1/reviews/{review_id}", tags=["reviews"], responses=documented())
BY_A_PERSON = "a person does this: log in; a key may bring reviews up and read them"
PERSONAL = frozenset({"resolve", "decide", "sign", "send-back", "decide-appeal", "opinion"})
"""Steps that only a person takes, who logged in: of two keys nobody can say that two people hold them."""

Act: TypeAlias = Callable[[ReviewActions], dict[str, Any]]
Take: TypeAlias = Callable[[str, Act], dict[str, Any]]


def steps_of(
    review_id: NumberParameter, service: ServiceDependency, caller: CallerDependency, once: OnceDependency
) -> Take:
    """How the caller takes a step on the review: once a key, and audited before it is told."""

    def take(name: str, act: Act) -> dict[str, Any]:
        if name in PERSONAL and not caller.is_person:
            raise HTTPException(403, BY_A_PERSON)
        document = once(lambda also: act(ReviewActions(service.workspace, caller.actor, also)))
        noted = f"review {review_id} {document.get('trail_head', '')}".strip()
        service.audit(caller, f"review {name}", [document["identity_id"]], noted)
        return document

    return take


Steps = Annotated[Take, Depends(steps_of)]


@router.post("/assign", response_model=ChangedReview)
def assign(review_id: NumberParameter, asked: Assign, take: Steps) -> dict[str, Any]:
    """The review is with a reviewer."""
    return take("assign", lambda actions: actions.assign(review_id, asked.to, asked.reason))


@router.post("/note", response_model=ChangedReview)
def note(review_id: NumberParameter, asked: Written, take: Steps) -> dict[str, Any]:
    """The note stands."""
    return take("note", lambda actions: actions.note(review_id, asked.text))


@router.post("/ask", response_model=ChangedReview)
def ask(review_id: NumberParameter, asked: Question, take: Steps) -> dict[str, Any]:
    """The review waits for information."""
    return take("ask", lambda actions: actions.ask(review_id, asked.text, asked.due_on))


@router.post("/answer", response_model=ChangedReview)
def answer(review_id: NumberParameter, asked: Written, take: Steps) -> dict[str, Any]:
    """What came back, or that nothing did, is written down, and the review goes on."""
    return take("answer", lambda actions: actions.answer(review_id, asked.text))


@router.post("/resolve", response_model=ChangedReview)
def resolve(review_id: NumberParameter, asked: Resolve, take: Steps) -> dict[str, Any]:
    """The finding on one factor stands."""
    return take("resolve", lambda actions: actions.resolve(review_id, asked.factor, asked.finding, asked.reason))


@router.post("/decide", response_model=ChangedReview)
def decide(review_id: NumberParameter, asked: Decide, take: Steps) -> dict[str, Any]:
    """The outcome stands, or waits for its second signature."""
    return take("decide", lambda actions: actions.decide(review_id, asked.outcome, asked.codes, asked.reason))


@router.post("/sign", response_model=ChangedReview)
def sign(review_id: NumberParameter, asked: Because, take: Steps) -> dict[str, Any]:
    """An adverse outcome that somebody else decided stands."""
    return take("sign", lambda actions: actions.sign(review_id, asked.reason))


@router.post("/send-back", response_model=ChangedReview)
def send_back(review_id: NumberParameter, asked: SendBack, take: Steps) -> dict[str, Any]:
    """The outcome is not signed; the reviewer decides again."""
    return take("send-back", lambda actions: actions.send_back(review_id, asked.outcome, asked.reason))


@router.post("/appeal", response_model=ChangedReview)
def appeal(review_id: NumberParameter, asked: Appeal, take: Steps) -> dict[str, Any]:
    """The driver's appeal waits for somebody who did not decide."""
    return take("appeal", lambda a: a.appeal(review_id, asked.grounds, asked.evidence, asked.filed_on))


@router.post("/decide-appeal", response_model=ChangedReview)
def decide_appeal(review_id: NumberParameter, asked: AppealRuling, take: Steps) -> dict[str, Any]:
    """The appeal is decided: the outcome stands, or the review is open again."""
    return take("decide-appeal", lambda a: a.decide_appeal(review_id, asked.reason, is_granted=asked.granted))


@router.post("/opinion", response_model=ChangedReview)
def opine(review_id: NumberParameter, asked: SendBack, take: Steps) -> dict[str, Any]:
    """What the caller would have decided stands beside the outcome of a closed review that they read blind."""
    return take("opinion", lambda actions: actions.opine(review_id, asked.outcome, asked.reason))


@router.post("/letter", response_model=Letter)
def issue_letter(review_id: NumberParameter, asked: IssueLetter, take: Steps) -> dict[str, Any]:
    """The letter of the last decided round was sent, once in each language."""
    return take("letter", lambda actions: actions.issue_letter(review_id, asked.language, asked.reason))
