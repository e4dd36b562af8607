"""The queue of reviews and one review, as far as the caller may see them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from api.http.models.acts import MAX_NUMBER
from api.http.models.days import DayParameter
from api.http.models.reviews import Agreement, Letter, Replayed, ReviewCase, ReviewPage, WithoutFact
from api.http.paging import CursorParameter, LimitParameter, page_of
from api.http.problems import documented
from api.http.service import CallerDependency, ServiceDependency
from api.reviews.actions import ReviewActions
from api.reviews.case import open_case
from api.reviews.consistency import agreement_document
from api.reviews.document import blinded, case_document, people_of
from api.reviews.queue import QueueQuestion, queue_document
from api.reviews.replay import replay
from api.reviews.without import without
from eligibility.letters import Language
from eligibility.matters import Trigger
from eligibility.reviews.states import State

router = APIRouter(prefix="/api/v1", tags=["reviews"], responses=documented())
NumberParameter = Annotated[int, Path(ge=1, le=MAX_NUMBER, description="Number of the review.")]


@router.get("/reviews", response_model=ReviewPage)
def list_reviews(  # noqa: PLR0913, PLR0917 - one parameter each
    service: ServiceDependency,
    caller: CallerDependency,
    state: Annotated[State | None, Query(description="In one state; without one, all that are not closed.")] = None,
    trigger: Annotated[Trigger | None, Query(description="Brought up by one thing.")] = None,
    mine: Annotated[bool, Query(description="With you.")] = False,  # noqa: FBT002 - a query parameter has a name
    driver: Annotated[
        str | None, Query(max_length=1000, description="Of one driver: identity id, former id or source/record_id.")
    ] = None,
    everything: Annotated[bool, Query(alias="all", description="Closed ones too.")] = False,  # noqa: FBT002
    cursor: CursorParameter = None,
    limit: LimitParameter = 50,
) -> dict[str, Any]:
    """Reviews that wait for somebody, the weightiest first; those for cleared reviewers are shown to them alone."""
    question = QueueQuestion(state, caller.actor if mine else None, trigger, driver, everything)
    document = queue_document(service.workspace, question, caller.actor)
    page = page_of("reviews", document["rows"], _place, (float, str, int), cursor, limit)
    asked = [service.workspace.resolve_id(driver)] if driver else []  # that somebody has none is told of them, too
    people = dict.fromkeys([*asked, *(row["identity_id"] for row in page["rows"])])
    service.audit(caller, "review list", people or [None], f"{len(page['rows'])} reviews")
    return document | page


@router.get("/reviews/agreement", response_model=Agreement)
def measure_agreement(service: ServiceDependency, caller: CallerDependency) -> dict[str, Any]:
    """How evenly people decide: agreement beyond chance, and outcomes against the order of the queue."""
    document = agreement_document(service.workspace, caller.actor)
    service.audit(caller, "review agreement", [None])
    return document


@router.get("/reviews/{review_id}", response_model=ReviewCase)
def get_review(
    review_id: NumberParameter,
    service: ServiceDependency,
    caller: CallerDependency,
    as_of: DayParameter = None,
    blind: Annotated[  # noqa: FBT002
        bool, Query(description="Without what others found and decided, for an opinion of your own.")
    ] = False,
) -> dict[str, Any]:
    """One review: every factor with its evidence, the score with its reasons, coverage, and what was done."""
    case = open_case(service.workspace, review_id, caller.actor, as_of)
    document = case_document(service.workspace, case, caller.actor)
    service.audit(caller, "review show", people_of(document), f"review {review_id}")
    return blinded(document) if blind else document


@router.get("/reviews/{review_id}/replay", response_model=Replayed)
def replay_review(
    review_id: NumberParameter, service: ServiceDependency, caller: CallerDependency, as_of: DayParameter = None
) -> dict[str, Any]:
    """What was known, scored and shown at the last step kept by a day, and what would differ now."""
    document = replay(service.workspace, review_id, caller.actor, as_of)
    shown = document["shown"]
    people = people_of(shown) if "driver" in shown else []
    service.audit(caller, "review replay", dict.fromkeys([document["identity_id"], *people]), f"review {review_id}")
    return document


@router.get("/reviews/{review_id}/without", response_model=WithoutFact)
def leave_out(
    review_id: NumberParameter,
    service: ServiceDependency,
    caller: CallerDependency,
    fact: Annotated[str, Query(min_length=1, max_length=1000, description="Event, incident or record to leave out.")],
    as_of: DayParameter = None,
) -> dict[str, Any]:
    """The trace and the score worked out without one fact; nothing is stored."""
    document = without(service.workspace, review_id, fact, caller.actor, as_of)
    service.audit(caller, "review without", [document["identity_id"]], f"review {review_id}")
    return document


@router.get("/reviews/{review_id}/letter", response_model=Letter)
def print_letter(
    review_id: NumberParameter,
    service: ServiceDependency,
    caller: CallerDependency,
    language: Language = Language.ENGLISH,
    round_: Annotated[int | None, Query(alias="round", ge=1, le=MAX_NUMBER, description="An earlier round.")] = None,
) -> dict[str, Any]:
    """The letter of an outcome, the same every time; sending it is on record by a POST here."""
    document = ReviewActions(service.workspace, caller.actor).letter(review_id, language, round_)
    service.audit(caller, "review letter", [document["identity_id"]], f"review {review_id} {language.value}")
    return document


def _place(row: dict[str, Any]) -> tuple[float, str, int]:
    return -row["priority"], row["opened_at"], row["review_id"]
