"""The first page: what waits for the person who signed in. And where exploring begins."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from api.casework.watches import Watches
from api.reviews.queue import QueueQuestion, queue_document
from api.web.site import render
from api.web.visit import PageRoute, VisitDependency
from api.web.watch_pages import people_of
from eligibility.reviews.states import State

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/")
def work_page(here: VisitDependency) -> Response:
    """What waits."""
    is_reviewer = here.page.may_open("GET", "/reviews")
    mine, to_sign = [], []
    if is_reviewer:
        mine = queue_document(here.service.workspace, QueueQuestion(assignee=here.caller.actor), here.caller.actor)[
            "rows"
        ]
        proposed = queue_document(here.service.workspace, QueueQuestion(State.PROPOSED), here.caller.actor)["rows"]
        to_sign = [row for row in proposed if row["assignee"] != here.caller.actor]
        here.audit("work page", [row["identity_id"] for row in [*mine, *to_sign]] or [None])
    fired = None
    if here.page.may_open("GET", "/watches"):
        watches = Watches(here.service.workspace, here.caller.actor, here.service.store)
        fired = [one for one in watches.look() if one.changes]
        here.audit("watches", people_of(fired) or [None])
    return render(
        "work.html",
        here.at("work"),
        mine=mine if is_reviewer else None,
        to_sign=to_sign,
        watches=fired,
        cases=here.page.open_cases if here.page.may_open("GET", "/cases") else None,
        failed=None,
    )


@router.get("/explore")
def explore(_: VisitDependency) -> Response:
    """Exploring begins with a search."""
    return RedirectResponse("/search", 303)
