"""The stored score of one driver: what other systems ask for most."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.responses import JSONResponse

from api.http.etags import NOT_MODIFIED, IfNoneMatch, is_held, not_modified, tag_of
from api.http.models.drivers import StoredScore
from api.http.problems import documented
from api.http.service import CallerDependency, ServiceDependency
from api.score_document import score_document

router = APIRouter(prefix="/api/v1", tags=["drivers"], responses=documented())
DriverParameter = Annotated[
    str, Path(max_length=1000, description="Identity id, former id, or source/record_id with its characters encoded.")
]


@router.get("/drivers/{identity_id:path}/score", response_model=StoredScore, responses=NOT_MODIFIED)
def get_score(
    identity_id: DriverParameter,
    service: ServiceDependency,
    caller: CallerDependency,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """The score as stored, without its reasons: fast, and not sent again while it is the same."""
    with service.workspace.reading() as connection:
        document = score_document(connection, identity_id)
    service.audit(caller, "score", [document["identity_id"]])
    tag = tag_of(document)
    return not_modified(tag) if is_held(tag, if_none_match) else JSONResponse(document, headers={"ETag": tag})
