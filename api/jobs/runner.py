"""The one process of a workspace that does its jobs, in the order they came.

Whenever it ends, by kill -9 too, a job is either not in the ledger at all, and begun again, or there whole, and what
follows outside the ledger is done again.
"""

from __future__ import annotations

import json
import logging
import math
import os
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import apsw

from api.audit import AuditLog, Entry
from api.graph_store import GraphStoreChoice
from api.jobs.incoming import Incoming
from api.jobs.judging import do_decision, do_undo, people_moved
from api.jobs.loading import do_load
from api.jobs.stages import Stages
from api.jobs.states import JobKind, JobState
from api.jobs.tables import Job, JobTables
from api.progress import Progress
from api.projection import follow_up
from linkage.errors import FileDamaged, LedgerError, LinkageError, SettingsError, SourceError, UnknownRecord
from linkage.ledger import Workspace

LOCK = "jobs.lock"
LOGGER = "crosslane.jobs"
NICENESS = 10
"""Of the process: requests have the cores first."""
POLL_S = 0.1
RETRY_S = 2.0
MOST_CRASHES = 3
"""Times that a job may take its process down, such as for want of memory, before it is given up."""
MOST_ATTEMPTS = 20
"""Times that a job is begun at most, whoever ended it: a server that it takes down with it counts nothing."""
Work = Callable[[Workspace, Job, Progress], None]
_WORK: Mapping[JobKind, Work] = {
    JobKind.LOAD: do_load,
    JobKind.RECORDS: do_load,
    JobKind.DECISION: do_decision,
    JobKind.UNDO: do_undo,
}


@dataclass(frozen=True)
class Runner:
    """Does jobs of one workspace.

    Args:
        store: the graph server to bring up after each, if there is one.
        server: the server process it works for, told from others.
    """

    workspace: Workspace
    store: GraphStoreChoice
    server: str

    def run(self, is_stopped: Callable[[], bool] = lambda: False) -> None:
        """Jobs are done as they come, once no other process does those of the workspace."""
        with self.workspace.exclusive(math.inf, LOCK):
            self._incoming.sweep(self._unfinished)
            connection = self.workspace.connection()
            try:
                seen = -1
                while not is_stopped():
                    version = int(connection.execute("PRAGMA data_version").get)
                    if version != seen and self.run_one():
                        continue
                    seen = version
                    time.sleep(POLL_S)
            finally:
                connection.close()

    def run_one(self) -> bool:
        """The oldest job was worked on; False where there is none."""
        with self.workspace.reading() as connection:
            job = JobTables(connection).next()
        if job is None:
            return False
        started = time.perf_counter()
        try:
            self._do(job)
        except (LedgerError, apsw.BusyError):
            self._log(job, "waits", started)
            time.sleep(RETRY_S)
        return True

    def _do(self, job: Job) -> None:
        started = time.perf_counter()
        if job.state is not JobState.PUBLISHED:
            with self.workspace.transaction() as connection:
                job = JobTables(connection).begin(job.job_id, self.server)
            self._work(job)
        job = self._now(job)
        self._incoming.remove(job.job_id)
        if job.state is JobState.PUBLISHED:
            self._finish(job)
        self._log(job, self._now(job).state, started)

    def _work(self, job: Job) -> None:
        if job.crashes >= MOST_CRASHES or job.attempts > MOST_ATTEMPTS:
            self._fail(job, 500, "the process that did it ended each time, such as for want of memory; nothing changed")
            return
        try:
            _WORK[job.kind](self.workspace, job, Stages(self._incoming.folder(job.job_id)))
        except LedgerError:
            raise
        except LinkageError as error:
            self._fail(job, *_told(error))
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            place = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "?"
            # The text of a foreign error may quote data, so only its kind and place are told.
            self._fail(job, 500, f"an unexpected {type(error).__name__} at {place}; nothing was half-done")

    def _finish(self, job: Job) -> None:
        """What follows a change outside the ledger; done again where it was broken off."""
        assert job.result is not None, "it was published"
        followed = follow_up(self.workspace, self.store, Stages(self._incoming.folder(job.job_id)))
        what = f"job {job.job_id}, load {job.load_id}" if job.load_id else f"job {job.job_id}"
        entries = [Entry(job.actor, str(job.kind), identity, what) for identity in people_moved(job) or [None]]
        AuditLog(self.workspace.path).record(entries)
        with self.workspace.transaction() as connection:
            JobTables(connection).finish(job.job_id, job.result | followed)

    def _fail(self, job: Job, status: int, detail: str) -> None:
        with self.workspace.transaction() as connection:
            JobTables(connection).fail(job.job_id, status, detail)

    def _now(self, job: Job) -> Job:
        with self.workspace.reading() as connection:
            return JobTables(connection).get(job.job_id)

    @property
    def _incoming(self) -> Incoming:
        return Incoming(self.workspace.path)

    def _unfinished(self) -> frozenset[str]:
        with self.workspace.reading() as connection:
            return JobTables(connection).unfinished()

    def _log(self, job: Job, state: str, started: float) -> None:
        seconds = round(time.perf_counter() - started, 3)
        line = {"job": job.job_id, "kind": job.kind, "state": state, "seconds": seconds}
        logging.getLogger(LOGGER).info(json.dumps(line))


def _told(error: LinkageError) -> tuple[int, str]:
    """Status and detail of a problem that names no file of this machine and quotes nothing that was sent."""
    if isinstance(error, SourceError):
        place = "" if error.line is None else f"line {error.line}: "
        column = "" if error.column is None else f"column {error.column}: "
        message = error.message.partition(" There are:")[0]  # after which the file's own header is quoted
        return 422, f"{place}{column}{message} [{error.rule}]"
    if isinstance(error, UnknownRecord):
        return 404, str(error)
    if isinstance(error, FileDamaged):
        return 500, "a file of the workspace is damaged; ask whoever runs this service"
    return (400 if isinstance(error, SettingsError) else 500), str(error)
