"""A load job done: the load's own transaction says what came of it, so that neither is there without the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

import apsw

from api.jobs.acceptance import RECORDS
from api.jobs.incoming import Incoming
from api.jobs.states import JobKind
from api.jobs.tables import Job, JobTables
from api.load import LoadRequest, load
from api.progress import Progress
from linkage.ledger import Workspace
from linkage.sources import LoadMode

_COUNTS = (
    "unchanged",
    "identities",
    "pairs_scored",
    "rescored",
    "scores_changed",
    "screened",
    "reviews_opened",
    "reviews_reopened",
    "reviews_extended",
    "seconds",
)


def do_load(workspace: Workspace, job: Job, progress: Progress) -> None:
    """The job's file or records are loaded, and the job says so.

    Raises:
        SourceError: the file is refused.
        LedgerError: the writer's place was not to be had; try again.
    """

    def also(connection: apsw.Connection, document: Mapping[str, Any]) -> None:
        made = _of_records if job.kind is JobKind.RECORDS else _of_file
        JobTables(connection).publish(job.job_id, document["load_id"], made(document))

    load(workspace, _request(workspace, job), progress, also=also)


def _request(workspace: Workspace, job: Job) -> LoadRequest:
    asked, folder = job.request, Incoming(workspace.path).folder(job.job_id)
    is_live = job.kind is JobKind.RECORDS
    return LoadRequest(
        files=(folder / (RECORDS if is_live else asked["file"]),),
        source=asked["source"],
        today=date.fromisoformat(asked["today"]),
        mode=LoadMode.DELTA if is_live else asked.get("mode"),
        date_order=asked.get("date_order"),
        encoding="utf-8" if is_live else asked.get("encoding"),
        delimiter=asked.get("delimiter"),
        confirm=asked["confirm"],
        actor=job.actor,
        is_live=is_live,
        with_people=is_live,
    )


def _of_file(document: Mapping[str, Any]) -> dict[str, Any]:
    """What a job keeps of the `load` document: counts. Rejects and moves are in the ledger's own tables."""
    [file] = document["files"]
    counted = {name: file[name] for name in ("sha256", "rows", "accepted")}
    counted |= {"file": file["file"].rsplit("/", 1)[-1]}
    counted |= {name: len(file[name]) for name in ("rejected", "warned")}
    [before] = document.get("loaded_before", [None])
    told = {"files": [counted], "issues_of": before, "move_count": len(document["moves"])}
    return told | {name: document[name] for name in _COUNTS}


def _of_records(document: Mapping[str, Any]) -> dict[str, Any]:
    """Whose each record is, or why it is nobody's, by its place in the list; no value of any."""
    [file] = document["files"]
    people = {row["line"]: row["identity_id"] for row in document["people"]}
    told: dict[int, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: {"rejected": [], "warned": []})
    for name in ("rejected", "warned"):
        for one in file[name]:
            told[one["line"]][name].append({part: one[part] for part in ("column", "rule", "message")})
    records = [
        {"line": line, "accepted": not told[line]["rejected"], "identity_id": people.get(line), **told[line]}
        for line in range(1, file["rows"] + 1)
    ]
    counts = {name: document[name] for name in _COUNTS}
    return (
        {"accepted": file["accepted"], "rejected": len(file["rejected"])}
        | counts
        | {
            "moves": document["moves"],
            "records": records,
        }
    )
