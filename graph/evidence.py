"""What a store knows on a given day about who shared what with whom, as small frames of integers.

Ids become their place in sorted order, so that comparing the integers is comparing the ids and nothing depends on how
many other people there are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from graph.days import day_number, known_by
from graph.errors import UnknownIdentity
from graph.holds import TIE_EDGES, UNDATED_TIES, coded, gather_holds
from graph.policy import RiskPolicy
from graph.schema import EdgeKind, NodeKind
from graph.store import EdgeReader, GraphScan
from graph.succession import Succession, find_successions

SCORED_EDGES = frozenset({*TIE_EDGES, EdgeKind.COMMITTED, EdgeKind.POSSIBLY_SAME, EdgeKind.SUCCEEDS})


@dataclass(frozen=True, slots=True)
class Evidence:
    """Shared things and events known on one day.

    Args:
        as_of: the day.
        people: identity ids in order; a person is a place in it.
        records: person record keys in order.
        things: frame thing (UInt32), tie (kind of tie), key, other (second carrier of a succession), factor (what a
            succession multiplies by, else 1), ordered by tie and keys.
        holds: frame person, thing, side (0 or 1 in a succession, else BOTH), first, last (Int32 days), record,
            confidence, days; ordered by thing, person, record, first.
        events: frame EVENT_ROW of `graph.incidents`.
        possible: frame a, b, probability: people who may be one, a < b.
    """

    as_of: dt.date
    people: list[str]
    records: pl.Series
    things: pl.DataFrame
    holds: pl.DataFrame
    events: pl.DataFrame
    possible: pl.DataFrame


def read_everyone(reader: GraphScan, policy: RiskPolicy, as_of: dt.date) -> Evidence:
    """All evidence of a graph."""
    people = sorted(reader.nodes(NodeKind.IDENTITY)["key"].to_list())
    return _evidence(reader.edges(SCORED_EDGES), reader.nodes(NodeKind.EVENT), people, (policy, as_of))


def read_around(reader: EdgeReader, policy: RiskPolicy, identities: Collection[str], as_of: dt.date) -> Evidence:
    """The evidence that some people's risk rests on, in full: it scores those people as all evidence would.

    Raises:
        UnknownIdentity: the graph has no such identity.
    """
    unknown = set(identities).difference(reader.nodes(NodeKind.IDENTITY, identities)["key"].to_list())
    if unknown:
        raise UnknownIdentity(min(unknown))
    may_be = frozenset({EdgeKind.POSSIBLY_SAME})
    selves = {*identities, *_people(reader.edges_of(NodeKind.IDENTITY, identities, may_be))}
    own = reader.edges_of(NodeKind.IDENTITY, selves, frozenset(TIE_EDGES))
    parts = []
    for kind, (_, node) in TIE_EDGES.items():
        keys = own.filter(pl.col("kind") == kind.value)["dst"].unique().to_list()
        if kind is EdgeKind.EMPLOYED_BY:
            successions = _successions_near(reader, keys, policy.limits.succession_steps)
            parts.append(successions)
            keys = sorted({*keys, *successions["src"].to_list(), *successions["dst"].to_list()})
        parts.append(reader.edges_of(node, keys, frozenset({kind})))
    ties = pl.concat(parts)
    near = {*selves, *_tied(ties.filter(known_by(as_of)), policy.limits.hub_degree)}
    possible = reader.edges_of(NodeKind.IDENTITY, near, may_be)
    near |= set(_people(possible))
    events = reader.edges_of(NodeKind.IDENTITY, near, frozenset({EdgeKind.COMMITTED}))
    nodes = reader.nodes(NodeKind.EVENT, events["dst"].unique().to_list())
    edges = pl.concat([ties, possible, events])
    everyone = {*near, *ties.filter(pl.col("src_kind") == NodeKind.IDENTITY.value)["src"].to_list()}
    return _evidence(edges, nodes, sorted(everyone), (policy, as_of))


def events_of(committed: pl.DataFrame, nodes: pl.DataFrame, as_of: dt.date) -> tuple[list[str], pl.DataFrame]:
    """People and their events, as far as known on the day.

    Args:
        committed: frame EDGE; only COMMITTED ones are read.
        nodes: frame NODE of their events.

    Returns:
        Identity ids in order, and frame EVENT_ROW in which `person` is a place in them.
    """
    events = event_rows(committed.filter(known_by(as_of)), nodes, as_of)
    people, records = (events[name].unique().sort().to_list() for name in ("person", "record"))
    return people, coded(coded(events, "person", people), "record", records)


def successions_of(edges: pl.DataFrame, policy: RiskPolicy, as_of: dt.date) -> list[Succession]:
    """Carriers that follow one another, as far as known on the day.

    Args:
        edges: frame EDGE; only SUCCEEDS ones are read.
    """
    return find_successions(edges.filter(known_by(as_of)), policy.limits)


def _people(possible: pl.DataFrame) -> list[str]:
    return [*possible["src"].to_list(), *possible["dst"].to_list()]


def _tied(ties: pl.DataFrame, hub_degree: int) -> list[str]:
    """Everyone on a thing that can tie at all: an undated thing of too many people cannot, whatever the day."""
    undated = [kind.value for kind, (tie, _) in TIE_EDGES.items() if tie in UNDATED_TIES]
    people = ties.filter(pl.col("src_kind") == NodeKind.IDENTITY.value)
    crowd = pl.col("src").n_unique().over("kind", "dst")
    small = people.filter(~pl.col("kind").is_in(undated) | (crowd <= hub_degree))
    return small["src"].unique().to_list()


def _successions_near(reader: EdgeReader, carriers: Collection[str], steps: int) -> pl.DataFrame:
    """SUCCEEDS edges within `steps` of the carriers."""
    seen, frontier = set(carriers), set(carriers)
    found = reader.edges_of(NodeKind.CARRIER, frontier, frozenset({EdgeKind.SUCCEEDS}))
    for _ in range(steps - 1):
        frontier = {*found["src"].to_list(), *found["dst"].to_list()} - seen
        if not frontier:
            break
        seen |= frontier
        more = reader.edges_of(NodeKind.CARRIER, frontier, frozenset({EdgeKind.SUCCEEDS}))
        found = pl.concat([found, more]).unique()
    return found


def _evidence(
    edges: pl.DataFrame, event_nodes: pl.DataFrame, people: list[str], when: tuple[RiskPolicy, dt.date]
) -> Evidence:
    policy, as_of = when
    known = edges.filter(known_by(as_of))
    records = known["record"].unique().sort()
    held = gather_holds(known, find_successions(known, policy.limits), people, records)
    possible = known.filter(pl.col("kind") == EdgeKind.POSSIBLY_SAME.value)
    pairs = possible.select(a="src", b="dst", probability="confidence")
    return Evidence(
        as_of=as_of,
        people=people,
        records=records,
        things=held.things,
        holds=held.holds,
        events=coded(coded(event_rows(known, event_nodes, as_of), "person", people), "record", records),
        possible=coded(coded(pairs, "a", people), "b", people).sort("a", "b"),
    )


def event_rows(known: pl.DataFrame, nodes: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Events of people that were known and had happened: nothing is known before it happens.

    Args:
        known: frame EDGE with what was known by the day.
        nodes: frame NODE of the events at least.
        as_of: the day.

    Returns:
        Frame EVENT_ROW of `graph.incidents`, but that person and record are ids yet; each event of a person once.
    """
    props = pl.Struct(
        {
            "incident_id": pl.String,
            "code": pl.String,
            "event_type": pl.String,
            "severity": pl.Float64,
            "status": pl.String,
        }
    )
    said = nodes.select(event="key", props=pl.col("props").fill_null("{}").str.json_decode(props)).unnest("props")
    committed = known.filter(pl.col("kind") == EdgeKind.COMMITTED.value).select(
        person="src",
        event="dst",
        record="record",
        confidence="confidence",
        day=pl.coalesce("first_seen", "known_on").to_physical(),
        is_dated=pl.col("first_seen").is_not_null(),
        known_on=pl.col("known_on").to_physical(),
    )
    today = day_number(as_of)
    rows = committed.filter(pl.col("day") <= today).join(said, on="event", how="left")
    strongest = rows.sort("person", "event", pl.col("confidence"), "record", descending=[False, False, True, False])
    rows = strongest.unique(["person", "event"], keep="first", maintain_order=True)
    return rows.select(
        "person",
        "event",
        pl.coalesce("incident_id", "event").alias("incident"),
        "record",
        "confidence",
        "day",
        "is_dated",
        "code",
        "event_type",
        "severity",
        "status",
        "known_on",
    )
