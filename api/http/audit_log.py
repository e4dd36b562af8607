"""Who saw and changed what, for auditors."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.audit_list import AuditQuestion, audit_document
from api.http.models.audit_log import AuditPage
from api.http.models.days import DayParameter
from api.http.paging import CursorParameter, LimitParameter, decode, encode
from api.http.problems import documented
from api.http.service import CallerDependency, ServiceDependency

router = APIRouter(prefix="/api/v1", tags=["audit"], responses=documented())


@router.get("/audit", response_model=AuditPage)
def list_audit(  # noqa: PLR0913, PLR0917 - one parameter each
    service: ServiceDependency,
    caller: CallerDependency,
    identity_id: Annotated[
        str | None, Query(max_length=100, description="Of one driver, under all ids that they ever had.")
    ] = None,
    actor: Annotated[
        str | None, Query(max_length=200, description="Of one person, or of a service as key:NAME.")
    ] = None,
    since: DayParameter = None,
    cursor: CursorParameter = None,
    limit: LimitParameter = 100,
) -> dict[str, Any]:
    """Every read and change of people, the newest first; ids only."""
    place = decode("audit", cursor, (int,))
    question = AuditQuestion(identity_id, actor, since, place[0] if place else None, limit)
    document = audit_document(service.workspace, service.log, question)
    service.audit(caller, "audit read", [None], f"{len(document['rows'])} entries")
    last = document.pop("last")
    return document | {"next_cursor": encode("audit", (last,)) if last else None}
