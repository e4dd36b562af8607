"""The feed of changes, for systems that follow the workspace without reading everything again."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.changes.document import ChangesQuestion, changes_document, people_of, place_of
from api.changes.log import Topic
from api.http.access_table import ACCESS
from api.http.models.changes import ChangesPage
from api.http.paging import LimitParameter
from api.http.problems import documented
from api.http.service import CallerDependency, ServiceDependency

router = APIRouter(prefix="/api/v1", tags=["changes"], responses=documented())


@router.get("/changes", response_model=ChangesPage)
def list_changes(
    service: ServiceDependency,
    caller: CallerDependency,
    since: Annotated[
        str, Query(max_length=40, description="0 for the very beginning, else `next_cursor` of the page before.")
    ] = "0",
    topic: Annotated[list[Topic] | None, Query(max_length=10, description="Only these; all by default.")] = None,
    limit: LimitParameter = 100,
) -> dict[str, Any]:
    """What changed after a place, in order and each change once; reviews for those who may see reviews.

    A place from before a backup was restored is answered with 410: begin at 0 again.
    """
    topics = frozenset(topic or Topic)
    if caller.role not in ACCESS["GET", "/api/v1/reviews"]:
        topics -= {Topic.REVIEW}
    document = changes_document(service.workspace, ChangesQuestion(*place_of(since), topics, limit), caller.actor)
    service.audit(caller, "changes", people_of(document) or [None], f"{len(document['rows'])} changes")
    return document
