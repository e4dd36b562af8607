"""What is measured of the work and of the figures; nobody is named in it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from api.http.models.measures import Measures
from api.http.problems import documented
from api.http.service import CallerDependency, ServiceDependency
from api.measures.document import measures_document

router = APIRouter(prefix="/api/v1", tags=["measures"], responses=documented())


@router.get("/measures", response_model=Measures)
def get_measures(service: ServiceDependency, caller: CallerDependency) -> dict[str, Any]:
    """Lag beside the five-year renewal, agreement, what came after each band, and how right links are.

    A figure is null where nobody measured it or its base is too small.
    """
    document = measures_document(service.workspace)
    service.audit(caller, "measures", [None])
    return document
