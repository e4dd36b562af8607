"""What of a person lies in files beside the ledger, and in the pages of the ledger that nothing uses any more."""

from __future__ import annotations

import contextlib
import csv
import io
import shutil
import time
from pathlib import Path

import apsw

from api import match_build, scores
from api.audit import AuditLog
from api.engine import STAGES
from api.expunge.redaction import Redaction
from api.web.searches import Searches
from linkage.disk import sync
from linkage.errors import LedgerError
from linkage.ledger import Workspace

SAMPLES = "samples"
WAIT_S = 60.0
"""Seconds to wait for readers of the ledger to let go of what it was."""


def forget_copies(workspace: Workspace, redaction: Redaction) -> dict[str, int]:
    """What was made of the records, and is made again without the person where it is wanted, is gone.

    Returns:
        How many were touched, by place.
    """
    match_build.forget(workspace)
    workspace.merged.forget()
    shutil.rmtree(workspace.path / STAGES, ignore_errors=True)
    scores.kept_basis(workspace.path).drop()
    found = {"match": 1, "basis": 1, "searches": Searches(workspace.path).forget()}
    found[SAMPLES] = sum(_without(file, redaction) for file in sorted((workspace.path / SAMPLES).glob("*.csv")))
    return {place: count for place, count in found.items() if count}


def _without(file: Path, redaction: Redaction) -> int:
    """The pairs of a sample in which the person was are gone from its file; returns how many there were."""
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.reader(opened))
    left = [row for row in rows if not redaction.is_in(row)]
    if len(left) < len(rows):
        text = io.StringIO()
        csv.writer(text).writerows(left)
        partial = file.with_suffix(".partial")
        partial.write_text(text.getvalue(), "utf-8")
        sync(partial)
        partial.replace(file)
        sync(file.parent)
    return len(rows) - len(left)


def compact(workspace: Workspace) -> None:
    """No page of the ledger or the audit, used or not, and no page of their write-ahead logs holds what was deleted.

    Raises:
        LedgerError: a reader held the ledger as it was for longer than is waited.
    """
    deadline = time.monotonic() + WAIT_S
    for connect in (workspace.connection, AuditLog(workspace.path).connection):
        with contextlib.closing(connect()) as connection:
            while not _is_compact(connection):
                if time.monotonic() >= deadline:
                    raise LedgerError(
                        "somebody still reads the ledger as it was; when that is done, say: crosslane expunge --resume"
                    )
                time.sleep(0.2)


def _is_compact(connection: apsw.Connection) -> bool:
    """Whether the database was written anew and its log emptied; not while somebody reads what it replaces."""
    try:
        connection.execute("VACUUM")
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0]
    except apsw.BusyError:
        return False
    return not busy
