"""A bounded look around some nodes, the same on every store."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Protocol, runtime_checkable

import polars as pl

from graph.schema import EDGE, NODE, EdgeKind, NodeKind
from graph.store import Neighbourhood, Reach

_PLACE = ["kind", "key"]


class Steps(Protocol):
    """The three questions a look around asks of a store."""

    def nodes(self, kind: NodeKind, keys: Collection[str] | None = None) -> pl.DataFrame:
        """Frame NODE of the keys that exist."""
        ...

    def edges_of(
        self, kind: NodeKind, keys: Collection[str], kinds: Collection[EdgeKind] = ..., as_of: date | None = None
    ) -> pl.DataFrame:
        """Frame EDGE at the nodes."""
        ...

    def degrees(
        self, kind: NodeKind, keys: Collection[str], kinds: Collection[EdgeKind] = ..., as_of: date | None = None
    ) -> pl.DataFrame:
        """Frame key, degree of the nodes that exist."""
        ...


@runtime_checkable
class PlaceSteps(Protocol):
    """The same questions about nodes of many kinds at once, from a store to which each question is a way to go."""

    def nodes_at(self, places: pl.DataFrame) -> pl.DataFrame:
        """Frame NODE of the places that exist, by kind and key."""
        ...

    def edges_at(self, places: pl.DataFrame, kinds: Collection[EdgeKind], as_of: date | None) -> pl.DataFrame:
        """Frame EDGE at the places."""
        ...

    def degrees_at(self, places: pl.DataFrame, kinds: Collection[EdgeKind], as_of: date | None) -> pl.DataFrame:
        """Frame kind, key, degree of the places that exist, by kind and key."""
        ...


def look_around(store: Steps, kind: NodeKind, keys: Collection[str], reach: Reach) -> Neighbourhood:
    """Nodes and edges within `reach.hops` of the start, hubs shown but not walked through.

    A node first known after `reach.as_of` is not there, a start no less: nor is any edge at it. In a graph made from
    facts no edge is known before its ends, so this hides nothing that an edge of that day shows.

    Complexity: edges read are bounded by `max_nodes` x `hub_degree` a hop, plus the edges of the start itself.
    """
    start = places_of((kind, key) for key in set(keys))
    found = with_degree(store, known(store, start, reach), reach)
    found = found.with_columns(pl.lit(0, pl.Int32).alias("hops"))
    frontier, edges = found, [EDGE.empty()]
    left_out = start.clear()
    for hop in range(1, reach.hops + 1):
        walked = frontier if hop == 1 else frontier.filter(pl.col("degree") <= reach.hub_degree)
        step = edges_at(store, walked, reach)
        if not step.height:
            break
        ends = ends_of(step)
        new = known(store, ends.join(found.select(_PLACE), on=_PLACE, how="anti"), reach)
        kept = new.head(max(0, reach.max_nodes - found.height))
        left_out = pl.concat([left_out, new.slice(kept.height)]).unique()  # may be met again a hop later
        edges.append(step)
        frontier = with_degree(store, kept, reach).with_columns(pl.lit(hop, pl.Int32).alias("hops"))
        found = pl.concat([found, frontier])
    if reach.hops:  # what joins two nodes that are both farthest away was not walked
        edges.append(edges_at(store, frontier.filter(pl.col("degree") <= reach.hub_degree), reach))
    shown = _between(pl.concat(edges).unique(), found)
    hubs = found.filter((pl.col("degree") > reach.hub_degree) & (pl.col("hops") > 0))
    nodes = described(store, found).join(found, on=_PLACE, how="inner").sort("hops", "kind", "key")
    return Neighbourhood(nodes, shown, hubs.select("kind", "key", "degree").sort(_PLACE), left_out.height)


def places_of(pairs: Iterable[tuple[NodeKind, str]]) -> pl.DataFrame:
    """Frame kind, key of some places."""
    rows = [(kind.value, key) for kind, key in pairs]
    return pl.DataFrame(rows, schema=dict.fromkeys(_PLACE, pl.String), orient="row")


def by_kind(places: pl.DataFrame) -> list[tuple[NodeKind, list[str]]]:
    """The keys of each kind among some places, kinds in order."""
    kinds = sorted(places["kind"].unique().to_list())
    return [(NodeKind(k), places.filter(pl.col("kind") == k)["key"].to_list()) for k in kinds]


def known(store: Steps, places: pl.DataFrame, reach: Reach) -> pl.DataFrame:
    """The places that were known by the day of the reach, by kind and key; a node without a day counts as known."""
    places = places.select(_PLACE).sort(_PLACE)
    if reach.as_of is None:
        return places
    later = described(store, places).filter(pl.col("known_on") > reach.as_of)
    return places.join(later, on=_PLACE, how="anti", maintain_order="left")


def with_degree(store: Steps, places: pl.DataFrame, reach: Reach) -> pl.DataFrame:
    """Frame kind, key, degree of the places that exist, by kind and key."""
    if isinstance(store, PlaceSteps):
        return store.degrees_at(places, reach.kinds, reach.as_of)
    parts = [pl.DataFrame(schema={"kind": pl.String, "key": pl.String, "degree": pl.Int64})]
    for kind, keys in by_kind(places):
        degrees = store.degrees(kind, keys, reach.kinds, reach.as_of)
        parts.append(degrees.select(pl.lit(kind.value).alias("kind"), "key", "degree"))
    return pl.concat(parts)


def edges_at(store: Steps, places: pl.DataFrame, reach: Reach) -> pl.DataFrame:
    """Frame EDGE at the places; an edge between two of them that differ in kind comes twice."""
    if isinstance(store, PlaceSteps):
        return store.edges_at(places, reach.kinds, reach.as_of)
    parts = [store.edges_of(kind, keys, reach.kinds, reach.as_of) for kind, keys in by_kind(places)]
    return pl.concat([EDGE.empty(), *parts])


def ends_of(edges: pl.DataFrame) -> pl.DataFrame:
    """Frame kind, key of the places at either end, each once."""
    return pl.concat([edges.select(kind=f"{end}_kind", key=end) for end in ("src", "dst")]).unique()


def _between(edges: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    for end in ("src", "dst"):
        here = found.select(pl.col("kind").alias(f"{end}_kind"), pl.col("key").alias(end))
        edges = edges.join(here, on=[f"{end}_kind", end], how="semi")
    return edges.sort("kind", "src", "dst", "record", "first_seen")


def described(store: Steps, places: pl.DataFrame) -> pl.DataFrame:
    """Frame NODE of the places that exist, by kind and key."""
    if isinstance(store, PlaceSteps):
        return store.nodes_at(places)
    return pl.concat([NODE.empty(), *(store.nodes(kind, keys) for kind, keys in by_kind(places))])
