"""Small worlds of people, things and events, built edge by edge and readable as a graph."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
import polars as pl

from graph.declared import gather_declared, resolve_declared
from graph.schema import EDGE, EDGE_KEY, ENDS, NODE, NODE_KEY, EdgeKind, NodeKind, Projection
from graph.testing.memory import MemoryStore
from linkage.schema import ASSOCIATION

KNOWN = dt.date(2020, 1, 1)
PLACES = {
    "truck": EdgeKind.DROVE,
    "carrier": EdgeKind.EMPLOYED_BY,
    "phone": EdgeKind.HAS_PHONE,
    "home": EdgeKind.LIVES_AT,
}


@dataclass(frozen=True, slots=True)
class Hold:
    """A person on a thing, by one of that person's records."""

    person: str
    tie: str
    thing: str
    first: dt.date | None = None
    last: dt.date | None = None
    record: int = 0
    known_on: dt.date = KNOWN


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of a person; without a day it counts from when it was known."""

    person: str
    event: str
    day: dt.date | None
    code: str | None = "US-FED-952"
    incident: str | None = None
    status: str | None = None
    record: int = 0
    known_on: dt.date = KNOWN
    event_type: str = "TEST"
    severity: float | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """A tie between two people that a source declares, of records 0 of both."""

    a: str
    b: str
    kind: str = "co-defendant"
    source: str = "US"
    quality: str | None = "valid"
    first: dt.date | None = None
    last: dt.date | None = None
    known_on: dt.date = KNOWN


@dataclass(frozen=True, slots=True)
class World:
    """People, what they hold, what happened, which carriers follow which, who may be who.

    Args:
        holds: people on things.
        events: events.
        successions: (younger carrier, older carrier, probability).
        possible: (person, person, probability).
        confidences: probability of a record, by (person, record number); 1 where not given.
        props: properties of people.
        declared: ties that sources declare.
    """

    holds: tuple[Hold, ...] = ()
    events: tuple[Happening, ...] = ()
    successions: tuple[tuple[str, str, float], ...] = ()
    possible: tuple[tuple[str, str, float], ...] = ()
    confidences: dict[tuple[str, int], float] = field(default_factory=dict)
    props: dict[str, str] = field(default_factory=dict)
    declared: tuple[Declared, ...] = ()

    def adding(self, *new: Hold | Happening) -> World:
        """The world with these too."""
        holds = tuple(item for item in new if isinstance(item, Hold))
        events = tuple(item for item in new if isinstance(item, Happening))
        return replace(self, holds=self.holds + holds, events=self.events + events)

    def people(self) -> list[str]:
        """Everybody in it."""
        named = {hold.person for hold in self.holds} | {event.person for event in self.events}
        named |= {person for tie in self.declared for person in (tie.a, tie.b)}
        return sorted(named | {person for a, b, _ in self.possible for person in (a, b)})

    def to_graph(self) -> Projection:
        """The world as nodes and edges."""
        rows = [*self._holds(), *self._committed(), *self._pairs(), *self._declared()]
        edges = EDGE.conform(pl.DataFrame(rows, schema_overrides=dict(EDGE.columns)) if rows else EDGE.empty())
        edges = edges.unique(EDGE_KEY, keep="first", maintain_order=True)
        said = {(NodeKind.EVENT.value, event.event): _event_props(event) for event in self.events}
        said |= {(NodeKind.IDENTITY.value, person): text for person, text in self.props.items()}
        ends = {(NodeKind.IDENTITY.value, person) for person in self.people()}
        for end in ("src", "dst"):
            ends |= set(edges.select(f"{end}_kind", end).iter_rows())
        nodes = [{"kind": k, "key": key, "known_on": KNOWN, "props": said.get((k, key))} for k, key in sorted(ends)]
        frame = NODE.conform(pl.DataFrame(nodes, schema_overrides=dict(NODE.columns)) if nodes else NODE.empty())
        return Projection(frame.sort(NODE_KEY), edges.sort(EDGE_KEY))

    def to_store(self) -> MemoryStore:
        """The world in a store."""
        return MemoryStore(self.to_graph())

    def _of(self, person: str, record: int) -> dict[str, Any]:
        return {"record": f"{person}/{record}", "confidence": self.confidences.get((person, record), 1.0)}

    def _holds(self) -> Iterable[dict[str, Any]]:
        for h in self.holds:
            span = {"first_seen": h.first, "last_seen": h.last, "known_on": h.known_on}
            yield _edge(PLACES[h.tie], h.person, h.thing) | self._of(h.person, h.record) | span

    def _committed(self) -> Iterable[dict[str, Any]]:
        for e in self.events:
            span = {"first_seen": e.day, "last_seen": e.day, "known_on": e.known_on}
            yield _edge(EdgeKind.COMMITTED, e.person, e.event) | self._of(e.person, e.record) | span

    def _pairs(self) -> Iterable[dict[str, Any]]:
        empty = {"record": "", "known_on": KNOWN, "first_seen": None, "last_seen": None}
        for young, old, probability in self.successions:
            yield _edge(EdgeKind.SUCCEEDS, young, old) | empty | {"confidence": probability}
        for a, b, probability in self.possible:
            yield _edge(EdgeKind.POSSIBLY_SAME, *sorted((a, b))) | empty | {"confidence": probability}

    def _declared(self) -> Iterable[dict[str, Any]]:
        known = [(p, f"{p}/0", self.confidences.get((p, 0), 1.0), KNOWN) for p in self.people()]
        schema = ["identity_id", "record_key", "confidence", "record_known_on"]
        rows = [
            (d.source, f"{d.a}/0", f"{d.b}/0", d.kind, d.first, d.last, d.quality, d.known_on) for d in self.declared
        ]
        names = ["source", "a", "b", "association_kind", "start_date", "end_date", "quality", "known_on"]
        types = {"start_date": pl.Date, "end_date": pl.Date, "quality": pl.String}
        given = pl.DataFrame(rows, schema=names, schema_overrides=types, orient="row") if rows else ASSOCIATION.empty()
        people = pl.DataFrame(known, schema=schema, orient="row")
        ties = gather_declared(resolve_declared(ASSOCIATION.conform(given), people)) if rows else given.clear()
        for tie in ties.iter_rows(named=True):
            ends = _edge(EdgeKind.ASSOCIATED_WITH, tie["identity_l"], tie["identity_r"])
            span = {"first_seen": tie["since"], "last_seen": tie["last_seen"], "known_on": tie["known_on"]}
            said = {"record": tie["record_l"], "confidence": tie["confidence"], "props": tie["props"]}
            yield ends | span | said


SMALL_DAY = dt.date(2025, 3, 1)


def small() -> Projection:
    """Three drivers, a truck, a carrier, a home, an event."""
    return World(
        holds=(
            Hold("d1", "truck", "t1", SMALL_DAY, SMALL_DAY + dt.timedelta(days=30)),
            Hold("d2", "truck", "t1", SMALL_DAY, SMALL_DAY),
            Hold("d2", "carrier", "c1", SMALL_DAY, None),
            Hold("d2", "carrier", "c1", SMALL_DAY + dt.timedelta(days=400), SMALL_DAY + dt.timedelta(days=500)),
            Hold("d3", "home", "h1"),
            Hold("d2", "home", "h1"),
        ),
        events=(Happening("d2", "e1", SMALL_DAY),),
        confidences={("d2", 0): 0.1 + 0.2},
    ).to_graph()


def _edge(kind: EdgeKind, src: str, dst: str) -> dict[str, Any]:
    src_kind, dst_kind = ENDS[kind]
    return {"kind": kind.value, "src_kind": src_kind.value, "src": src, "dst_kind": dst_kind.value, "dst": dst}


def _event_props(event: Happening) -> str:
    said = {
        "incident_id": event.incident,
        "event_type": event.event_type,
        "code": event.code,
        "severity": event.severity,
        "status": event.status,
        "description": None,
    }
    return orjson.dumps(said).decode()
