"""The match index of a workspace on disk, brought up to its ledger: `python -m api.match_build WORKSPACE`.

A server runs this as a process of its own, so that no process that answers requests needs the memory or the time.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw
import polars as pl

from linkage.ledger import Workspace
from linkage.model import Model, load_model
from linkage.pipeline.kept_index import COLUMNS, KeptFiles
from linkage.schema import Kind

FOLDER = "match"
LOCK = "match.lock"
LOCK_WAIT_S = 3600.0
GROWTH = 2
"""A segment is written anew with those after it once they have half as many rows, so that segments stay few and the
work for a row grows with the logarithm of their number only."""


@dataclass(frozen=True, slots=True)
class LoadStamp:
    """One load as far as the index wants to know: that it is this load and no other of its number."""

    load_id: int
    finished_at: str
    manifest: str


def files_of(workspace: Workspace) -> KeptFiles:
    """Where the index of the workspace is kept."""
    return KeptFiles(workspace.path / FOLDER)


def forget(workspace: Workspace) -> None:
    """Nothing of anybody is left in the index, on disk and, before its next answer, in every serving process.

    To be called by whoever takes facts out of a workspace for good (an expunged person), once the facts are gone from
    `records/` and while holding the writer's place: the index is made of those facts, holds copies of names and
    identifiers in `match/`, and is made anew from what is left. Mapped files of other processes are freed by the
    system when those let go of them, at their next request for a match or when they end.
    """
    with workspace.exclusive(LOCK_WAIT_S, LOCK):
        files_of(workspace).forget()


def stamps(connection: apsw.Connection) -> list[LoadStamp]:
    """All loads of the ledger, in order."""
    rows = connection.execute("SELECT load_id, finished_at, manifest FROM load ORDER BY load_id")
    return [LoadStamp(*row) for row in rows]


def digest_of(loads: Sequence[LoadStamp]) -> str:
    """Differs where any of the loads does, as after a backup of another history was restored."""
    text = "\n".join(f"{load.load_id} {load.finished_at} {load.manifest}" for load in loads)
    return hashlib.sha256(text.encode()).hexdigest()


def kept(files: KeptFiles, loads: Sequence[LoadStamp], model: Model) -> tuple[Mapping[str, Any], ...]:
    """Entries of the segments on disk, if they are of this history; else none."""
    said = files.pointed(model)
    if not said.segments:
        return ()
    covered = [load for load in loads if load.load_id <= int(said.segments[-1]["last"])]
    return said.segments if digest_of(covered) == said.ledger else ()


def first_of(held: Sequence[tuple[int, int]], rows: int) -> int:
    """How many of the segments stay as they are when so many rows follow them.

    Args:
        held: first load and rows of each segment, oldest first.
    """
    stay = len(held)
    while stay and held[stay - 1][1] <= GROWTH * rows:
        rows += held[stay - 1][1]
        stay -= 1
    return stay


def facts_of_loads(
    workspace: Workspace, loads: Sequence[int], *, is_first: bool
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The person records that the loads brought, in their newest version, and the keys that they withdrew.

    Args:
        is_first: no load came before them, so that there was nothing to withdraw.
    """
    store = workspace.fact_store
    gone = () if is_first else tuple(store.withdrawn(Kind.PERSON, loads))
    return store.current(Kind.PERSON, loads, COLUMNS), gone


def build(workspace: Workspace, model: Model) -> None:
    """The files hold every load that the ledger held when this began; one process at a time builds."""
    with workspace.exclusive(LOCK_WAIT_S, LOCK):
        with workspace.reading() as connection:
            loads = stamps(connection)
        files = files_of(workspace)
        entries = list(kept(files, loads, model))
        entries = entries if all(files.is_whole(entry) for entry in entries) else []
        last = int(entries[-1]["last"]) if entries else 0
        pending = [load.load_id for load in loads if load.load_id > last]
        if not pending:
            return
        rows = workspace.fact_store.count(Kind.PERSON, pending)
        stay = first_of([(int(entry["first"]), int(entry["rows"])) for entry in entries], rows)
        first = int(entries[stay]["first"]) if stay < len(entries) else pending[0]
        again = [load.load_id for load in loads if load.load_id >= first]
        facts, removed = facts_of_loads(workspace, again, is_first=not stay)
        entry = files.write((again[0], again[-1]), facts, removed, model)
        files.point(model, digest_of(loads), [*entries[:stay], entry])


def main() -> None:
    """Builds for the workspace named on the command line, behind everything else that wants the processor."""
    os.nice(10)
    build(Workspace(Path(sys.argv[1])), load_model())


if __name__ == "__main__":
    main()
