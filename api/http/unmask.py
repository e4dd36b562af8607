"""A driver with identifiers in full, for a reason that the audit keeps."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.http.models.drivers import DriverView
from api.http.models.unmask import UnmaskRequest
from api.http.problems import documented
from api.http.scores import DriverParameter
from api.http.service import CallerDependency, ServiceDependency
from api.show_driver import people_of, show_driver

router = APIRouter(prefix="/api/v1", tags=["drivers"], responses=documented())


# Not masked: this is what it is for.
@router.post("/drivers/{identity_id:path}/unmask", response_model=DriverView, response_class=JSONResponse)
def unmask_driver(
    identity_id: DriverParameter,
    request: UnmaskRequest,
    service: ServiceDependency,
    caller: CallerDependency,
) -> dict[str, Any]:
    """One driver with every identifier in full; the audit keeps who asked, and why."""
    document = show_driver(service.workspace, identity_id)
    service.audit(caller, "unmask", people_of(document), request.reason)
    return document
