"""What follows from changed records or decisions, written in one transaction: identities, graph, search, scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Protocol

import apsw
import polars as pl

from api import carrier_records, scores, screening, search_index
from api.changes.writing import records_moved, tell_identities
from api.progress import Progress, percent
from api.screening import Concluded
from api.screening_scene import Facts, Scene, Turned
from api.succession_rulings import SuccessionRulings
from eligibility.screening.runs import Cause, Screening
from eligibility.trail import Step, Trail
from graph import project
from graph.basis import Basis
from graph.embedded import ChangeLog, EmbeddedStore
from graph.kept_basis import KeptBasis
from graph.policy_file import load_policy
from graph.schema import GraphChange, Projection
from graph.scope import EVERYTHING, Scope, difference, moves_scores, needed_for, scope_of
from graph.store import EdgeReader, Mark
from linkage.identities import Move
from linkage.ledger import Decision, Decisions, IdentityTables, Workspace
from linkage.model import load_model
from linkage.pipeline import Change, Previous, Resolution, Resolver, resolve
from linkage.schema import FACTS, MEMBERSHIP, Kind


class Entry(Protocol):
    """The ledger rows that a publication is about: a load's or a decision's."""

    @property
    def cause(self) -> str:
        """load, decision or undo."""
        ...

    @property
    def actor(self) -> str:
        """The person whose load or decision it is."""
        ...

    @property
    def ref(self) -> int:
        """Number of the load or decision."""
        ...

    def write(self, connection: apsw.Connection) -> None:
        """The rows are in the ledger."""
        ...

    def conclude(self, connection: apsw.Connection, outcome: Outcome) -> None:
        """What follows is in the ledger too; whatever tells of it is written with it."""
        ...


@dataclass(frozen=True)
class Publication:
    """What changed, before it is worked out.

    Args:
        loads: ids of the loads whose facts hold, the new one included.
        kinds: of the facts that are new, corrected or withdrawn.
        changed: keys of new and corrected person records.
        before: earlier versions of corrected and removed person records (PERSON).
        decisions: new decisions.
        undone: numbers of decisions taken back.
        vehicles: new and changed vehicle facts, for the search.
        named: person records that new enrolments, checks and answers name.
        reason: why, where the person said so.
        today: the day the scores are for.
        resolver: what makes identities of it.
    """

    loads: tuple[int, ...]
    today: date
    kinds: frozenset[Kind] = frozenset()
    changed: frozenset[str] = frozenset()
    before: pl.DataFrame | None = None
    decisions: tuple[Decision, ...] = ()
    undone: tuple[int, ...] = ()
    vehicles: pl.DataFrame | None = None
    named: frozenset[str] = frozenset()
    reason: str | None = None
    resolver: Resolver = resolve


@dataclass(frozen=True)
class Outcome:
    """What a publication did.

    Args:
        moves: what happened to identities.
        compared: candidate pairs compared.
        rescored: identities scored anew; `changed_scores` of them have another figure.
        concluded: what it brought before reviewers, and what relied on a merge that does not hold any more.
    """

    moves: tuple[Move, ...]
    compared: int
    rescored: int
    changed_scores: int
    concluded: Concluded

    @classmethod
    def nothing(cls) -> Outcome:
        """Nothing changed."""
        return cls((), 0, 0, 0, Concluded(Screening()))

    def document(self) -> dict[str, Any]:
        """Its part of the `load` document."""
        counts = Counter(move.kind for move in self.moves)
        return {
            "identities": {
                "created": counts["mint"],
                "grown": counts["grow"],
                "merged": counts["merge"],
                "split": counts["split"],
            },
            "moves": [
                {"kind": move.kind, "from": move.from_id, "to": move.to_id}
                for move in self.moves
                if move.kind not in ("mint", "grow")
            ],
            "pairs_scored": self.compared,
            "rescored": self.rescored,
            "scores_changed": self.changed_scores,
            **self.reviews(),
        }

    def reviews(self) -> dict[str, int]:
        """What it did to reviews, counted."""
        screened = self.concluded.screening
        return {
            "screened": screened.screened,
            "reviews_opened": screened.opened,
            "reviews_reopened": screened.reopened + len(self.concluded.reopened),
            "reviews_extended": screened.extended,
        }


def publish(workspace: Workspace, publication: Publication, entry: Entry, progress: Progress) -> Outcome:
    """Everything that follows is worked out, then committed at once; the caller holds the writer's place."""
    persons = _facts(workspace, publication, Kind.PERSON)
    model = load_model()
    with workspace.reading() as connection:
        previous, reached = _previous(connection, publication)
        table = _ScoreTable.read(connection, scores.kept_basis(workspace.path))
    progress.stage("comparing", 100)
    before = publication.before if publication.before is not None else persons.head(0)
    change = Change(publication.changed, before, reached)
    resolution = publication.resolver(persons, change, previous, model, percent(progress))
    memberships = _after(previous.memberships, resolution)
    progress.stage("projecting the graph")
    reach = scope_of(publication.kinds, identities_changed=bool(publication.changed or before.height or reached))
    # The table of scores has one day and one policy; moving either on scores everybody anew, whatever was loaded.
    day = max(publication.today, table.day or publication.today)
    if table.is_moved(day):
        reach = EVERYTHING
    graph = _graph(workspace, publication, reach, {Kind.PERSON: persons}, (previous, resolution, memberships))
    changed = persons.filter(pl.col("key").is_in(pl.Series(sorted(publication.changed), dtype=pl.String).implode()))
    turned = _turned(entry, (before, persons), (previous, resolution, memberships))
    del persons  # the largest frame here, and done with
    with workspace.reading() as connection:
        step = difference(EmbeddedStore(connection), graph, reach)
    scored = counted = basis = None
    if moves_scores(reach):
        progress.stage("scoring")
        projected = project.ProjectedGraph(graph)
        scored, basis = table.after(step, projected, day)
        counted = carrier_records.count(projected, day)
    progress.stage("screening")
    facts = Facts(workspace.fact_store, publication.loads)
    why = screening.Reason(Cause(entry.cause), entry.ref, entry.actor, _now(), day, said=publication.reason)
    with workspace.reading() as connection:
        # A change that moves no score leaves the events and links of the graph as they are.
        reader = project.ProjectedGraph(graph) if moves_scores(reach) else EmbeddedStore(connection)
        scene = Scene(facts, reader, memberships, turned, scored, publication.named)
        prepared = screening.prepare(connection, scene, why)
    progress.stage("publishing")
    with workspace.transaction() as connection:
        run_id = _write(connection, (publication, entry), resolution, model.digest)
        EmbeddedStore(connection).apply(step, IdentityTables(connection).outbox_head())
        search_index.refresh(connection, changed, memberships, publication.vehicles)
        gone = table.scored.difference(memberships["identity_id"])
        moved = scores.write(connection, scored, run_id, gone) if scored is not None else 0
        if counted is not None:
            carrier_records.write(connection, counted, day)
        concluded = screening.conclude(connection, prepared, run_id)
        mark = ChangeLog(connection).head()
        rescored = scored.height if scored is not None else 0
        outcome = Outcome(tuple(resolution.assignment.moves), resolution.compared, rescored, moved, concluded)
        entry.conclude(connection, outcome)
    table.keep(basis, mark)
    return outcome


@dataclass(frozen=True, slots=True)
class _ScoreTable:
    """What the table of scores is for, before a publication, and what it rests on."""

    day: date | None
    policy: str | None
    scored: set[str]
    mark: Mark
    kept: KeptBasis

    @classmethod
    def read(cls, connection: apsw.Connection, kept: KeptBasis) -> _ScoreTable:
        mark = ChangeLog(connection).head()
        return cls(scores.as_of(connection), scores.policy_of(connection), scores.scored_ids(connection), mark, kept)

    def is_moved(self, day: date) -> bool:
        """True when the day or the policy is another one, so that everybody is scored anew."""
        return day != self.day or self.policy != load_policy().name

    def after(self, step: GraphChange, graph: EdgeReader, day: date) -> tuple[pl.DataFrame, Basis]:
        """The scores that the change can move, or all where there is nothing to start from."""
        basis = None if self.is_moved(day) else self.kept.read(self.mark, day, self.policy or "")
        return scores.recompute(graph, step, self.scored, basis) if basis else scores.compute(graph, day)

    def keep(self, basis: Basis | None, mark: Mark) -> None:
        """Once the ledger is there: a basis kept for a state that never came about would be good for another one."""
        if basis is None:
            self.kept.stand(self.mark, mark)
        else:
            self.kept.write(basis, mark)


def _facts(workspace: Workspace, publication: Publication, kind: Kind) -> pl.DataFrame:
    """Current facts without the text as received, which nothing here reads."""
    return workspace.fact_store.current(kind, publication.loads, FACTS[kind].without("raw"))


def _graph(
    workspace: Workspace,
    publication: Publication,
    reach: Scope,
    facts: Mapping[Kind, pl.DataFrame],
    resolved: tuple[Previous, Resolution, pl.DataFrame],
) -> Projection:
    """The graph as it should be, as far as the change and the scores it moves are concerned."""
    kinds = needed_for(reach)
    if not kinds:
        return Projection.empty()
    previous, resolution, memberships = resolved
    possible = _possible(previous, resolution, memberships)
    others = {kind: _facts(workspace, publication, kind) for kind in sorted(kinds - set(facts))}
    with workspace.reading() as connection:
        rulings = SuccessionRulings(connection).standing()
    return project.desired({**others, **facts}, memberships, possible, rulings)


def _previous(connection: apsw.Connection, publication: Publication) -> tuple[Previous, frozenset[str]]:
    tables, decisions = IdentityTables(connection), Decisions(connection)
    undone = [decisions.get(n) for n in publication.undone]
    standing = [d for d in decisions.standing() if d.n not in publication.undone]
    newest = {(d.a, d.b): d for d in [*standing, *publication.decisions]}
    named = frozenset(key for d in [*publication.decisions, *undone] for key in (d.a, d.b))
    previous = Previous(
        memberships=tables.memberships(),
        pairs=tables.scored_pairs(),
        known_ids=frozenset(tables.known_ids()),
        decisions=[newest[pair] for pair in sorted(newest)],
    )
    return previous, named


def _after(memberships: pl.DataFrame, resolution: Resolution) -> pl.DataFrame:
    gone = pl.DataFrame({"record_key": pl.Series(resolution.removed, dtype=pl.String)})
    kept = memberships.join(gone, on="record_key", how="anti").join(resolution.memberships, on="record_key", how="anti")
    return MEMBERSHIP.check(pl.concat([kept, resolution.memberships]).sort("record_key"))


def _turned(
    entry: Entry,
    persons: tuple[pl.DataFrame, pl.DataFrame],
    resolved: tuple[Previous, Resolution, pl.DataFrame],
) -> Turned:
    """What the run did to identities, as screening reads it.

    Args:
        persons: earlier versions of corrected and removed records, and all that there are now.
    """
    (before, now), (previous, resolution, memberships) = persons, resolved
    removed = pl.Series(resolution.removed, dtype=pl.String).implode()
    gone = before.filter(pl.col("key").is_in(removed)).select("key", "licence")
    withdrawn = gone.join(previous.memberships, left_on="key", right_on="record_key")
    others = memberships.join(withdrawn, on="identity_id", how="semi")
    licences = now.select("key", "licence").join(others, left_on="key", right_on="record_key")
    return Turned(
        before=previous.memberships,
        moves=resolution.assignment.moves if entry.cause == Cause.LOAD else (),
        identities=frozenset(resolution.memberships["identity_id"]),
        withdrawn=withdrawn.select("key", "licence", "identity_id"),
        licences=licences.select("licence", "identity_id"),
    )


def _possible(previous: Previous, resolution: Resolution, memberships: pl.DataFrame) -> pl.DataFrame:
    """Kept pairs whose records are in two identities that nobody has judged to be different."""
    touched = pl.Series(resolution.touched, dtype=pl.String).implode()
    kept = previous.pairs.filter(~pl.col("record_l").is_in(touched) & ~pl.col("record_r").is_in(touched))
    found = _with_identities(pl.concat([kept, resolution.pairs]), memberships)
    apart = pl.DataFrame(
        [(d.a, d.b) for d in previous.decisions if d.judgement == "different"],
        schema={"record_l": pl.String, "record_r": pl.String},
        orient="row",
    )
    judged = _with_identities(apart, memberships).select("low", "high")
    across = found.filter(pl.col("low") != pl.col("high")).join(judged, on=["low", "high"], how="anti")
    return across.select(previous.pairs.columns).sort("record_l", "record_r")


def _with_identities(pairs: pl.DataFrame, memberships: pl.DataFrame) -> pl.DataFrame:
    """Pairs with the two identities they are in, smaller id first."""
    of = memberships.select("record_key", "identity_id")
    both = pairs.join(of, left_on="record_l", right_on="record_key").join(
        of, left_on="record_r", right_on="record_key", suffix="_r"
    )
    ends = ("identity_id", "identity_id_r")
    return both.with_columns(low=pl.min_horizontal(ends), high=pl.max_horizontal(ends))


def _write(connection: apsw.Connection, cause: tuple[Publication, Entry], resolution: Resolution, model: str) -> int:
    """All that a run writes of identities, and the rows it is about; returns the run's number.

    Args:
        model: digest of the model that the run used.
    """
    publication, entry = cause
    at = _now()
    tables, decisions = IdentityTables(connection), Decisions(connection)
    entry.write(connection)
    for decision in publication.decisions:
        decisions.insert(decision)
        told = Step(decision.by, f"decision {decision.judgement}", f"decision:{decision.n}", decision.reason)
        Trail(connection).append(told, at)
    run_id = tables.next_run()
    tables.insert_run(run_id, entry.cause, entry.ref, model, at)
    tables.replace_pairs(resolution.touched, resolution.pairs)
    moved = records_moved(connection, resolution.memberships, resolution.removed)
    tables.write_memberships(run_id, resolution.memberships, resolution.removed)
    assignment = resolution.assignment
    moves = ((move.kind, move.from_id, move.to_id) for move in assignment.moves)
    tables.write_moves(run_id, moves, assignment.minted)
    day = publication.today.isoformat() if entry.cause == Cause.LOAD else at[:10]
    tell_identities(connection, moved, (run_id, day), assignment.moves)
    tables.write_redirects(assignment.redirects.items())
    return run_id


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
