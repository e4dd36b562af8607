"""The review desk: the queue, one review, what people do to it, its letter; who is shown is audited first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from api.drivers import drivers_of
from api.http.access_table import ACCESS
from api.reviews.actions import ReviewActions
from api.reviews.case import open_case
from api.reviews.document import case_document, people_of
from api.reviews.queue import QueueQuestion, queue_document
from api.reviews.replay import replay
from api.web.site import render
from api.web.views.driver import gaps, href, own_band
from api.web.views.review import REASONS, agreement_of, groups_of, may_do, reason_codes
from api.web.visit import FormDependency, Number, PageRoute, Visit, VisitDependency, field
from eligibility.letters import Language, LetterOf, letter
from eligibility.matters import Trigger
from eligibility.policy_file import load_eligibility_policy
from eligibility.reviews.states import Outcome, State
from eligibility.trace import Finding
from linkage.errors import SettingsError

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PAGE = 50
Choice = TypeVar("Choice", Finding, Outcome)


@router.get("/reviews")
def queue_page(
    here: VisitDependency,
    state: Annotated[str, Query(max_length=20)] = "",
    trigger: Annotated[str, Query(max_length=40)] = "",
    mine: Annotated[str, Query(max_length=1)] = "",
    shown: Annotated[int, Query(ge=1, le=5000)] = PAGE,
) -> Response:
    """What waits, the weightiest first."""
    asked = QueueQuestion(
        State(state) if state in set(State) else None, here.caller.actor if mine else None, trigger or None
    )
    document = queue_document(here.service.workspace, asked, here.caller.actor)
    rows = document["rows"]
    here.audit("review queue", [row["identity_id"] for row in rows[:shown]] or [None], f"{len(rows)} reviews")
    more = f"?state={state}&trigger={trigger}&mine={mine}&shown={shown + PAGE}" if len(rows) > shown else None
    return render(
        "reviews.html",
        here.at("review"),
        document=document,
        groups=groups_of(rows[:shown]),
        states=[one.value for one in State],
        triggers=[one.value for one in Trigger],
        asked={"state": state, "trigger": trigger, "mine": mine},
        shown=shown,
        total=len(rows),
        more=more,
    )


@router.post("/reviews/next")
def take_next(here: VisitDependency, _: FormDependency) -> Response:
    """The first review that is with nobody is now with whoever asked."""
    document = queue_document(here.service.workspace, QueueQuestion(State.OPEN), here.caller.actor)
    for row in document["rows"]:
        _actions(here).assign(row["review_id"], here.caller.actor, "taken from the queue")
        here.audit("review assign", [row["identity_id"]], f"review {row['review_id']}")
        return RedirectResponse(f"/reviews/{row['review_id']}", 303)
    return RedirectResponse("/reviews", 303)


@router.get("/reviews/{number}")
def review_page(number: Number, here: VisitDependency) -> Response:
    """One review: facts first, then factors, gaps and links, and last the decision."""
    return _review(here, number)


def _review(here: Visit, number: int) -> Response:
    workspace = here.service.workspace
    case = case_document(workspace, open_case(workspace, number, here.caller.actor), here.caller.actor)
    here.audit("review page", people_of(case), f"review {number}")
    factors = case["trace"]["factors"]
    to_resolve = [factor for factor in factors if factor["must_resolve"]]
    with workspace.reading() as connection:
        names = {one.identity_id: one.name for one in drivers_of(connection, [case["identity_id"]])}
    found: Mapping[str, Any] | None = case["risk"]
    pending = case["proposals"][-1] if case["proposals"] and case["state"] == State.PROPOSED else None
    role = here.caller.role
    return render(
        "review.html",
        here.at("review"),
        case=case,
        name=names.get(case["identity_id"], case["identity_id"]),
        driver_href=href(case["identity_id"]),
        proposal=pending,
        same_matter=[row["review_id"] for row in case["other_reviews"] if row["key"] == case["key"]],
        to_resolve=to_resolve,
        resolved=sum(factor["is_resolved"] for factor in to_resolve),
        others=[factor for factor in factors if not factor["must_resolve"]],
        unresolved=case["trace"]["unresolved"],
        weakest=case["driver"].get("weakest_link"),
        agreement=agreement_of(case["driver"].get("attributes", [])),
        possible=_first_of_each(case["driver"].get("possible_links", [])),
        gaps=gaps(case["coverage"]),
        reasons=found["linked"]["contributions"][:REASONS] if found else [],
        own_band=own_band(found["own"]["score"]) if found else None,
        trail=case["trail"],
        may=may_do(case, here.caller, lambda path: role in ACCESS["POST", path]),
        findings=[one.value for one in Finding],
        outcomes=[one.value for one in Outcome],
        codes=reason_codes(load_eligibility_policy(), factors),
    )


def _first_of_each(links: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    seen: dict[str, Mapping[str, Any]] = {}
    for link in links:
        seen.setdefault(link["identity_id"], link)
    return list(seen.values())


@router.post("/reviews/{number}/preview")
def preview_letter(number: Number, here: VisitDependency, form: FormDependency) -> Response:
    """What the letter would say; nothing is recorded."""
    case = open_case(here.service.workspace, number, here.caller.actor)
    here.audit("letter preview", [case.review.identity_id], f"review {number}")
    outcome = _one_of(Outcome, field(form, "outcome") or Outcome.RETAIN.value)
    codes = form.get("code", [])
    if not set(codes) <= load_eligibility_policy().reasons.keys():
        raise SettingsError("choose reason codes of the policy")
    is_cleared = case.review.audience.value == "cleared"
    of = LetterOf(f"{number}-{case.review.round}", case.as_of.isoformat(), outcome.value, codes, is_cleared)
    return render(
        "letter.html",
        here.at("review"),
        text=letter(of, Language.ENGLISH),
        review_id=number,
        is_preview=True,
        language="en",
        languages=[],
    )


@router.get("/reviews/{number}/letter")
def letter_page(number: Number, here: VisitDependency, language: Language = Language.ENGLISH) -> Response:
    """The letter of the last decided round, made again from its reason codes."""
    return render("letter.html", here.at("review"), **letter_told(here, number, language, "letter"))


def letter_told(here: Visit, number: int, language: Language, action: str) -> dict[str, Any]:
    """What the page of a letter shows; whose it is stands in the audit first."""
    document = _actions(here).letter(number, language, None)
    here.audit(action, [document["identity_id"]], f"review {number}")
    return {
        "text": document["text"],
        "review_id": number,
        "is_preview": False,
        "language": language.value,
        "languages": [one.value for one in Language],
    }


@router.get("/reviews/{number}/replay")
def replay_page(number: Number, here: VisitDependency, as_of: Annotated[date | None, Query()] = None) -> Response:
    """What was known, scored and shown at the last step kept by a day, and what would differ now."""
    return render("replay.html", here.at("review"), **replay_told(here, number, as_of, "review replay"))


def replay_told(here: Visit, number: int, as_of: date | None, action: str) -> dict[str, Any]:
    """What the page of a kept moment shows; everybody in it stands in the audit first."""
    document = replay(here.service.workspace, number, here.caller.actor, as_of)
    shown = document["shown"]
    people = people_of(shown) if "driver" in shown else [document["identity_id"]]
    here.audit(action, people, f"review {number}")
    return {"replay": document, "shown": shown, "as_of": as_of}


@router.post("/reviews/{number}/{act}")
def act_on(number: Number, act: str, here: VisitDependency, form: FormDependency) -> Response:
    """One step of a person on a review, with their reason."""
    do, reason = _actions(here), field(form, "reason")
    match act:
        case "assign":
            row = do.assign(number, field(form, "to") or here.caller.actor, reason or "taken from the queue")
        case "note":
            row = do.note(number, field(form, "text"))
        case "ask":
            row = do.ask(number, field(form, "text"), _day(field(form, "due")))
        case "answer":
            row = do.answer(number, field(form, "text"))
        case "resolve":
            row = do.resolve(number, field(form, "factor"), _one_of(Finding, field(form, "finding")), reason)
        case "decide":
            row = do.decide(number, _one_of(Outcome, field(form, "outcome")), form.get("code", []), reason)
        case "sign":
            row = do.sign(number, reason)
        case "return":
            row = do.send_back(number, _one_of(Outcome, field(form, "outcome")), reason)
        case "appeal":
            row = do.appeal(number, field(form, "grounds"), field(form, "evidence"), _day(field(form, "filed_on")))
        case _:
            raise SettingsError("a review has no such step")
    here.audit(f"review {act}", [row["identity_id"]], f"review {number}")
    return RedirectResponse(f"/reviews/{number}", 303)


def _actions(here: Visit) -> ReviewActions:
    return ReviewActions(here.service.workspace, here.caller.actor)


def _one_of(kind: type[Choice], text: str) -> Choice:
    try:
        return kind(text)
    except ValueError:
        raise SettingsError("choose one of the answers") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SettingsError("give the day") from None
