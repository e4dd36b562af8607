"""Why two records or identities are, may be or are not one person."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from api.http.graph import ReferenceParameter
from api.http.models.why import WhyView
from api.http.problems import documented
from api.http.service import CallerDependency, ServiceDependency
from api.why import why

router = APIRouter(prefix="/api/v1", tags=["drivers"], responses=documented())


@router.get("/why", response_model=WhyView)
def explain(
    service: ServiceDependency, caller: CallerDependency, a: ReferenceParameter, b: ReferenceParameter
) -> dict[str, Any]:
    """Why two are one person, possibly one, or two: bit by bit, with the chain that joined them."""
    document = why(service.workspace, a, b)
    service.audit(caller, "why", dict.fromkeys(service.workspace.resolve_id(reference) for reference in (a, b)))
    return document
