"""What routes about jobs share: one job read, and waited for without a thread of the server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from api.jobs.incoming import Incoming
from api.jobs.limits import Limits
from api.jobs.stages import read_stage
from api.jobs.states import JobKind
from api.jobs.tables import Job, JobTables
from linkage.errors import UnknownRecord
from linkage.ledger import Workspace

SOON_S = 0.05
LATER_S = 0.25


def limits_of(request: Request) -> Limits:
    """Bounds of writes of the app that a request came to."""
    found: Limits = request.app.state.limits
    return found


LOADING = (JobKind.LOAD, JobKind.RECORDS)
JUDGING = (JobKind.DECISION, JobKind.UNDO)


def find_job(workspace: Workspace, job_id: str, kinds: Collection[JobKind] = LOADING) -> Job:
    """The job as it stands.

    Raises:
        UnknownRecord: there is none of these kinds.
    """
    with workspace.reading() as connection:
        job = JobTables(connection).get(job_id)
    if job.kind not in kinds:
        raise UnknownRecord("there is no such job here")
    return job


def stage_of(workspace: Workspace, job: Job) -> dict[str, object] | None:
    """How far a job is, where it is being worked on."""
    return read_stage(Incoming(workspace.path).folder(job.job_id))


async def waited_for(workspace: Workspace, job_id: str, wait_s: float) -> Job:
    """The job once it is over, or as it stands after `wait_s` seconds.

    A coroutine, so that requests that wait for a long load keep no thread from those that do not.
    """
    deadline, pause = time.monotonic() + wait_s, SOON_S
    while True:
        job = await run_in_threadpool(find_job, workspace, job_id)
        if job.is_over or time.monotonic() >= deadline:
            return job
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, LATER_S)
