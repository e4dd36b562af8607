"""The report of a case: evidence numbered and cited, views as picture and table; as a page and as a PDF of the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.casework.cases import PinKind
from api.casework.held import CaseHeld
from api.casework.pictured import pictured
from api.casework.views import Views
from api.drivers import names_of
from api.explore import people_of
from api.web.explore_pages import veils_of
from api.web.paper import printed, printed_head, running_of
from api.web.site import render
from api.web.texts import Catalogue
from api.web.view_pages import filters_of
from api.web.views.picture import drawn_view
from api.web.visit import Number, PageRoute, Visit, VisitDependency
from linkage.errors import UnknownRecord

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/cases/{case_id}/report")
def report_page(case_id: Number, here: VisitDependency) -> Response:
    """Summary, evidence numbered and cited, notes; it prints as the PDF looks."""
    at = datetime.now(UTC)
    values = _told(here, case_id, "case report")
    head = printed_head(here.page, _matter(here.page.t, case_id), at)
    return render("case_report.html", here.at("cases"), head=head, **values)


@router.get("/cases/{case_id}/report.pdf")
def report_file(case_id: Number, here: VisitDependency) -> Response:
    """The same as a PDF."""
    at = datetime.now(UTC)
    values = _told(here, case_id, "case report pdf")
    t = here.page.t
    running = running_of(here, _matter(t, case_id), at, str(t("paper.case_file", number=str(case_id)).striptags()))
    return printed(here, "case_report.html", running, f"crosslane-case-{case_id}", head=running.head, **values)


def _matter(t: Catalogue, case_id: int) -> Any:
    return t("paper.case", number=str(case_id))


def _told(here: Visit, case_id: int, action: str) -> dict[str, Any]:
    """What the report shows; everybody in it stands in the audit before it is made."""
    held = CaseHeld.read(here.service.workspace, case_id, here.caller.actor)
    pictures = {pin["evidence"]: _picture(here, pin) for pin in held.pins if pin["kind"] == PinKind.VIEW}
    shown = [person for found in pictures.values() if found for person in people_of(found[0])]
    here.audit(action, list(dict.fromkeys([*held.people(), *shown])) or [None], f"case {case_id}")
    t, veils = here.page.t, veils_of(here)
    views = {
        name: drawn_view(veils.over(found[0]), found[1], held.drawn, t) if found else None
        for name, found in pictures.items()
    }
    with here.service.workspace.reading() as connection:
        names = names_of(connection, held.people())
    return {**held.document(), "views": views, "names": names}


def _picture(here: Visit, pin: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The view as the graph has it now, and its filters; None where what it was about is gone."""
    try:
        with here.service.workspace.reading() as connection:
            view = Views(connection).get(pin["ref"])
        found = pictured(here.service.workspace, view, veils_of(here), here.service.store)
    except UnknownRecord:
        return None
    return found, filters_of(view.state)
