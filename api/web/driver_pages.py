"""Pages of one driver: who it is, why others count, whether the records are one person; each audited first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from api.decide import Judged, decide, people_of, undo
from api.effects import effects_of
from api.measures.hindsight import base_rates
from api.reviews.start import MOST_REASON, Wish, review_asked_for, start_review
from api.risk import risk
from api.risk_people import people_shown
from api.show_driver import show_driver
from api.web.site import render
from api.web.views.driver import driver_view, href, is_enrolled
from api.web.visit import FormDependency, Number, PageRoute, Visit, VisitDependency, field
from api.why import why
from linkage.ledger import Decisions

router = APIRouter(route_class=PageRoute, include_in_schema=False)
SHOWN_FOR = timedelta(minutes=5)


@router.get("/drivers/{identity_id}")
def driver_page(identity_id: str, here: VisitDependency) -> Response:
    """Who this is, what is known, and why to look."""
    return _driver(here, identity_id)


@router.post("/drivers/{identity_id}/unmask")
def unmask(identity_id: str, here: VisitDependency, form: FormDependency) -> Response:
    """The same with identifiers, for a reason that the audit keeps."""
    return _driver(here, identity_id, field(form, "reason"), is_asked=True)


@router.post("/drivers/{identity_id}/review")
def start(identity_id: str, here: VisitDependency, form: FormDependency) -> Response:
    """A review of the driver is open for the reason that was typed, and its page is next."""
    reason = field(form, "reason")
    if not reason or len(reason) > MOST_REASON:
        return _driver(here, identity_id, unsaid=Unsaid(reason, "review_long" if reason else "review_missing"))
    row = start_review(here.service.workspace, Wish(identity_id, reason, here.caller.actor))
    here.audit("review start", [row["identity_id"]], f"review {row['review_id']} {row['trail_head']}")
    return RedirectResponse(f"/reviews/{row['review_id']}", 303)


@dataclass(frozen=True, slots=True)
class Unsaid:
    """A reason for a review that could not be taken, and why."""

    typed: str = ""
    fault: str = ""


def _driver(
    here: Visit,
    identity_id: str,
    reason: str = "",
    *,
    is_asked: bool = False,
    unsaid: Unsaid = Unsaid(),
) -> Response:
    workspace = here.service.workspace
    document = show_driver(workspace, identity_id)
    found = risk(workspace, identity_id, None, here.service.store) if document["score"] else None
    if reason:
        here.audit("unmask", [document["identity_id"]], f"reason: {reason}")
    with workspace.reading() as connection:
        rates = base_rates(connection)
    others = people_shown(found) if found else []
    possible = [link["identity_id"] for link in document["possible_links"]]
    here.audit("driver page", [*dict.fromkeys([document["identity_id"], *others, *possible])])
    shown = document if reason else here.masked(document)
    may_start = here.page.may_open("POST", "/drivers/{identity_id}/review") and is_enrolled(document["enrolment"])
    asked_review = review_asked_for(workspace, document["identity_id"]) if may_start else None
    return render(
        "driver.html",
        here.at("explore"),
        view=driver_view(shown, found),
        rates=rates,
        redirected=identity_id in document["former_ids"],
        shown_until=(datetime.now(UTC) + SHOWN_FOR).isoformat(timespec="seconds") if reason else None,
        shown_reason=reason,
        fault=is_asked and not reason,
        may_start=may_start and asked_review is None,
        asked_review=asked_review,
        review_fault=unsaid.fault,
        review_typed=unsaid.typed,
    )


@router.get("/drivers/{identity_id}/identity")
def identity_page(identity_id: str, here: VisitDependency) -> Response:
    """Whether these records are one person: side by side, and how each was joined."""
    return _identity(here, identity_id)


def _identity(here: Visit, identity_id: str) -> Response:
    document = here.masked(show_driver(here.service.workspace, identity_id))
    here.audit("identity page", [document["identity_id"]])
    keys = {record["key"] for record in document["records"]}
    # What a decision took away is no record of this identity any more, but its history has the decision's number.
    moved_by = {move["ref"] for move in document["history"] if move["cause"] == "decision"}
    with here.service.workspace.reading() as connection:
        decided = [one for one in Decisions(connection).all() if {one.a, one.b} & keys or one.n in moved_by]
    return render("identity.html", here.at("explore"), view=driver_view(document, None), decisions=decided)


@router.post("/drivers/{identity_id}/split")
def split(identity_id: str, here: VisitDependency, form: FormDependency) -> Response:
    """That two records are two people: first what would follow, then, confirmed, what did."""
    a, b, reason = (field(form, name) for name in ("a", "b", "reason"))
    workspace, actor = here.service.workspace, here.caller.actor
    if field(form, "confirmed"):
        document = decide(workspace, a, b, "different", reason, actor)
        people = dict.fromkeys([*(_identity_of(here, ref) for ref in (a, b)), *people_of(document)])
        here.audit("unlink", list(people), f"decision {document['decision']['n']}")
        return RedirectResponse(f"{href(identity_id)}/identity", 303)
    found = effects_of(workspace, Judged(a, b, "different", reason), actor)
    people = dict.fromkeys(one["identity_id"] for one in [*found["before"], *found["after"]])
    here.audit("unlink preview", list(people))
    return render("effects.html", here.at("explore"), effects=found, a=a, b=b, reason=reason, href=href(identity_id))


@router.get("/why")
def why_page(
    a: Annotated[str, Query(max_length=1000)], b: Annotated[str, Query(max_length=1000)], here: VisitDependency
) -> Response:
    """Why two records are one person, or are not: bit by bit."""
    document = why(here.service.workspace, a, b)
    here.audit("why page", [_identity_of(here, ref) for ref in (a, b)])
    return render("why.html", here.at("explore"), why=here.masked(document), a=a, b=b, bar=_bar)


def _identity_of(here: Visit, ref: str) -> str:
    return here.service.workspace.resolve_id(ref)


@router.post("/decisions/{number}/undo")
def undo_decision(number: Number, here: VisitDependency, form: FormDependency) -> Response:
    """A decision is taken back, with a reason."""
    document = undo(here.service.workspace, number, here.caller.actor, reason=field(form, "reason"))
    ends = [_identity_of(here, document["decision"][end]) for end in ("a", "b")]
    here.audit("undo", list(dict.fromkeys([*ends, *people_of(document)])), f"decision {number}")
    back = field(form, "back")
    return RedirectResponse(back if back.startswith("/drivers/") else "/", 303)


def _bar(bits: float) -> Markup:
    """Bits as a bar from the middle: to the right for, to the left against; 20 bits fill a side."""
    length = min(abs(bits), 20.0) * 4
    start = 80.0 if bits >= 0 else 80.0 - length
    side = "for" if bits >= 0 else "against"
    return Markup(
        '<svg class="bits" width="160" height="12" viewBox="0 0 160 12" aria-hidden="true">'
        '<rect class="{}" x="{}" y="2" width="{}" height="8"/><line x1="80" x2="80" y1="0" y2="12"/></svg>'
    ).format(side, round(start, 1), round(length, 1))
