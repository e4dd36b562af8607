"""One step from a thing or a person: the strongest ties that are not shown yet, and how many more there are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from api import scores
from api.explore.picture import HIDDEN_KINDS, keys_of, node_id
from api.explore.reading import SHOWN_KINDS, Near
from api.explore.strength import TieStrength
from api.graph_store import LEDGER, GraphStoreChoice, open_graph
from api.search_terms import tokens
from graph.policy_file import load_policy
from graph.schema import NODE, EdgeKind, NodeKind
from linkage.errors import UnknownRecord
from linkage.ledger import Workspace

AT_ONCE = 50
"""New things a step brings at most: more is not read, it is looked at."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """What is asked.

    Args:
        kind: of the node that is expanded; `key` its key.
        shown: ids of nodes that are there already.
        kinds: kinds of node to bring; empty for all.
        since: ties that ended before are left out; undated ones stay.
        until: ties that began later are left out.
        least: ties of less strength are left out, where they have one.
        text: words that a name must hold, in any order.
    """

    kind: NodeKind
    key: str
    shown: frozenset[str] = frozenset()
    kinds: frozenset[NodeKind] = frozenset()
    since: date | None = None
    until: date | None = None
    least: float = 0.0
    text: str = ""


def expand(
    workspace: Workspace, asked: Expansion, as_of: date | None = None, store: GraphStoreChoice = LEDGER
) -> dict[str, Any]:
    """What lies one step further.

    Returns:
        nodes (new), edges (all between new nodes and those that are shown), brought, left (by kind, not brought),
        hidden (by a filter).

    Raises:
        UnknownRecord: there is no such thing.
        StoreUnavailable: the store does not answer or lags behind the ledger.
    """
    with workspace.reading() as connection, open_graph(connection, store) as reader:
        day = as_of or scores.as_of(connection)
        near = Near(reader, connection, load_policy(), day)
        if asked.kind in HIDDEN_KINDS or not near.nodes({asked.kind: [asked.key]}).height:
            raise UnknownRecord("no such thing in the graph")
        edges = reader.edges_of(asked.kind, [asked.key], SHOWN_KINDS, day)
        ends = _others(edges, asked)
        fitting, hidden = _fitting(near, ends, asked)
        new = fitting.filter(~pl.col("id").is_in(sorted(asked.shown)))
        nodes = near.nodes(_by_kind(new.head(AT_ONCE)))
        brought = {node_id(kind, key) for kind, key in nodes.select("kind", "key").iter_rows()}
        shown = near.nodes(keys_of(asked.shown | {node_id(asked.kind, asked.key)}))
        both = pl.concat([nodes, shown]).unique()
        picture = near.picture(both, pl.concat([edges, near.edges_among(_by_kind(both))]).unique())
    left = Counter(new["kind"]) - Counter(nodes["kind"])
    kept = picture.without(picture.nodes.keys() - brought)
    return kept.document() | {"brought": len(brought), "left": dict(sorted(left.items())), "hidden": hidden}


def _others(edges: pl.DataFrame, asked: Expansion) -> pl.DataFrame:
    """Frame id, kind, key, tie, first, last, confidence: one row a tie to another node, the latest of its sightings."""
    is_source = (pl.col("src_kind") == asked.kind.value) & (pl.col("src") == asked.key)
    other = edges.select(
        kind=pl.when(is_source).then("dst_kind").otherwise("src_kind"),
        key=pl.when(is_source).then("dst").otherwise("src"),
        tie="kind",
        first="first_seen",
        last=pl.coalesce("last_seen", "first_seen"),
        confidence="confidence",
    )
    return (
        other.group_by("kind", "key")
        .agg(pl.col("tie").first(), pl.col("first").min(), pl.col("last").max(), pl.col("confidence").max())
        .with_columns(id=pl.format("{}:{}", "kind", "key"))
    )


def _fitting(near: Near, ends: pl.DataFrame, asked: Expansion) -> tuple[pl.DataFrame, int]:
    """The ends that the filters let through, strongest first; and how many they do not."""
    ends = _visible(near, ends)
    weighed = _weighed(near, ends, asked)
    fits = pl.lit(value=True)
    if asked.kinds:
        fits &= pl.col("kind").is_in([kind.value for kind in asked.kinds])
    if asked.since:
        fits &= pl.col("last").is_null() | (pl.col("last") >= asked.since)
    if asked.until:
        fits &= pl.col("first").is_null() | (pl.col("first") <= asked.until)
    fits &= pl.col("strength").is_null() | (pl.col("strength") >= asked.least)
    found = weighed.filter(fits)
    if asked.text.strip():
        found = _named(near, found, asked.text)
    ordered = found.sort("strength", "last", "id", descending=[True, True, False], nulls_last=True)
    return ordered, weighed.height - found.height


def _visible(near: Near, ends: pl.DataFrame) -> pl.DataFrame:
    """Without events that only cleared reviewers may see: not even their number is told."""
    events = ends.filter(pl.col("kind") == NodeKind.EVENT.value)
    seen = near.nodes({NodeKind.EVENT.value: events["key"].to_list()}) if events.height else NODE.empty()
    return ends.filter((pl.col("kind") != NodeKind.EVENT.value) | pl.col("key").is_in(seen["key"].implode()))


def _weighed(near: Near, ends: pl.DataFrame, asked: Expansion) -> pl.DataFrame:
    """The ends with the strength of their tie, null for ties that have none."""
    things = {asked.kind.value: [asked.key]} if asked.kind is not NodeKind.IDENTITY else _by_kind(ends)
    strengths = TieStrength(near.policy, near.people_on(things))
    values = []
    for row in ends.iter_rows(named=True):
        is_person = asked.kind is NodeKind.IDENTITY
        thing = (row["kind"], row["key"]) if is_person else (asked.kind.value, asked.key)
        edge = {"kind": EdgeKind(row["tie"]), "dst_kind": thing[0], "dst": thing[1], "confidence": row["confidence"]}
        values.append(strengths.of(edge))
    return ends.with_columns(strength=pl.Series(values, dtype=pl.Float64))


def _named(near: Near, ends: pl.DataFrame, text: str) -> pl.DataFrame:
    """Those whose name or label holds every word."""
    wanted = set(tokens(text))
    nodes = near.nodes(_by_kind(ends))
    held = [wanted <= set(tokens(props or "")) for props in nodes["props"]]
    kept = nodes.filter(pl.Series(held, dtype=pl.Boolean)).select("kind", "key")
    return ends.join(kept, on=["kind", "key"], how="semi", maintain_order="left")


def _by_kind(ends: pl.DataFrame) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for kind, key in ends.select("kind", "key").iter_rows():
        found.setdefault(kind, []).append(key)
    return found
