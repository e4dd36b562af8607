"""What a job is about, and where it stands."""

from __future__ import annotations

from enum import StrEnum


class JobKind(StrEnum):
    """What a job does."""

    LOAD = "load"
    RECORDS = "records"
    DECISION = "decision"
    UNDO = "undo"


class JobState(StrEnum):
    """Where a job stands. The change itself is in the ledger from `published` on, and never before."""

    QUEUED = "queued"
    RUNNING = "running"
    PUBLISHED = "published"  # what follows outside the ledger is still to come: a graph server, the audit
    DONE = "done"
    FAILED = "failed"


OVER = (JobState.DONE, JobState.FAILED)
