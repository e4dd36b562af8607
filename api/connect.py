"""What connects 2 to 50 drivers: things that several of them share, those with the fewest other people first."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import apsw
import polars as pl

from api import scores
from api.drivers import drivers_of
from api.explore.labels import label_of
from api.graph_store import LEDGER, GraphStoreChoice, open_graph
from api.things import numbers_of
from graph.holds import TIE_EDGES
from graph.policy_file import load_policy
from graph.schema import NodeKind
from graph.store import GraphReader
from linkage.errors import SettingsError
from linkage.ledger import IdentityTables, Workspace

FEWEST, MOST = 2, 50
MOST_OF_A_LIST = 500
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Between:
    """Whom to connect.

    Args:
        people: identity ids, former ids or source/record_id.
        most: how many people may be asked about at once.
    """

    people: Sequence[str]
    most: int = MOST


@dataclass(frozen=True, slots=True)
class Shared:
    """A thing that at least two of the drivers were on.

    Args:
        tie: how one of them was.
        who: identity ids of those of the drivers.
        others: people beside them.
        is_hub: too many people share it to mean anything.
    """

    kind: NodeKind
    key: str
    label: Mapping[str, str]
    tie: str
    who: Sequence[str]
    others: int
    is_hub: bool


def connect(workspace: Workspace, between: Between, store: GraphStoreChoice = LEDGER) -> dict[str, Any]:
    """The things that at least two of the drivers were on: those of most of them first, then those of fewest others.

    Returns:
        people (drivers asked about), shared (kind, label, detail, number, of_them: how many of the people, who: ids,
        others: people beside them), hubs (the same, for things that too many share to mean anything), as_of.

    Raises:
        SettingsError: too few or too many people are named.
        UnknownRecord: one of them is nobody.
        StoreUnavailable: the store does not answer or lags behind the ledger.
    """
    with workspace.reading() as connection, open_graph(connection, store) as reader:
        people, day = people_between(connection, between), scores.as_of(connection)
        found = shared_by(reader, people, day)
        numbers = numbers_of(connection, [(thing.kind.value, thing.key) for thing in found])
        rows = [(thing, _told(thing, numbers.get((thing.kind.value, thing.key)))) for thing in found]
        small = [row for thing, row in rows if not thing.is_hub]
        return {
            "people": [driver.document() for driver in drivers_of(connection, people)],
            "shared": small[:SHOWN],
            "shared_total": len(small),
            "hubs": [row for thing, row in rows if thing.is_hub][:SHOWN],
            "as_of": day.isoformat() if day else None,
        }


def people_between(connection: apsw.Connection, between: Between) -> list[str]:
    """Identity ids of those who are asked about, each once.

    Raises:
        SettingsError: too few or too many are named.
        UnknownRecord: one of them is nobody.
    """
    tables = IdentityTables(connection)
    people = list(dict.fromkeys(tables.require(ref) for ref in between.people))
    if not FEWEST <= len(people) <= between.most:
        raise SettingsError(f"name {FEWEST} to {between.most} different drivers; these are {len(people)}")
    return people


def shared_by(reader: GraphReader, people: Sequence[str], day: date | None) -> list[Shared]:
    """What at least two of the drivers were on, in the order of `connect`."""
    limit = load_policy().limits.hub_degree
    ties = reader.edges_of(NodeKind.IDENTITY, people, frozenset(TIE_EDGES), day)
    held = (
        ties.filter(pl.col("src").is_in(people))
        .group_by("dst_kind", "dst")
        .agg(pl.col("src").unique().sort().alias("who"), pl.col("kind").first().alias("tie"))
        .filter(pl.col("who").list.len() >= FEWEST)
    )
    crowds = {kind: _people_on(reader, kind, held, day) for kind in held["dst_kind"].unique()}
    props = {kind: _props(reader, kind, held) for kind in crowds}
    found = []
    for row in held.iter_rows(named=True):
        kind, key, who = NodeKind(row["dst_kind"]), row["dst"], row["who"]
        crowd = crowds[kind].get(key, len(who))
        label = label_of(kind, key, props[kind].get(key, {}))
        found.append(Shared(kind, key, label, row["tie"], who, crowd - len(who), crowd > limit))
    return sorted(found, key=lambda one: (-len(one.who), one.others, one.kind, one.label["label"], one.key))


def _told(thing: Shared, number: int | None) -> dict[str, Any]:
    return {
        "kind": thing.kind.value,
        **thing.label,
        "number": number,
        "tie": thing.tie,
        "of_them": len(thing.who),
        "who": thing.who,
        "others": thing.others,
    }


def _people_on(reader: GraphReader, kind: str, held: pl.DataFrame, day: Any) -> dict[str, int]:
    """How many people each of the things of a kind had."""
    keys = held.filter(pl.col("dst_kind") == kind)["dst"].to_list()
    edges = reader.edges_of(NodeKind(kind), keys, frozenset(TIE_EDGES), day)
    return dict(edges.group_by("dst").agg(pl.col("src").n_unique()).iter_rows())


def _props(reader: GraphReader, kind: str, held: pl.DataFrame) -> dict[str, dict[str, Any]]:
    keys = held.filter(pl.col("dst_kind") == kind)["dst"].to_list()
    return {
        key: json.loads(text or "{}")
        for key, text in reader.nodes(NodeKind(kind), keys).select("key", "props").iter_rows()
    }
