"""A bounded look around some nodes, the same on every store."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Protocol

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


def look_around(store: Steps, kind: NodeKind, keys: Collection[str], reach: Reach) -> Neighbourhood:
    """Nodes and edges within `reach.hops` of the start, hubs shown but not walked through.

    Complexity: edges read are bounded by `max_nodes` x `hub_degree` a hop, plus the edges of the start itself.
    """
    found = _with_degree(store, pl.DataFrame({"kind": [kind.value] * len(set(keys)), "key": sorted(set(keys))}), reach)
    found = found.with_columns(pl.lit(0, pl.Int32).alias("hops"))
    frontier, edges = found, [EDGE.empty()]
    left_out = 0
    for hop in range(1, reach.hops + 1):
        walked = frontier if hop == 1 else frontier.filter(pl.col("degree") <= reach.hub_degree)
        step = _edges_at(store, walked, reach)
        if not step.height:
            break
        ends = pl.concat([step.select(kind=f"{end}_kind", key=end) for end in ("src", "dst")]).unique()
        new = ends.join(found.select(_PLACE), on=_PLACE, how="anti").sort(_PLACE)
        kept = new.head(max(0, reach.max_nodes - found.height))
        left_out += new.height - kept.height
        edges.append(step)
        frontier = _with_degree(store, kept, reach).with_columns(pl.lit(hop, pl.Int32).alias("hops"))
        found = pl.concat([found, frontier])
    shown = _between(pl.concat(edges).unique(), found)
    hubs = found.filter((pl.col("degree") > reach.hub_degree) & (pl.col("hops") > 0))
    nodes = _described(store, found).sort("hops", "kind", "key")
    return Neighbourhood(nodes, shown, hubs.select("kind", "key", "degree").sort(_PLACE), left_out)


def _by_kind(places: pl.DataFrame) -> list[tuple[NodeKind, list[str]]]:
    kinds = sorted(places["kind"].unique().to_list())
    return [(NodeKind(k), places.filter(pl.col("kind") == k)["key"].to_list()) for k in kinds]


def _with_degree(store: Steps, places: pl.DataFrame, reach: Reach) -> pl.DataFrame:
    parts = [pl.DataFrame(schema={"kind": pl.String, "key": pl.String, "degree": pl.Int64})]
    for kind, keys in _by_kind(places):
        degrees = store.degrees(kind, keys, reach.kinds, reach.as_of)
        parts.append(degrees.select(pl.lit(kind.value).alias("kind"), "key", "degree"))
    return pl.concat(parts)


def _edges_at(store: Steps, places: pl.DataFrame, reach: Reach) -> pl.DataFrame:
    parts = [store.edges_of(kind, keys, reach.kinds, reach.as_of) for kind, keys in _by_kind(places)]
    return pl.concat([EDGE.empty(), *parts])


def _between(edges: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    for end in ("src", "dst"):
        here = found.select(pl.col("kind").alias(f"{end}_kind"), pl.col("key").alias(end))
        edges = edges.join(here, on=[f"{end}_kind", end], how="semi")
    return edges.sort("kind", "src", "dst", "record", "first_seen")


def _described(store: Steps, found: pl.DataFrame) -> pl.DataFrame:
    parts = [NODE.empty()]
    parts += [store.nodes(kind, keys) for kind, keys in _by_kind(found)]
    return pl.concat(parts).join(found, on=_PLACE, how="inner")
