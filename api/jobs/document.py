"""A job as others see it: where it stands, and what came of it with its rejects a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import apsw

from api.jobs.states import JobKind, JobState
from api.jobs.tables import Job
from linkage.ledger import LoadTables

FIRST = 100
"""Rejects, and warnings, that the document of a load holds; the rest are read page by page."""
START = (-1, -1, -1)
"""The place before the first reject or warning."""
MOVES = 500
"""Moves of identities that it holds; all of them are among the changes."""
_MOVES = (
    "SELECT kind, from_id, to_id FROM move JOIN run USING (run_id) WHERE cause = 'load' AND ref = ? "
    "AND kind NOT IN ('mint', 'grow') ORDER BY move.rowid LIMIT ?"
)


def job_document(job: Job, stage: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Where a job stands.

    Args:
        stage: of one that is being worked on.
    """
    return {
        "job_id": job.job_id,
        "kind": job.kind,
        "state": job.state,
        "source": job.request.get("source"),
        "request": {name: value for name, value in job.request.items() if name != "source"},
        "by": job.actor,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "attempts": job.attempts,
        "progress": dict(stage) if stage and job.state is JobState.RUNNING else None,
        "load_id": job.load_id,
        "problem": job.problem,
    }


def whole_document(connection: apsw.Connection, job: Job, stage: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The same with what came of it: the `load` document, or whose each record is."""
    document = job_document(job, stage) | {"load": None}
    if job.result is None:
        return document
    told = {name: value for name, value in job.result.items() if name not in ("issues_of", "move_count")}
    if job.kind is JobKind.RECORDS:
        return document | {"load": {"load_id": job.load_id, **told}}
    cut = []
    for file in told["files"]:
        for name in ("rejected", "warned"):
            file[f"{name}_total"] = file[name]
            file[name] = issues(connection, job, START, FIRST, rejected=name == "rejected")[0]
            if len(file[name]) < file[f"{name}_total"]:
                cut.append(f"the first {FIRST} of {file[f'{name}_total']} {name} rows")
    moves = [] if job.load_id is None else _moves(connection, job.load_id)
    if len(moves) < job.result["move_count"]:
        cut.append(f"the first {MOVES} of {job.result['move_count']} moves")
    told |= {"load_id": job.load_id, "moves": moves, "truncated": bool(cut), "notice": _notice(cut)}
    return document | {"load": told}


def issues(
    connection: apsw.Connection, job: Job, after: tuple[int, int, int], limit: int, *, rejected: bool
) -> tuple[list[dict[str, Any]], tuple[int, int, int] | None]:
    """Rejects or warnings of a job after a place among them, and the place of the last one, None for no more.

    A file that was loaded before has those of the load that brought it.
    """
    of = load_of_issues(job)
    found = [] if of is None else LoadTables(connection).issues_after(of, after, limit + 1, rejected=rejected)
    name = job.request["file"]
    rows = [
        {"file": name, "line": one.line or None, "column": one.column, "rule": one.rule, "message": one.message}
        for one in found[:limit]
    ]
    last = found[limit - 1] if len(found) > limit else None
    return rows, (last.file, last.line, last.place) if last else None


def load_of_issues(job: Job) -> int | None:
    """The load that has the rejects and warnings of the job's file; None where there is none."""
    if job.result is None or job.kind is JobKind.RECORDS:
        return None
    of = job.load_id if job.load_id is not None else job.result["issues_of"]
    return None if of is None else int(of)


def _moves(connection: apsw.Connection, load_id: int) -> list[dict[str, Any]]:
    rows = connection.execute(_MOVES, (load_id, MOVES))
    return [dict(zip(("kind", "from", "to"), row, strict=True)) for row in rows]


def _notice(cut: list[str]) -> str | None:
    return f"This holds {' and '.join(cut)}; read rejects and warnings page by page." if cut else None
