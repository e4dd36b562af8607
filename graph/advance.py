"""A basis brought from one graph to the next by what changed, and whose scores that can move.

People whose ties or events changed are read anew from the graph; everybody else's rows stay as they are. What then
differs between the two bases leads backwards to everyone it can reach: a person's score rests on the things they hold,
on everybody on those things (how many, when), on the carriers that follow theirs, on the events of those people, and on
whom each of them may be the same as. Nobody is left out; some are scored again to the same bits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from graph.association import cases_of
from graph.basis import (
    CASE_COLUMNS,
    EVENT_COLUMNS,
    HOLD_COLUMNS,
    HOLD_ORDER,
    Basis,
    places_of,
)
from graph.days import known_by
from graph.evidence import event_rows, successions_of
from graph.holds import TIE_EDGES, coded, gather_holds, succession_frame
from graph.incidents import judge
from graph.policy import RiskPolicy
from graph.reached import Step, reached_by
from graph.schema import EdgeKind, GraphChange, NodeKind
from graph.store import EdgeReader


@dataclass(frozen=True, slots=True)
class Advance:
    """Where a change leads.

    Args:
        basis: what scores rest on after it.
        reached: places of people whose score can differ from the one before, ordered; those who are gone are left out.
    """

    basis: Basis
    reached: pl.Series


def advance(basis: Basis, change: GraphChange, graph: EdgeReader, policy: RiskPolicy) -> Advance:
    """The basis after a change, and whom it reaches.

    Args:
        basis: before the change.
        change: what was set and removed.
        graph: the graph after it.
        policy: the one that weighed the events of the basis.

    Complexity: linear in the basis with small constants, but for the people who changed.
    """
    touched = _touched(basis, change)
    read = _Read.of(touched, graph, basis, policy)
    before, new = basis, change.nodes_set.filter(pl.col("kind") == NodeKind.IDENTITY.value)["key"]
    people, _ = _placed_ids(basis.people, new.unique().sort())
    people, persons = _placed_ids(people, read.people)
    records, papers = _placed_ids(basis.records, read.records)
    things, objects = _placed(basis.things, read.things.select("tie", "key"))
    basis = replace(basis, people=people, records=records, things=things)
    places = {"person": persons, "record": papers, "thing": objects}
    gone = places_of(before.people, touched)["place"]
    after = replace(
        basis,
        holds=_replaced_holds(basis.holds, gone, _recoded(read.holds, places, ("person", "record", "thing"))),
        events=_replaced(basis.events, gone, _recoded(read.events, places, ("person",)).select(EVENT_COLUMNS)),
        cases=_replaced(basis.cases, gone, _recoded(read.cases, places, ("person", "record")).select(CASE_COLUMNS)),
        possible=_possible(graph, basis),
        successions=succession_frame(successions_of(graph.edges([EdgeKind.SUCCEEDS]), policy, basis.as_of)),
    )
    there = np.zeros(len(after.people), np.bool_)
    there[places_of(after.people, graph.nodes(NodeKind.IDENTITY)["key"])["place"].to_numpy()] = True
    found = reached_by(Step(before, after, gone, persons), policy.limits.hub_degree)
    return Advance(after, pl.Series("only", np.flatnonzero(found & there), pl.UInt32))


@dataclass(frozen=True, slots=True)
class _Read:
    """What the graph says of the people who changed; places are among the ids here."""

    people: pl.Series
    records: pl.Series
    things: pl.DataFrame
    holds: pl.DataFrame
    events: pl.DataFrame
    cases: pl.DataFrame

    @classmethod
    def of(cls, touched: pl.Series, graph: EdgeReader, basis: Basis, policy: RiskPolicy) -> _Read:
        kinds = frozenset({*TIE_EDGES, EdgeKind.COMMITTED})
        known = graph.edges_of(NodeKind.IDENTITY, touched.to_list(), kinds).filter(known_by(basis.as_of))
        people, records = known["src"].unique().sort(), known["record"].unique().sort()
        held = gather_holds(known, [], people, records)
        nodes = graph.nodes(NodeKind.EVENT, _ends(known, EdgeKind.COMMITTED))
        rows = coded(coded(event_rows(known, nodes, basis.as_of), "person", people), "record", records)
        judged = judge(rows, policy, basis.as_of)
        return cls(people, records, held.things, held.holds, judged.events, cases_of(judged))


def _ends(edges: pl.DataFrame, kind: EdgeKind) -> list[str]:
    ends: list[str] = edges.filter(pl.col("kind") == kind.value)["dst"].unique().to_list()
    return ends


def _touched(basis: Basis, change: GraphChange) -> pl.Series:
    """Identity ids whose ties or events a change set or removed, ordered."""
    edges = pl.concat([change.edges_removed.select("kind", "src"), change.edges_set.select("kind", "src")])
    own = edges.filter(pl.col("kind").is_in([kind.value for kind in (*TIE_EDGES, EdgeKind.COMMITTED)]))["src"]
    nodes = pl.concat([change.nodes_removed.select("kind", "key"), change.nodes_set.select("kind", "key")])
    events = nodes.filter(pl.col("kind") == NodeKind.EVENT.value).select(event="key").unique()
    theirs = basis.people.gather(basis.events.join(events, on="event", how="semi")["person"])
    return pl.concat([own.rename("id"), theirs.rename("id")]).unique().sort()


def _placed(known: pl.DataFrame, wanted: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """The known, those wanted among them; and the place of each wanted one. Nobody's place moves.

    Args:
        known: what names them; one is a place among the rows.
        wanted: the same columns, each row once.
    """
    name = known.columns
    there = known.with_row_index("place").join(wanted, on=name, how="semi")
    found = wanted.join(there, on=name, how="left", maintain_order="left")["place"]
    fresh = found.is_null()
    places = pl.select(pl.coalesce(found, known.height + fresh.cum_sum() - 1).cast(pl.UInt32)).to_series()
    return pl.concat([known, wanted.filter(fresh)]), places


def _placed_ids(known: pl.Series, wanted: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The same for ids."""
    longer, places = _placed(known.to_frame(), wanted.rename(known.name).to_frame())
    return longer.to_series(), places


def _recoded(rows: pl.DataFrame, places: dict[str, pl.Series], columns: tuple[str, ...]) -> pl.DataFrame:
    """Rows whose places are among what was read, with the places of the basis."""
    return rows.with_columns(places[column].gather(rows[column]).alias(column) for column in columns)


def _replaced(rows: pl.DataFrame, gone: pl.Series, new: pl.DataFrame) -> pl.DataFrame:
    """The rows of everybody but those people, and the new ones."""
    return pl.concat([rows.filter(~pl.col("person").is_in(gone.implode())), new.cast(rows.schema)])


def _replaced_holds(holds: pl.DataFrame, gone: pl.Series, new: pl.DataFrame) -> pl.DataFrame:
    """The same for holds, which stay in order: rows are let in where they belong, for sorting all costs a second."""
    kept = holds.filter(~pl.col("person").is_in(gone.implode()))
    new = new.select(HOLD_COLUMNS).cast(holds.schema).sort(HOLD_ORDER)
    place = np.searchsorted(_pair(kept), _pair(new))
    return pl.DataFrame(
        {
            name: pl.Series(name, np.insert(kept[name].to_numpy(), place, new[name].to_numpy()), kept.schema[name])
            for name in HOLD_COLUMNS
        }
    )


def _pair(holds: pl.DataFrame) -> np.ndarray:
    thing, person = (holds[name].to_numpy().astype(np.uint64) for name in ("thing", "person"))
    return (thing << np.uint64(32)) | person


def _possible(graph: EdgeReader, basis: Basis) -> pl.DataFrame:
    known = graph.edges([EdgeKind.POSSIBLY_SAME]).filter(known_by(basis.as_of))
    ids = places_of(basis.people, pl.concat([known["src"].rename("id"), known["dst"].rename("id")]))
    pairs = known.select("src", "dst", probability="confidence")
    for end, name in (("src", "a"), ("dst", "b")):
        pairs = pairs.join(ids.rename({"id": end, "place": name}), on=end)
    return pairs.select("a", "b", "probability").sort("a", "b").cast(basis.possible.schema)
