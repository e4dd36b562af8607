"""`POST records`: records resolved now, by the rules of a load, with the identity that each one got."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from api.also import Also
from api.http.idempotent import Once, OnceDependency
from api.http.jobs import limits_of, waited_for
from api.http.loads import what_to_load
from api.http.models.loads import JobView, LoadFields, RecordsAnswer, RecordsRequest
from api.http.problems import documented
from api.http.service import CallerDependency, ServiceDependency
from api.jobs.acceptance import accept_records
from api.jobs.document import job_document, whole_document
from api.jobs.states import JobState
from api.jobs.tables import Job
from api.kept_answers import Kept, KeptAnswers
from linkage.ledger import Workspace

TAKEN_ON = 102
"""Kept for a request whose job there is and that was not answered yet."""
_LATER: dict[int | str, dict[str, Any]] = {202: {"model": JobView, "description": "Not resolved yet; see Location."}}
router = APIRouter(prefix="/api/v1", tags=["loads"], responses=documented())


@router.post("/records", response_model=RecordsAnswer, responses=_LATER)
async def post_records(  # noqa: PLR0913, PLR0917 - what a route is given
    asked: RecordsRequest,
    request: Request,
    response: Response,
    service: ServiceDependency,
    caller: CallerDependency,
    once: OnceDependency,
) -> Any:
    """Resolve records now. While a long load runs the answer is 202: the records are safe, and their turn comes."""
    what = what_to_load(LoadFields(source=asked.source, today=asked.today))

    def accept(also: Also) -> dict[str, Any]:
        return job_document(accept_records(service.workspace, asked.records, what, caller.actor, also))

    kept = await run_in_threadpool(_taken_on, once, accept)
    job_id = str(kept.document["job_id"])
    if kept.status == TAKEN_ON:
        job = await waited_for(service.workspace, job_id, limits_of(request).wait_s)
        if job.state is JobState.FAILED:
            assert job.problem is not None, "said with the state"
            raise HTTPException(job.problem["status"], job.problem["detail"])
        kept = await run_in_threadpool(_answer, service.workspace, once, job)
    people = [row["identity_id"] for row in kept.document.get("records", ()) if row["identity_id"]]
    await run_in_threadpool(service.audit, caller, "records", people or [None], f"job {job_id}")
    place = {"Location": f"/api/v1/loads/{job_id}"}
    if kept.status == 202:
        return JSONResponse(JobView.model_validate(kept.document).model_dump(mode="json"), 202, place)
    response.headers.update(place)
    return kept.document


def _taken_on(once: Once, accept: Callable[[Also], dict[str, Any]]) -> Kept:
    before = once.before()
    if before is not None:
        return before
    document = once(accept, TAKEN_ON)
    return once.before() or Kept(TAKEN_ON, document)


def _answer(workspace: Workspace, once: Once, job: Job) -> Kept:
    """Whose the records are, made of the job whenever it is asked for; or that it waits, which is what stays said."""
    if job.state in (JobState.DONE, JobState.PUBLISHED):
        with workspace.reading() as connection:
            load: Mapping[str, Any] = whole_document(connection, job)["load"]
        return Kept(200, {"job_id": job.job_id, **load})
    document = job_document(job)
    if once.asked is not None:
        with workspace.transaction() as connection:
            KeptAnswers(connection).answer_with(once.asked, 202, document)
    return Kept(202, document)
