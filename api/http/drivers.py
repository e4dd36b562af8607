"""Routes that show drivers; each is audited before its answer leaves."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi import Query as QueryParameter
from pydantic import Field

from api.drivers import drivers_by_score
from api.http.models.drivers import (
    DriverPage,
    DriverView,
    LookupRequest,
    RiskView,
    SearchAnswer,
    SearchRequest,
)
from api.http.problems import Problem
from api.http.service import CallerDependency, ServiceDependency
from api.risk import risk
from api.risk_people import people_shown
from api.search import Query, search
from api.search_document import search_document
from api.show_driver import show_driver

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "content": {"application/problem+json": {}}} for status in (400, 401, 403, 404, 422)
}
router = APIRouter(prefix="/api/v1", tags=["drivers"], responses=_PROBLEMS)
MAX_PAGE = 500


@router.post("/drivers/search", response_model=SearchAnswer)
def search_drivers(request: SearchRequest, service: ServiceDependency, caller: CallerDependency) -> dict[str, Any]:
    """Drivers that match text or fields, best first."""
    query = Query(request.text, request.name, request.birth_date, request.identifier)
    with service.workspace.reading() as connection:
        found = search(connection, query, request.limit)
    service.audit(caller, "search", [hit.driver.identity_id for hit in found.hits] or [None], f"{found.total} hits")
    asked = " ".join(part for part in (request.text, request.name, request.birth_date, request.identifier) if part)
    return search_document(asked, found)


@router.post("/drivers/lookup", response_model=DriverView)
def lookup_driver(request: LookupRequest, service: ServiceDependency, caller: CallerDependency) -> dict[str, Any]:
    """The driver that a source record belongs to."""
    document = show_driver(service.workspace, f"{request.source}/{request.record_id}", is_record=True)
    service.audit(caller, "lookup", [document["identity_id"]])
    return document


@router.get("/drivers", response_model=DriverPage)
def list_drivers(
    service: ServiceDependency,
    caller: CallerDependency,
    sort: Annotated[str, QueryParameter(pattern="^score$", description="Highest score first.")] = "score",
    cursor: Annotated[str | None, QueryParameter(max_length=400)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE)] = 50,
) -> dict[str, Any]:
    """All drivers, a page at a time; equal scores keep one order, and a page past the end is empty."""
    with service.workspace.reading() as connection:
        page = drivers_by_score(connection, cursor, limit)
    service.audit(caller, f"list by {sort}", [driver.identity_id for driver in page.drivers])
    return {
        "rows": [driver.document() for driver in page.drivers],
        "next_cursor": page.next_cursor,
        "total": page.total,
        "as_of": page.as_of,
    }


@router.get("/drivers/{identity_id:path}/linked-risk", response_model=RiskView)
def linked_risk(
    identity_id: Annotated[str, Field(max_length=1000)],
    service: ServiceDependency,
    caller: CallerDependency,
    as_of: Annotated[date | None, QueryParameter(description="Replay as known on this day.")] = None,
) -> dict[str, Any]:
    """Own and linked risk with every route, record and date they rest on."""
    document = risk(service.workspace, identity_id, as_of, service.store)
    service.audit(caller, "risk", people_shown(document))
    return document


@router.get("/drivers/{identity_id:path}", response_model=DriverView)
def get_driver(identity_id: str, service: ServiceDependency, caller: CallerDependency) -> dict[str, Any]:
    """One driver: records, attributes, events, enrolment, coverage, score and history."""
    document = show_driver(service.workspace, identity_id)
    service.audit(caller, "show", [document["identity_id"]])
    return document
