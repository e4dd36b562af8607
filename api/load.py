"""A load, from files to scores: read, standardise, resolve, project, score, publish in one transaction."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import apsw
import polars as pl

from api.also import Also, nothing
from api.declared import declared, is_newer_dump
from api.engine import HERE, Engine
from api.expunge.refused import last_told, without_expunged
from api.graph_store import LEDGER, GraphStoreChoice
from api.intake import FileIntake, intake
from api.people_of import people_of
from api.progress import Progress, Silent
from api.projection import follow_up
from api.publish import Outcome, Publication, publish
from api.restriction import restriction_of
from eligibility.exchange_tables import ExchangeTables
from linkage.errors import SourceError
from linkage.ledger import Decision, Decisions, FileSummary, LoadRow, LoadTables, Workspace
from linkage.ledger.load_keys import LoadKeys
from linkage.schema import FACTS, PERSON, Kind
from linkage.sources import LoadMode, Manifest, ReadOptions, load_manifest

WITHDRAWAL_LIMIT = 0.1
"""Share of a source's rows that a snapshot may withdraw unasked."""


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """What a user asks to be loaded.

    Args:
        source: a built-in manifest's name, or the path of one.
        today: the load day, which is also the day the scores are for.
        mode: delta, snapshot or delete; None = as the manifest says.
        confirm: a snapshot may withdraw more than a tenth.
        reason: why it is loaded, for the trail of what the files answer; None = that this load brought it.
        actor: who loads.
        is_live: records as they are now: bytes that were loaded before count again where something else came since.
        with_people: the document says whose each row is.
        engine: where it is read and resolved.
    """

    files: tuple[Path | str, ...]
    source: str
    today: date
    mode: str | None = None
    date_order: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    confirm: bool = False
    reason: str | None = None
    actor: str = "local"
    is_live: bool = False
    with_people: bool = False
    engine: Engine = HERE

    def options(self) -> ReadOptions:
        """What the user declared over the manifest."""
        return ReadOptions(date_order=self.date_order, encoding=self.encoding, delimiter=self.delimiter)


@dataclass(frozen=True)
class _Plan:
    """What a load would write.

    Args:
        facts: new and corrected facts a kind.
        withdrawn: keys a kind that no longer hold.
    """

    facts: dict[Kind, pl.DataFrame] = field(default_factory=dict)
    withdrawn: dict[Kind, pl.Series] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not (any(map(len, self.facts.values())) or any(map(len, self.withdrawn.values())))


def load(
    workspace: Workspace,
    request: LoadRequest,
    progress: Progress | None = None,
    store: GraphStoreChoice = LEDGER,
    also: Also = nothing,
) -> dict[str, Any]:
    """The files are in the workspace, with everything that follows from them, or nothing of them is.

    Args:
        store: a server that follows the ledger is brought up afterwards; one that cannot be takes nothing back.
        also: what else is written in the load's transaction, or in one of its own where the files brought nothing.

    Returns:
        The `load` document.

    Raises:
        SourceError: a file, option or manifest is refused.
        LedgerError: another writer kept the workspace too long.
    """
    progress = progress or Silent()
    document = _load(workspace, request, progress, also)
    return document | follow_up(workspace, store, progress)


def _load(workspace: Workspace, request: LoadRequest, progress: Progress, also: Also) -> dict[str, Any]:
    started = time.perf_counter()
    began = datetime.now(UTC)
    manifest = load_manifest(request.source)
    mode = str(LoadMode(request.mode)) if request.mode else str(manifest.mode)
    with workspace.exclusive():
        with workspace.reading() as connection:
            loads = LoadTables(connection).ids()
            restriction = restriction_of(connection)
        for path in request.files:
            restriction.require(path, request.source, manifest)
        workspace.fact_store.sweep(loads)
        read = _take_in(workspace, request, (manifest, mode), progress)
        taken = [without_expunged(workspace, file) for file in read]
        for file in taken:
            restriction.require_codes(file.path, _codes(file))
        plan = _plan(workspace, taken, (manifest, mode, request.confirm), loads)
        load_id = (loads[-1] if loads else 0) + 1
        telling = _Telling(taken, started, also, is_unchanged=plan.is_empty, with_people=request.with_people)
        if _tells_nothing(workspace, request, plan, (taken, manifest, mode)):
            with workspace.transaction() as connection:
                return telling.tell(connection, None, Outcome.nothing())
        progress.stage("writing records")
        workspace.fact_store.write(load_id, plan.facts, plan.withdrawn)
        publication = _publication(workspace, plan, [*loads, load_id], request)
        row = LoadRow(
            load_id=load_id,
            source=manifest.name,
            manifest=manifest.digest,
            mode=mode,
            options=_options(request),
            today=request.today.isoformat(),
            started_at=began.isoformat(timespec="seconds"),
            finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
            actor=request.actor,
            summary={
                "rows": sum(file.rows for file in taken),
                "rejected": sum(file.rejected.height for file in taken),
                **declared(manifest, [file.facts for file in taken]),
            },
        )
        marks = workspace.fact_store.marks(load_id)
        assert marks is not None, "its rows were just written with their lookup"
        entry = _Entry(row, taken, telling, marks)
        publish(workspace, publication, entry, progress)
        workspace.merged.merge(publication.loads)
    return entry.document


def _tells_nothing(
    workspace: Workspace, request: LoadRequest, plan: _Plan, given: tuple[Sequence[FileIntake], Manifest, str]
) -> bool:
    """Whether there is nothing to write: not even that a partner's dump was looked at on a later day."""
    taken, manifest, mode = given
    if not taken:
        return True
    if request.is_live:
        return plan.is_empty
    is_known = plan.is_empty and all(file.is_seen for file in taken)
    return is_known and not is_newer_dump(workspace, manifest, mode, request.today)


def check(path: Path, request: LoadRequest) -> dict[str, Any]:
    """What loading the file would accept, reject and warn about; nothing is loaded.

    Returns:
        The file's entry of the `load` document, with `kinds` counting what the rows mention.

    Raises:
        SourceError: the file, an option or the manifest is refused.
    """
    manifest = load_manifest(request.source)
    taken = intake(path, manifest, request.options(), (0, request.today))
    kinds = {str(kind): frame.height for kind, frame in taken.facts.items()}
    return {"source": manifest.name, "kinds": kinds, **_file_document(taken)}


@dataclass(frozen=True, slots=True)
class _Telling:
    """What tells of a load: its document, made in its transaction.

    Args:
        started: as `time.perf_counter` had it.
        also: what else is written then.
    """

    taken: Sequence[FileIntake]
    started: float
    also: Also
    is_unchanged: bool
    with_people: bool

    def tell(self, connection: apsw.Connection, load_id: int | None, outcome: Outcome) -> dict[str, Any]:
        document = _document(load_id, self.taken, outcome, self.started) | {"unchanged": self.is_unchanged}
        if load_id is None:
            document["loaded_before"] = [file.seen_in for file in self.taken]
        if self.with_people:
            document["people"] = people_of(connection, self.taken)
        self.also(connection, document)
        return document


@dataclass
class _Entry:
    """The load's own rows, written in the transaction that publishes it."""

    row: LoadRow
    taken: Sequence[FileIntake]
    telling: _Telling
    marks: Sequence[int]
    document: dict[str, Any] = field(default_factory=dict)

    cause = "load"

    @property
    def actor(self) -> str:
        return self.row.actor

    @property
    def ref(self) -> int:
        return self.row.load_id

    def write(self, connection: apsw.Connection) -> None:
        tables = LoadTables(connection)
        tables.insert(self.row, [_summary(number, file) for number, file in enumerate(self.taken)])
        for file in self.taken:
            tables.insert_issues(self.row.load_id, file.rejected, file.warned)
        LoadKeys(connection).add(self.row.load_id, self.marks)

    def conclude(self, connection: apsw.Connection, outcome: Outcome) -> None:
        self.document = self.telling.tell(connection, self.ref, outcome)


def _take_in(
    workspace: Workspace, request: LoadRequest, read_as: tuple[Manifest, str], progress: Progress
) -> list[FileIntake]:
    manifest, mode = read_as
    options = _options(request)
    taken = []
    progress.stage("reading", len(request.files))
    for number, path in enumerate(request.files):
        file = request.engine.read(path, manifest, request.options(), (number, request.today))
        with workspace.reading() as connection:
            seen = LoadTables(connection).seen(file.sha256, manifest.digest, mode, options)
        taken.append(file.marked(None if request.is_live else seen))
        progress.advance()
    return taken


def _codes(file: FileIntake) -> set[str | None]:
    """Which sources the rows of a file are of."""
    return {code for facts in file.facts.values() for code in facts["source"].unique()}


def _plan(
    workspace: Workspace, taken: Sequence[FileIntake], read_as: tuple[Manifest, str, bool], loads: Sequence[int]
) -> _Plan:
    """What is new against the current facts. Bytes loaded before bring nothing again, even after a correction."""
    manifest, mode, confirm = read_as
    plan = _Plan()
    for kind in manifest.kinds:
        files = [file for file in taken if kind in file.facts and (mode != "delta" or not file.is_seen)]
        if not files:
            continue
        given, left = last_told(files, kind)
        current = workspace.fact_store.current(kind, loads, ["key", "source", "content"])
        if mode == "delete":
            named = pl.concat([given["key"], left])
            plan.withdrawn[kind] = named.filter(named.is_in(current["key"].implode()))
            continue
        plan.facts[kind] = given.join(current, on=["key", "content"], how="anti")
        gone = [left.filter(left.is_in(current["key"].implode()))]
        if mode == "snapshot":
            gone.append(_withdrawn(given, current, taken, confirm=confirm))
        plan.withdrawn[kind] = pl.concat(gone).unique(maintain_order=True)
    return plan


def _withdrawn(given: pl.DataFrame, current: pl.DataFrame, taken: Sequence[FileIntake], *, confirm: bool) -> pl.Series:
    held = current.join(given.select("source").unique(), on="source", how="semi")
    gone = held.join(given, on="key", how="anti")["key"]
    if len(gone) > WITHDRAWAL_LIMIT * len(held) and not confirm:
        raise SourceError(
            taken[0].path,
            "withdraws-too-much",
            f"as a snapshot it would withdraw {len(gone)} of {len(held)} rows; is the file whole? "
            "Say --confirm if that is meant",
        )
    return gone


def _publication(workspace: Workspace, plan: _Plan, loads: Sequence[int], request: LoadRequest) -> Publication:
    changed = plan.facts.get(Kind.PERSON, PERSON.empty())["key"]
    gone = plan.withdrawn.get(Kind.PERSON, pl.Series([], dtype=pl.String)).cast(pl.String)
    return Publication(
        loads=tuple(loads),
        kinds=frozenset(kind for rows in (plan.facts, plan.withdrawn) for kind, frame in rows.items() if len(frame)),
        changed=frozenset(changed),
        before=earlier_versions(workspace, loads[:-1], pl.concat([changed, gone])),
        decisions=_decisions(workspace, plan, request),
        vehicles=plan.facts.get(Kind.VEHICLE),
        named=_named(workspace, plan),
        reason=request.reason,
        today=request.today,
        resolver=request.engine.resolve,
    )


def _named(workspace: Workspace, plan: _Plan) -> frozenset[str]:
    """Person records that enrolments, checks and answers of the plan are about, of which no score or identity tells."""
    told = (Kind.ENROLMENT, Kind.CHECK)
    named = [key for kind in told if kind in plan.facts for key in plan.facts[kind]["record_key"].drop_nulls()]
    if Kind.PARTNER_ANSWER in plan.facts:
        with workspace.reading() as connection:
            named += ExchangeTables(connection).anchors(plan.facts[Kind.PARTNER_ANSWER]["request_id"])
    return frozenset(named)


def earlier_versions(workspace: Workspace, loads: Sequence[int], touched: pl.Series) -> pl.DataFrame | None:
    """What the loads so far say of the person records that change (PERSON without `raw`); None where none does."""
    if not len(touched):
        return None
    earlier = workspace.fact_store.current(Kind.PERSON, loads, PERSON.without("raw"))
    return earlier.filter(pl.col("key").is_in(touched.implode()))


def _decisions(workspace: Workspace, plan: _Plan, request: LoadRequest) -> tuple[Decision, ...]:
    """Decisions that a file brings, as the ledger keeps them."""
    rows = plan.facts.get(Kind.DECISION, FACTS[Kind.DECISION].empty())
    with workspace.reading() as connection:
        first = Decisions(connection).next_number()
    return tuple(
        Decision(
            n=first + i,
            a=min(row["a"], row["b"]),
            b=max(row["a"], row["b"]),
            judgement=row["judgement"],
            reason=row["reason"],
            by=row["by"],
            at=row["at"] or request.today.isoformat(),
        )
        for i, row in enumerate(rows.iter_rows(named=True))
    )


def _options(request: LoadRequest) -> str:
    return json.dumps(asdict(request.options()), sort_keys=True)


def _summary(number: int, file: FileIntake) -> FileSummary:
    return FileSummary(
        file=number,
        path=str(file.path),
        sha256=file.sha256,
        rows=file.rows,
        accepted=file.rows - file.rejected.height,
        rejected=file.rejected.height,
        warned=file.warned.height,
    )


def _document(load_id: int | None, taken: Sequence[FileIntake], outcome: Outcome, started: float) -> dict[str, Any]:
    return {
        "load_id": load_id,
        "files": [_file_document(file) for file in taken],
        **outcome.document(),
        "seconds": round(time.perf_counter() - started, 3),
    }


def _file_document(file: FileIntake) -> dict[str, Any]:
    return {
        "file": str(file.path),
        "sha256": file.sha256,
        "rows": file.rows,
        "accepted": file.rows - file.rejected.height,
        "rejected": _issues(file.path, file.rejected),
        "warned": _issues(file.path, file.warned),
    }


def _issues(path: Path | str, issues: pl.DataFrame) -> list[Mapping[str, Any]]:
    return [
        {"file": str(path), **{name: row[name] for name in ("line", "column", "rule", "message")}}
        for row in issues.iter_rows(named=True)
    ]
