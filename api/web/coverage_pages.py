"""Coverage and exchange: what nobody knows, what was asked of partners, and what came back."""

from __future__ import annotations

import re

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from api.coverage import board_document, oldest_document
from api.exchange import Act, Ask, chase, request_gaps
from api.exchange_list import list_requests
from api.show_driver import show_driver
from api.web.site import render
from api.web.views.driver import href
from api.web.visit import FormDependency, PageRoute, Visit, VisitDependency, field
from eligibility.coverage import Result
from eligibility.exchange_policy import load_exchange_policy
from linkage.errors import SettingsError

router = APIRouter(route_class=PageRoute, include_in_schema=False)
OLDEST = 25
_LIMIT = re.compile(r"[0-9]{1,4}")


@router.get("/coverage")
def coverage_page(here: VisitDependency) -> Response:
    """What was asked of each country about the enrolled, and the gaps that are open longest."""
    workspace = here.service.workspace
    oldest = oldest_document(workspace, None, OLDEST)["rows"]
    here.audit("coverage page", list(dict.fromkeys(row["identity_id"] for row in oldest)) or [None])
    return render(
        "coverage.html",
        here.at("coverage"),
        board=board_document(workspace)["rows"],
        results=[one.value for one in Result],
        oldest=oldest,
        partners=sorted(load_exchange_policy().partners),
    )


@router.get("/coverage/{identity_id}")
def driver_page(identity_id: str, here: VisitDependency) -> Response:
    """What was asked about one driver."""
    document = show_driver(here.service.workspace, identity_id)
    here.audit("coverage page", [document["identity_id"]])
    rows = document["coverage"]
    return render("driver_coverage.html", here.at("coverage"), rows=rows, href=href(document["identity_id"]))


@router.get("/exchange")
def exchange_page(here: VisitDependency) -> Response:
    """Every request to a partner, and how it stands."""
    document = list_requests(here.service.workspace)
    people = dict.fromkeys(row["identity_id"] for row in document["rows"])
    here.audit("exchange page", list(people) or [None])
    return render("exchange.html", here.at("exchange"), document=document)


@router.post("/exchange/request")
def request_page(here: VisitDependency, form: FormDependency) -> Response:
    """The oldest gaps of a partner become requests."""
    limit = field(form, "limit") or "100"
    if not _LIMIT.fullmatch(limit):
        raise SettingsError("say how many requests to make, at most")
    ask = Ask(field(form, "partner"), limit=int(limit))
    document = request_gaps(here.service.workspace, ask, _act(here, form))
    people = dict.fromkeys(row["identity_id"] for row in document["rows"])
    here.audit("exchange request", list(people) or [None])
    return RedirectResponse("/exchange", 303)


@router.post("/exchange/chase")
def chase_page(here: VisitDependency, form: FormDependency) -> Response:
    """Every overdue request is due again on a later day."""
    chase(here.service.workspace, _act(here, form))
    here.audit("exchange chase", [None])
    return RedirectResponse("/exchange", 303)


def _act(here: Visit, form: dict[str, list[str]]) -> Act:
    return Act(here.caller.actor, field(form, "reason"))
