"""A driver with identifiers in full, for a reason that the audit keeps."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from api.http.models.drivers import DriverView
from api.http.models.unmask import UnmaskRequest
from api.http.problems import Problem
from api.http.service import CallerDependency, ServiceDependency
from api.show_driver import show_driver

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "content": {"application/problem+json": {}}} for status in (400, 401, 403, 404, 422, 429)
}
router = APIRouter(prefix="/api/v1", tags=["drivers"], responses=_PROBLEMS)


# The one route whose answers are not masked.
@router.post("/drivers/{identity_id:path}/unmask", response_model=DriverView, response_class=JSONResponse)
def unmask_driver(
    identity_id: Annotated[str, Field(max_length=1000)],
    request: UnmaskRequest,
    service: ServiceDependency,
    caller: CallerDependency,
) -> dict[str, Any]:
    """One driver with every identifier in full; the audit keeps who asked, and why."""
    document = show_driver(service.workspace, identity_id)
    possible = [link["identity_id"] for link in document["possible_links"]]
    service.audit(caller, "unmask", dict.fromkeys([document["identity_id"], *possible]), request.reason)
    return document
