"""The ledger's table of jobs: ids, counts and options only, never anything of a person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import apsw

from api.jobs.states import OVER, JobKind, JobState
from linkage.errors import UnknownRecord

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE job (
        n            INTEGER PRIMARY KEY,
        job_id       TEXT NOT NULL UNIQUE,
        kind         TEXT NOT NULL CHECK (kind IN ('load', 'records', 'decision', 'undo')),
        state        TEXT NOT NULL CHECK (state IN ('queued', 'running', 'published', 'done', 'failed')),
        actor        TEXT NOT NULL CHECK (trim(actor) <> ''),
        request      TEXT NOT NULL,
        created_at   TEXT NOT NULL,
        started_at   TEXT,
        finished_at  TEXT,
        server       TEXT,
        attempts     INTEGER NOT NULL DEFAULT 0,
        crashes      INTEGER NOT NULL DEFAULT 0,
        load_id      INTEGER REFERENCES load (load_id),
        result       TEXT,
        problem      TEXT,
        CHECK ((state = 'failed') = (problem IS NOT NULL)),
        CHECK ((state IN ('published', 'done')) = (result IS NOT NULL))
    );
    CREATE INDEX job_unfinished ON job (n) WHERE state NOT IN ('done', 'failed');
    """,
)
_COLUMNS = (
    "SELECT n, job_id, kind, state, actor, request, created_at, started_at, finished_at, attempts, crashes, load_id, "
    "result, problem FROM job"
)
_ONE = _COLUMNS + " WHERE job_id = ?"
_PAGE = (
    _COLUMNS + " WHERE kind IN ('load', 'records') AND (?1 IS NULL OR n < ?1) AND (?2 IS NULL OR state = ?2) "
    "ORDER BY n DESC LIMIT ?3"
)
_NEXT = _COLUMNS + " WHERE state NOT IN ('done', 'failed') ORDER BY n LIMIT 1"


@dataclass(frozen=True, slots=True)
class Job:
    """One job as it stands.

    Args:
        n: order of arrival, which is the order they are done in.
        request: what was asked: names, options, counts.
        attempts: how often it was begun.
        crashes: how often the runner ended in the middle of it while its server went on.
        result: what came of it, from `published` on.
        problem: status and detail of why it failed.
    """

    n: int
    job_id: str
    kind: JobKind
    state: JobState
    actor: str
    request: dict[str, Any]
    created_at: str
    started_at: str | None
    finished_at: str | None
    attempts: int
    crashes: int
    load_id: int | None
    result: dict[str, Any] | None
    problem: dict[str, Any] | None

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in OVER


@dataclass(frozen=True)
class JobTables:
    """Reads and writes of jobs on one connection; a writer is inside a transaction."""

    connection: apsw.Connection

    def add(self, job_id: str, kind: JobKind, actor: str, request: Mapping[str, Any]) -> Job:
        """The job waits for its turn."""
        self.connection.execute(
            "INSERT INTO job (job_id, kind, state, actor, request, created_at) VALUES (?, ?, 'queued', ?, ?, ?)",
            (job_id, kind, actor, json.dumps(request), _now()),
        )
        return self.get(job_id)

    def get(self, job_id: str) -> Job:
        """The job of that id.

        Raises:
            UnknownRecord: there is none.
        """
        row = self.connection.execute(_ONE, (job_id,)).fetchone()
        if row is None:
            raise UnknownRecord("there is no such job; see: GET loads")
        return _job(row)

    def page(self, before: int | None, state: JobState | None, limit: int) -> list[Job]:
        """Jobs that load something, the newest first, from the one before number `before` on."""
        return [_job(row) for row in self.connection.execute(_PAGE, (before, state, limit))]

    def next(self) -> Job | None:
        """The oldest job that is not over."""
        row = self.connection.execute(_NEXT).fetchone()
        return _job(row) if row else None

    def unfinished(self) -> frozenset[str]:
        """Ids of the jobs that are not over."""
        rows = self.connection.execute("SELECT job_id FROM job WHERE state NOT IN ('done', 'failed')")
        return frozenset(str(row[0]) for row in rows)

    def begin(self, job_id: str, server: str) -> Job:
        """The job is being worked on, from its beginning.

        Args:
            server: whose runner begins it; one that was begun by the same server before was ended by a crash.
        """
        self.connection.execute(
            "UPDATE job SET crashes = crashes + (state = 'running' AND server IS ?1), state = 'running', server = ?1, "
            "attempts = attempts + 1, started_at = ?2 WHERE job_id = ?3 AND state IN ('queued', 'running')",
            (server, _now(), job_id),
        )
        return self.get(job_id)

    def publish(self, job_id: str, load_id: int | None, result: Mapping[str, Any]) -> None:
        """The job's change is in the ledger: called in the transaction that brings it there."""
        self.connection.execute(
            "UPDATE job SET state = 'published', load_id = ?, result = ? WHERE job_id = ? AND state = 'running'",
            (load_id, json.dumps(result), job_id),
        )
        assert self.connection.changes() == 1, "a job is published once"

    def finish(self, job_id: str, result: Mapping[str, Any]) -> None:
        """Nothing more comes of it."""
        self.connection.execute(
            "UPDATE job SET state = 'done', result = ?, finished_at = ? WHERE job_id = ? AND state = 'published'",
            (json.dumps(result), _now(), job_id),
        )

    def fail(self, job_id: str, status: int, detail: str) -> None:
        """Nothing of it is in the ledger, and nothing will be."""
        self.connection.execute(
            "UPDATE job SET state = 'failed', problem = ?, finished_at = ? "
            "WHERE job_id = ? AND state IN ('queued', 'running')",
            (json.dumps({"status": status, "detail": detail}), _now(), job_id),
        )


def _job(row: tuple[Any, ...]) -> Job:
    n, job_id, kind, state, actor, request, *more, result, problem = row
    told = [json.loads(text) if text else None for text in (result, problem)]
    values: tuple[Any, ...] = (n, job_id, JobKind(kind), JobState(state), actor, json.loads(request), *more, *told)
    return Job(*values)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
