"""Decisions that were taken on while a long load ran, followed by their jobs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path

from api.http.jobs import JUDGING, find_job
from api.http.models.decisions import DecisionJob
from api.http.problems import documented
from api.http.service import CallerDependency, ServiceDependency
from api.jobs.judging import judged_document, people_moved

router = APIRouter(prefix="/api/v1", tags=["decisions"], responses=documented())


@router.get("/decisions/jobs/{job_id}", response_model=DecisionJob)
def get_decision_job(
    job_id: Annotated[str, Path(max_length=100)], service: ServiceDependency, caller: CallerDependency
) -> dict[str, Any]:
    """Where a decision that was taken on stands, and what came of it."""
    job = find_job(service.workspace, job_id, JUDGING)
    with service.workspace.reading() as connection:
        document = judged_document(connection, job)
    service.audit(caller, "show decision job", people_moved(job) or [None], f"job {job.job_id}")
    return document
