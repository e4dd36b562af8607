"""Loads as a list and one by one, whether they came by a browser, another system or the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from api.jobs.tables import Job
from linkage.ledger import FileSummary, Issue, LoadRow

KINDS = ("rejected", "warned")
PUBLISHED_IS = "running"
"""How a job is called whose load is in, while what follows it is still to come."""


def listed(jobs: Sequence[Job], loads: Sequence[LoadRow]) -> list[dict[str, Any]]:
    """Jobs and loads as one list, the newest first; a load that a job brought stands once."""
    brought = {job.load_id for job in jobs if job.load_id is not None}
    summary = {load.load_id: load.summary for load in loads}
    rows = [
        {
            "name": job.request.get("file") or job.kind.value,
            "href": f"/loads/{job.job_id}",
            "source": job.request["source"],
            "state": _state(job.state.value),
            "at": job.created_at,
            "by": job.actor,
            "rows": summary.get(job.load_id or 0, {}).get("rows"),
            "rejected": summary.get(job.load_id or 0, {}).get("rejected"),
        }
        for job in jobs
    ]
    rows += [
        {
            "name": f"{load.source} {load.load_id}",
            "href": f"/loads/{load.load_id}",
            "source": load.source,
            "state": "done",
            "at": load.finished_at,
            "by": load.actor,
            "rows": load.summary.get("rows"),
            "rejected": load.summary.get("rejected"),
        }
        for load in loads
        if load.load_id not in brought
    ]
    return sorted(rows, key=lambda row: str(row["at"]), reverse=True)


def told(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the page of a job shows.

    Args:
        document: the whole document of the job.
    """
    load = document["load"] or {}
    files = load.get("files", [])
    return {
        "name": document["request"].get("file") or document["kind"],
        "source": document["source"],
        "state": _state(str(document["state"])),
        "progress": document["progress"],
        "problem": document["problem"],
        "number": document["job_id"],
        "rows": sum(file["rows"] for file in files),
        "accepted": sum(file["accepted"] for file in files),
        "rejected": sum(file["rejected_total"] for file in files),
        "issues": [
            _issues(kind, [row for file in files for row in file[kind]], sum(file[f"{kind}_total"] for file in files))
            for kind in KINDS
        ],
        "unchanged": bool(load.get("unchanged")),
        "result": load if files else None,
    }


def committed(row: LoadRow, files: Sequence[FileSummary], issues: Mapping[str, Sequence[Issue]]) -> dict[str, Any]:
    """The same of a load that came by the command line.

    Args:
        issues: the first rejects and the first warnings.
    """
    totals = {"rejected": sum(file.rejected for file in files), "warned": sum(file.warned for file in files)}
    return {
        "name": f"{row.source} {row.load_id}",
        "source": row.source,
        "state": "done",
        "progress": None,
        "problem": None,
        "number": str(row.load_id),
        "rows": sum(file.rows for file in files),
        "accepted": sum(file.accepted for file in files),
        "rejected": totals["rejected"],
        "issues": [_issues(kind, [asdict(one) for one in issues[kind]], totals[kind]) for kind in KINDS],
        "unchanged": False,
        "result": None,
    }


def _issues(kind: str, rows: Sequence[Mapping[str, Any]], total: int) -> dict[str, Any]:
    return {"kind": kind, "rows": rows, "total": total}


def _state(state: str) -> str:
    return PUBLISHED_IS if state == "published" else state
