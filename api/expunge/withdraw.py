"""The first half of an expunging: a load that withdraws all that is about the person, so that everything follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import apsw
import polars as pl

from api import scores
from api.expunge.work import Work
from api.load import earlier_versions
from api.progress import Progress
from api.publish import Outcome, Publication, publish
from linkage.ledger import FactStore, FileSummary, LoadRow, LoadTables, Workspace
from linkage.ledger.lookup import WITHDRAWN
from linkage.ledger.naming import NAMED_IN
from linkage.schema import PERSON, Kind

SOURCE = "expunging"
"""What the load is called; it has no manifest and no file."""


def withdraw(workspace: Workspace, work: Work, actor: str, progress: Progress) -> Outcome | None:
    """Identities, graph, search and scores are as if the person had never been told of; None where they are already.

    The caller holds the writer's place.
    """
    with workspace.reading() as connection:
        loads = LoadTables(connection).ids()
        day = scores.as_of(connection) or date.today()
    workspace.fact_store.sweep(loads)
    withdrawn = _withdrawn(workspace, loads, work)
    if not withdrawn:
        return None
    load_id = (loads[-1] if loads else 0) + 1
    workspace.fact_store.write(load_id, {}, withdrawn)
    publication = Publication(
        loads=(*loads, load_id),
        today=day,
        kinds=frozenset(withdrawn),
        before=earlier_versions(workspace, loads, withdrawn.get(Kind.PERSON, PERSON.empty()["key"])),
        reason="expunged",
    )
    return publish(workspace, publication, _Entry(load_id, actor, day), progress)


def _withdrawn(workspace: Workspace, loads: Sequence[int], work: Work) -> dict[Kind, pl.Series]:
    """Keys a kind of the current facts that name the person."""
    found = {}
    for kind, columns in NAMED_IN.items():
        if not columns:
            continue
        current = workspace.fact_store.current(kind, loads, _told(kind)[:-1])
        keys = current.filter(work.named.is_about(kind))["key"]
        if len(keys):
            found[kind] = keys
    return found


@dataclass(frozen=True)
class _Entry:
    """The load's row."""

    load_id: int
    actor: str
    day: date

    cause = "load"

    @property
    def ref(self) -> int:
        return self.load_id

    def write(self, connection: apsw.Connection) -> None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        row = LoadRow(
            load_id=self.load_id,
            source=SOURCE,
            manifest="",
            mode="delete",
            options="{}",
            today=self.day.isoformat(),
            started_at=now,
            finished_at=now,
            actor=self.actor,
            summary={"rows": 0, "rejected": 0},
        )
        none: list[FileSummary] = []
        LoadTables(connection).insert(row, none)

    def conclude(self, connection: apsw.Connection, outcome: Outcome) -> None:
        """Nothing else tells of it: the expunging itself does, when it is done."""


def count_rows(store: FactStore, loads: Sequence[int], work: Work) -> dict[Kind, int]:
    """How many rows of each kind the loads wrote about the person, versions that were corrected among them."""
    counts = {}
    for kind in (kind for kind, columns in NAMED_IN.items() if columns):
        read = [rows for load in loads if (rows := store.rows(load, kind, _told(kind))) is not None]
        if count := sum(rows.filter(~pl.col(WITHDRAWN) & work.named.is_about(kind)).height for rows in read):
            counts[kind] = count
    return counts


def take_out(workspace: Workspace, work: Work, progress: Progress) -> None:
    """No load's files hold a row about the person.

    From the oldest load to the newest, so that the withdrawal stands until the rows that it withdraws are gone. A
    withdrawal itself goes where nothing is left for it to withdraw.
    """
    store = workspace.fact_store
    with workspace.reading() as connection:
        loads = LoadTables(connection).ids()
    kinds = [kind for kind, columns in NAMED_IN.items() if columns]
    idle = {kind: _idle(store, loads, kind, work) for kind in kinds}
    progress.stage("rewriting files", len(loads))
    for load in loads:
        left = {}
        for kind in kinds:
            goes = work.named.is_about(kind) | (pl.col(WITHDRAWN) & pl.col("key").is_in(idle[kind].implode()))
            told = store.rows(load, kind, _told(kind))
            if told is not None and told.filter(goes).height:
                rows = store.rows(load, kind)
                assert rows is not None, "its other columns were just read"
                left[kind] = rows.filter(~goes)
        if left:
            store.replace(load, left)
        progress.advance()


def _idle(store: FactStore, loads: Sequence[int], kind: Kind, work: Work) -> pl.Series:
    """Withdrawn keys of a kind that no row would hold any more, once the person's are gone."""
    read = [rows for load in loads if (rows := store.rows(load, kind, _told(kind))) is not None]
    marks = [rows.filter(WITHDRAWN)["key"] for rows in read]
    withdrawn = pl.concat([pl.Series("key", [], dtype=pl.String), *marks]).unique()
    for rows in read:
        others = rows.filter(~pl.col(WITHDRAWN) & ~work.named.is_about(kind))["key"]
        withdrawn = withdrawn.filter(~withdrawn.is_in(others.implode()))
    return withdrawn


def _told(kind: Kind) -> list[str]:
    """The columns that say whom a row is about, and whether it holds."""
    return list(dict.fromkeys(["key", *NAMED_IN[kind], WITHDRAWN]))
