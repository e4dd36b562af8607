"""Routes that show drivers; each is audited before its answer leaves."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Response
from fastapi import Query as QueryParameter

from api.drivers import drivers_by_score
from api.http.etags import NOT_MODIFIED, IfNoneMatch, is_held, not_modified, quoted
from api.http.models.days import DayParameter
from api.http.models.drivers import (
    DriverPage,
    DriverView,
    LookupRequest,
    RiskView,
    SearchAnswer,
    SearchRequest,
)
from api.http.paging import CursorParameter, LimitParameter
from api.http.problems import documented
from api.http.scores import DriverParameter
from api.http.service import CallerDependency, ServiceDependency
from api.score_document import state_mark
from api.search import Query, search
from api.search_document import search_document
from api.show_driver import people_of, show_driver
from linkage.ledger import IdentityTables

router = APIRouter(prefix="/api/v1", tags=["drivers"], responses=documented())


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
    service.audit(caller, "lookup", people_of(document))
    return document


@router.get("/drivers", response_model=DriverPage)
def list_drivers(
    service: ServiceDependency,
    caller: CallerDependency,
    sort: Annotated[str, QueryParameter(pattern="^score$", description="Highest score first.")] = "score",
    cursor: CursorParameter = None,
    limit: LimitParameter = 50,
) -> dict[str, Any]:
    """All drivers, a page at a time; equal scores keep one order, and a page past the end is empty."""
    with service.workspace.reading() as connection:
        page = drivers_by_score(connection, cursor, limit)
    service.audit(caller, f"list by {sort}", [driver.identity_id for driver in page.drivers] or [None])
    return {
        "rows": [driver.document() for driver in page.drivers],
        "next_cursor": page.next_cursor,
        "total": page.total,
        "as_of": page.as_of,
    }


@router.get("/drivers/{identity_id:path}/linked-risk", response_model=RiskView, responses=NOT_MODIFIED)
def linked_risk(
    identity_id: DriverParameter,
    service: ServiceDependency,
    caller: CallerDependency,
    as_of: DayParameter = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Own and linked risk with every route, record and date they rest on."""
    # Before the document, so that one of a newer state never goes by the tag of that state's end.
    with service.workspace.reading() as connection:
        identity = IdentityTables(connection).require(identity_id)
        tag = quoted(state_mark(connection, identity, as_of, caller.role))
    if is_held(tag, if_none_match):
        service.audit(caller, "risk", [identity], "not changed")
        return not_modified(tag)
    told = service.explanation(identity_id, as_of)
    service.audit(caller, "risk", told.people)
    return Response(told.body, media_type="application/json", headers={"ETag": tag})


@router.get("/drivers/{identity_id:path}", response_model=DriverView)
def get_driver(identity_id: DriverParameter, service: ServiceDependency, caller: CallerDependency) -> dict[str, Any]:
    """One driver: records, attributes, events, enrolment, coverage, score and history."""
    document = show_driver(service.workspace, identity_id)
    service.audit(caller, "show", people_of(document))
    return document
