"""A carrier, truck, phone, home or event on its own: what it is, which drivers it is tied to, and when.

Enrolled drivers are named; others are a number, since a link makes no dossier. A thing is addressed by the number of
its node in the ledger, so that an address bar never holds a plate or a phone number. The number is the thing's for
good, whether it goes or comes back, and whichever store the graph is read from.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

import apsw
import polars as pl

from api import scores
from api.cleared import for_everybody
from api.drivers import drivers_of
from api.explore.labels import label_of
from api.graph_store import LEDGER, GraphStoreChoice, open_graph
from graph.holds import TIE_EDGES
from graph.policy_file import load_policy
from graph.schema import EdgeKind, NodeKind
from graph.store import GraphReader
from linkage.errors import UnknownRecord
from linkage.ledger import Workspace

PAGE = 100
PEOPLE = frozenset({*TIE_EDGES, EdgeKind.COMMITTED})
SHOWN = frozenset({NodeKind.CARRIER, NodeKind.VEHICLE, NodeKind.PHONE, NodeKind.ADDRESS, NodeKind.EVENT})


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing of the graph: its node's number, kind, key and properties."""

    number: int
    kind: NodeKind
    key: str
    props: dict[str, Any]


def thing_at(connection: apsw.Connection, number: int) -> Thing:
    """The thing with this number.

    Raises:
        UnknownRecord: there is none, or it is nothing that has a page.
    """
    row = connection.execute("SELECT kind, key, props FROM node WHERE id = ?", (number,)).fetchone()
    thing = Thing(number, NodeKind(row[0]), row[1], json.loads(row[2] or "{}")) if row else None
    if thing is None or thing.kind not in SHOWN or not _everybody_may_see(thing):
        raise UnknownRecord("no such thing")
    return thing


def numbers_of(connection: apsw.Connection, places: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Numbers of nodes by kind and key, of those that have a page."""
    found = connection.execute(
        "SELECT n.kind, n.key, n.id FROM json_each(?) j "
        "JOIN node n ON n.kind = json_extract(j.value, '$[0]') AND n.key = json_extract(j.value, '$[1]')",
        (json.dumps([place for place in places if place[0] in SHOWN]),),
    )
    return {(kind, key): int(number) for kind, key, number in found}


def thing_document(
    workspace: Workspace, number: int, offset: int = 0, store: GraphStoreChoice = LEDGER
) -> dict[str, Any]:
    """What a thing is and who is tied to it.

    Args:
        offset: enrolled drivers to pass over.

    Returns:
        kind, key, label, detail, props, people, is_hub, hub_degree, enrolled (of `offset` on), enrolled_ids,
        enrolled_total, others,
        events_by_year, related (things it operates, follows or is cited with), as_of.

    Raises:
        UnknownRecord: there is no such thing.
        StoreUnavailable: the store does not answer or lags behind the ledger.
    """
    with workspace.reading() as connection, open_graph(connection, store) as reader:
        thing, day = thing_at(connection, number), scores.as_of(connection)
        ties = reader.edges_of(thing.kind, [thing.key], PEOPLE, day)
        people = _people(ties)
        enrolled = _enrolled(reader, people["src"].to_list(), day)
        named = people.filter(pl.col("src").is_in(sorted(enrolled)))
        limit = load_policy().limits.hub_degree
        told = [_spanned(row) for row in named.slice(offset, PAGE).iter_rows(named=True)]
        drivers = {
            driver.identity_id: driver.document() for driver in drivers_of(connection, [t["identity_id"] for t in told])
        }
        return {
            "number": number,
            "kind": thing.kind.value,
            "key": thing.key,
            **label_of(thing.kind, thing.key, thing.props),
            "props": thing.props,
            "people": people.height,
            "is_hub": thing.kind is not NodeKind.EVENT and people.height > limit,
            "hub_degree": limit,
            "enrolled": [tie | drivers.get(tie["identity_id"], {}) for tie in told],
            "enrolled_ids": named["src"].to_list(),
            "enrolled_total": named.height,
            "others": people.height - named.height,
            "events_by_year": _events_by_year(reader, thing, day),
            "related": _related(reader, connection, thing, day),
            "as_of": day.isoformat() if day else None,
        }


def _everybody_may_see(thing: Thing) -> bool:
    return thing.kind is not NodeKind.EVENT or bool(for_everybody([thing.props]))


def _people(ties: pl.DataFrame) -> pl.DataFrame:
    """Frame src, tie, first, last, lasts, days, confidence: one row a person, those of the latest time first."""
    held = ties.group_by("src").agg(
        pl.col("kind").first().alias("tie"),
        pl.col("first_seen").min().alias("first"),
        pl.coalesce("last_seen", "first_seen").max().alias("last"),
        (pl.col("last_seen").is_null() & pl.col("first_seen").is_not_null()).any().alias("lasts"),
        pl.col("days").sum(),
        pl.col("confidence").max(),
    )
    return held.sort("lasts", "last", "src", descending=[True, True, False], nulls_last=True)


def _enrolled(reader: GraphReader, people: list[str], day: date | None) -> set[str]:
    return set(reader.edges_of(NodeKind.IDENTITY, people, {EdgeKind.ENROLLED}, day)["src"])


def _spanned(row: dict[str, Any]) -> dict[str, Any]:
    dated = {name: row[name].isoformat() if row[name] else None for name in ("first", "last")}
    return {"identity_id": row["src"], **{name: row[name] for name in ("tie", "lasts", "days", "confidence")}, **dated}


def _events_by_year(reader: GraphReader, thing: Thing, day: date | None) -> dict[str, int]:
    """Events in which a truck or carrier is named, by year; those that everybody may see."""
    kind = {NodeKind.CARRIER: EdgeKind.CITED_UNDER, NodeKind.VEHICLE: EdgeKind.IN_VEHICLE}.get(thing.kind)
    if kind is None:
        return {}
    keys = reader.edges_of(thing.kind, [thing.key], {kind}, day)["src"].unique()
    props = [json.loads(text or "{}") for text in reader.nodes(NodeKind.EVENT, keys.to_list())["props"]]
    years = Counter((event.get("event_date") or "")[:4] for event in for_everybody(props))
    return dict(sorted(years.items()))


def _related(reader: GraphReader, connection: apsw.Connection, thing: Thing, day: date | None) -> list[dict[str, Any]]:
    """Things of the same story: a carrier's trucks, who follows it, what an event names; at most PAGE of them."""
    kinds = {EdgeKind.OPERATES, EdgeKind.SUCCEEDS, EdgeKind.CITED_UNDER, EdgeKind.IN_VEHICLE}
    if thing.kind is not NodeKind.EVENT:
        kinds -= {EdgeKind.CITED_UNDER, EdgeKind.IN_VEHICLE}
    found = []
    for edge in reader.edges_of(thing.kind, [thing.key], kinds, day).iter_rows(named=True):
        is_source = (edge["src_kind"], edge["src"]) == (thing.kind, thing.key)
        end = (edge["dst_kind"], edge["dst"]) if is_source else (edge["src_kind"], edge["src"])
        found.append((end, edge["kind"] if is_source else f"{edge['kind']}_BY"))
    found = sorted(set(found))[:PAGE]
    numbers = numbers_of(connection, [end for end, _ in found])
    props = {
        (kind, key): json.loads(text or "{}")
        for kind in {end[0] for end, _ in found}
        for key, text in reader.nodes(NodeKind(kind), [e[1] for e, _ in found if e[0] == kind])
        .select("key", "props")
        .iter_rows()
    }
    return [
        {
            "kind": end[0],
            "tie": tie,
            "number": numbers.get(end),
            **label_of(NodeKind(end[0]), end[1], props.get(end, {})),
        }
        for end, tie in found
    ]
