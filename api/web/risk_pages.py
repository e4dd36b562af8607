"""Linked risk of one driver: every incident that counts, by which ties, and what they add up to."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.drivers import names_of
from api.risk import risk
from api.risk_people import people_shown
from api.web.site import render
from api.web.views.driver import href
from api.web.views.risk import lines_of, weighty
from api.web.visit import PageRoute, VisitDependency

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/drivers/{identity_id}/risk")
def risk_page(
    identity_id: str,
    here: VisitDependency,
    as_of: Annotated[date | None, Query()] = None,
    lines: Annotated[Literal["first", "all"], Query()] = "first",
) -> Response:
    """Which incidents count, by which ties, as known on a day; the lightest as one line unless all are asked for."""
    workspace = here.service.workspace
    found = risk(workspace, identity_id, as_of, here.service.store)
    people = people_shown(found)
    here.audit("risk page", people)
    with workspace.reading() as connection:
        names = names_of(connection, people)
    driver = found["identity_id"]
    return render(
        "risk.html",
        here.at("explore"),
        risk=found,
        linked=lines_of(found["linked"]["contributions"], is_whole=lines == "all"),
        own=lines_of(found["own"]["contributions"], is_whole=lines == "all"),
        possible=weighty(found["possible"]),
        names=names,
        name=names.get(driver, driver),
        href=href(driver),
    )
