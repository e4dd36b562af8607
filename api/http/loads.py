"""Routes of loads: a file is taken on at once, loaded in the background, and followed by its job."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from api.http.idempotent import KeyHeader, Once
from api.http.jobs import find_job, limits_of, stage_of
from api.http.models.loads import DateOrder, IssuePage, JobPage, JobView, JobWhole, LoadFields, Mode
from api.http.paging import CursorParameter, LimitParameter, decode, encode
from api.http.problems import described, documented
from api.http.service import CallerDependency, Service, ServiceDependency
from api.http.upload import FILE, Upload, boundary_of, receive
from api.jobs.acceptance import WhatToLoad, accept_file, new_job_id
from api.jobs.document import issues, job_document, whole_document
from api.jobs.incoming import Arrival, Incoming
from api.jobs.states import JobState
from api.jobs.tables import JobTables
from api.kept_answers import Asked
from linkage.errors import SourceError
from linkage.sources import builtin_names

UPLOAD = ("POST", "/api/v1/loads")
"""The route whose body may be large."""
_NO_ROOM: dict[int | str, dict[str, Any]] = {507: described("No room for the file.")}
_TEXT = {"type": "string"}
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["source", FILE],
                    "additionalProperties": False,
                    "properties": {
                        "source": _TEXT | {"enum": builtin_names(), "description": "A built-in source."},
                        FILE: _TEXT | {"format": "binary", "description": "CSV, JSON Lines or Parquet."},
                        "today": _TEXT | {"format": "date", "description": "The load day; today by default."},
                        "mode": _TEXT | {"enum": list(Mode)},
                        "date_order": _TEXT | {"enum": list(DateOrder)},
                        "encoding": _TEXT | {"description": "Of the file's text, such as cp1252."},
                        "delimiter": _TEXT | {"description": "Of a CSV file's columns, such as ; or tab."},
                        "confirm": {
                            "type": "boolean",
                            "description": "Let a snapshot withdraw more than a tenth.",
                        },
                    },
                }
            }
        },
    }
}
JobId = Annotated[str, Path(max_length=100)]
router = APIRouter(prefix="/api/v1", tags=["loads"], responses=documented())


def what_to_load(fields: LoadFields | dict[str, Any]) -> WhatToLoad:
    """The fields as a load takes them.

    Raises:
        RequestValidationError: one of them cannot be used.
    """
    try:
        asked = fields if isinstance(fields, LoadFields) else LoadFields.model_validate(fields)
    except ValidationError as error:
        told = error.errors(include_url=False, include_input=False)
        # The name of a field that is none of ours may be anything, and is not told.
        raise RequestValidationError(
            [
                item | {"loc": ("body",) if item["type"] == "extra_forbidden" else ("body", *item["loc"])}
                for item in told
            ]
        ) from None
    values = asked.model_dump(mode="json", exclude={"today"})
    try:
        return WhatToLoad(today=asked.today or date.today(), **values)
    except SourceError as error:
        field = str(error.path).removeprefix("--").replace("-", "_")
        raise RequestValidationError([{"loc": ("body", field), "msg": error.message}]) from None


@router.post("/loads", status_code=202, response_model=JobView, responses=_NO_ROOM, openapi_extra=_FORM)
async def post_load(
    request: Request, response: Response, service: ServiceDependency, caller: CallerDependency, key: KeyHeader = None
) -> dict[str, Any]:
    """Take a file on to be loaded. The answer comes once the file is safe on disk; follow its job at `Location`."""
    incoming, boundary = Incoming(service.workspace.path), boundary_of(request)
    with ExitStack() as stack:

        def open_file(name: str) -> Arrival:
            return stack.enter_context(incoming.arriving(new_job_id(), name))

        upload = Upload(boundary, open_file, limits_of(request).max_upload)
        await receive(request, upload)
        arrival, what = upload.received(), what_to_load(dict(upload.fields))
        parts = (*(part.encode() for part in UPLOAD), json.dumps(upload.fields, sort_keys=True).encode())
        told = (arrival.path.name.encode(), arrival.sha256.encode())
        once = Once(service.workspace, Asked.of(caller.actor, key, (*parts, *told)) if key is not None else None)

        def accept() -> dict[str, Any]:
            document = once(
                lambda also: job_document(accept_file(service.workspace, arrival, what, caller.actor, also)), 202
            )
            service.audit(caller, "load accepted", [None], f"job {document['job_id']}")
            return document

        document = await run_in_threadpool(accept)
    response.headers["Location"] = f"/api/v1/loads/{document['job_id']}"
    return document


@router.get("/loads", response_model=JobPage)
def list_loads(
    service: ServiceDependency,
    caller: CallerDependency,
    state: Annotated[JobState | None, Query(description="Only those that stand there.")] = None,
    cursor: CursorParameter = None,
    limit: LimitParameter = 50,
) -> dict[str, Any]:
    """What was sent to be loaded, the newest first."""
    listing = f"loads {state}"
    key = decode(listing, cursor, (int,))
    with service.workspace.reading() as connection:
        jobs = JobTables(connection).page(key[0] if key else None, state, limit + 1)
    service.audit(caller, "list loads", [None], f"{min(len(jobs), limit)} jobs")
    return {
        "rows": [job_document(job, stage_of(service.workspace, job)) for job in jobs[:limit]],
        "next_cursor": encode(listing, (jobs[limit - 1].n,)) if len(jobs) > limit else None,
    }


@router.get("/loads/{job_id}", response_model=JobWhole)
def get_load(job_id: JobId, service: ServiceDependency, caller: CallerDependency) -> dict[str, Any]:
    """One job: where it stands, and what came of it."""
    job = find_job(service.workspace, job_id)
    stage = stage_of(service.workspace, job)
    with service.workspace.reading() as connection:
        document = whole_document(connection, job, stage)
    service.audit(caller, "show load", [None], f"job {job.job_id}")
    return document


@router.get("/loads/{job_id}/rejects", response_model=IssuePage)
def list_rejects(
    job_id: JobId,
    service: ServiceDependency,
    caller: CallerDependency,
    cursor: CursorParameter = None,
    limit: LimitParameter = 100,
) -> dict[str, Any]:
    """Rows of the file that were not loaded, by line, with the rule each broke."""
    return _issues(service, job_id, (cursor, limit), rejected=True)


@router.get("/loads/{job_id}/warnings", response_model=IssuePage)
def list_warnings(
    job_id: JobId,
    service: ServiceDependency,
    caller: CallerDependency,
    cursor: CursorParameter = None,
    limit: LimitParameter = 100,
) -> dict[str, Any]:
    """Values of the file that were not used, by line."""
    return _issues(service, job_id, (cursor, limit), rejected=False)


def _issues(service: Service, job_id: str, page: tuple[str | None, int], *, rejected: bool) -> dict[str, Any]:
    cursor, limit = page
    listing = f"issues {job_id} {rejected}"
    key = decode(listing, cursor, (int, int, int)) or (-1, -1, -1)
    job = find_job(service.workspace, job_id)
    if not job.is_over and job.state is not JobState.PUBLISHED:
        raise HTTPException(404, "the file is not loaded yet; see its job")
    with service.workspace.reading() as connection:
        rows, last = issues(connection, job, (key[0], key[1], key[2]), limit, rejected=rejected)
    return {"rows": rows, "next_cursor": encode(listing, last) if last else None}
