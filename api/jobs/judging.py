"""A decision, or taking one back, done as a job: what its request would have done had nobody else been writing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

import apsw

from api.also import Also
from api.decide import decide, undo
from api.jobs.acceptance import ASKED
from api.jobs.document import job_document
from api.jobs.incoming import Incoming
from api.jobs.states import JobKind
from api.jobs.tables import Job, JobTables
from api.progress import Progress
from eligibility.reviews.undone import scores_relied_on
from linkage.ledger import Decisions, Workspace

_RUN = "SELECT max(run_id) FROM run WHERE cause = ? AND ref = ?"


def do_decision(workspace: Workspace, job: Job, _: Progress) -> None:
    """The judgement stands.

    Raises:
        UnknownRecord: it names nothing.
        SettingsError: it names one thing twice.
        LedgerError: the writer's place was not to be had; try again.
    """
    asked = _asked(workspace, job)
    pair = (asked["a"], asked["b"], asked["judgement"])
    decide(workspace, *pair, asked["reason"], job.actor, _day(asked), _publishing(job))


def do_undo(workspace: Workspace, job: Job, _: Progress) -> None:
    """The decision is taken back.

    Raises:
        UnknownRecord: there is none.
        SettingsError: it was taken back before.
        LedgerError: the writer's place was not to be had; try again.
    """
    asked = _asked(workspace, job)
    undo(workspace, asked["n"], job.actor, _day(asked), asked["reason"], _publishing(job))


def judged_document(connection: apsw.Connection, job: Job) -> dict[str, Any]:
    """The job with the `link` document of what came of it, as the ledger has it."""
    document = job_document(job) | {"decided": None}
    if job.result is None:
        return document
    told = dict(job.result)
    n, has_scores = told.pop("n"), told.pop("has_scores")
    run_id = connection.execute(_RUN, (job.kind, n)).get
    scores = scores_relied_on(connection, int(run_id)) if has_scores else []
    told["relied_on"] = {**told["relied_on"], "scores": scores}
    return document | {"decided": {"decision": asdict(Decisions(connection).get(n)), **told}}


def people_moved(job: Job) -> list[str | None]:
    """Identities that a decision moved, each once, for the audit."""
    if job.kind not in (JobKind.DECISION, JobKind.UNDO) or job.result is None:
        return []
    ends = (move[end] for move in job.result["moves"] for end in ("from", "to"))
    return list(dict.fromkeys(end for end in ends if end))


def _asked(workspace: Workspace, job: Job) -> dict[str, Any]:
    file = Incoming(workspace.path).folder(job.job_id) / ASKED
    asked: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return asked


def _day(asked: Mapping[str, Any]) -> date | None:
    return date.fromisoformat(asked["today"]) if asked["today"] else None


def _publishing(job: Job) -> Also:
    """Finishes the job in the decision's transaction. It keeps ids and counts; words and figures stay in the ledger."""

    def also(connection: apsw.Connection, document: Mapping[str, Any]) -> None:
        relied_on = {name: document["relied_on"][name] for name in ("reviews", "reopened")}
        told = {name: value for name, value in document.items() if name not in ("decision", "relied_on")}
        told |= {"n": document["decision"]["n"], "relied_on": relied_on}
        JobTables(connection).publish(job.job_id, None, told | {"has_scores": bool(document["relied_on"]["scores"])})

    return also
