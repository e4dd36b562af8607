"""Routes of a graph as rows: where they lead, over what, how sure, resting on which records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from itertools import pairwise
from typing import Any

import polars as pl

from graph.neighbours import Steps, described, edges_at, with_degree
from graph.patterns.question import Asked, Cut
from graph.routes import Cap, Place, Route
from graph.schema import EdgeKind, NodeKind
from graph.store import ALL_EDGE_KINDS, Reach

WALKED = frozenset(
    {
        EdgeKind.EMPLOYED_BY,
        EdgeKind.DROVE,
        EdgeKind.OPERATES,
        EdgeKind.LIVES_AT,
        EdgeKind.HAS_PHONE,
        EdgeKind.COMMITTED,
        EdgeKind.CITED_UNDER,
        EdgeKind.IN_VEHICLE,
        EdgeKind.SUCCEEDS,
    }
)
"""Edges that a route between people may use: a programme, a port or a record that two are in says nothing of them."""

CUTS = {Cap.NODES: Cut.NODES, Cap.EDGES: Cut.EDGES, Cap.ROUTES: Cut.LIMIT, Cap.STEPS: Cut.STEPS}

ROUTE_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "hops": pl.Int64,
    "places": pl.List(pl.String),  # kind and key of each node along the route
    "ties": pl.List(pl.String),  # kind and days of each step, one fewer
    "people": pl.List(pl.String),  # identities along the route
    "records": pl.List(pl.String),  # that its steps rest on
    "confidence": pl.Float64,  # of its least sure step
    "is_possible": pl.Boolean,
}


class SureSteps:
    """A store seen without the edges that are only possible; degrees count them, so that no hub seems small.

    Args:
        store: what is read.
        least: probability below which an edge is only possible.
    """

    def __init__(self, store: Steps, least: float) -> None:
        self._store = store
        self._is_sure = pl.col("confidence") >= least

    def nodes(self, kind: NodeKind, keys: Collection[str] | None = None) -> pl.DataFrame:
        """Frame NODE of the keys that exist."""
        return self._store.nodes(kind, keys)

    def edges_of(
        self,
        kind: NodeKind,
        keys: Collection[str],
        kinds: Collection[EdgeKind] = ALL_EDGE_KINDS,
        as_of: date | None = None,
    ) -> pl.DataFrame:
        """Frame EDGE at the nodes, without those that are only possible."""
        return self._store.edges_of(kind, keys, kinds, as_of).filter(self._is_sure)

    def degrees(
        self,
        kind: NodeKind,
        keys: Collection[str],
        kinds: Collection[EdgeKind] = ALL_EDGE_KINDS,
        as_of: date | None = None,
    ) -> pl.DataFrame:
        """Frame key, degree of the nodes that exist."""
        return self._store.degrees(kind, keys, kinds, as_of)

    def nodes_at(self, places: pl.DataFrame) -> pl.DataFrame:
        """Frame NODE of the places that exist, by kind and key."""
        return described(self._store, places)

    def edges_at(self, places: pl.DataFrame, kinds: Collection[EdgeKind], as_of: date | None) -> pl.DataFrame:
        """Frame EDGE at the places, without those that are only possible."""
        return edges_at(self._store, places, Reach(kinds=frozenset(kinds), as_of=as_of)).filter(self._is_sure)

    def degrees_at(self, places: pl.DataFrame, kinds: Collection[EdgeKind], as_of: date | None) -> pl.DataFrame:
        """Frame kind, key, degree of the places that exist, by kind and key."""
        return with_degree(self._store, places, Reach(kinds=frozenset(kinds), as_of=as_of))


def walkable(store: Steps, asked: Asked) -> Steps:
    """What a route may be looked for in: possible links are not there unless they were asked for."""
    if asked.flag("possible"):
        return store
    return SureSteps(store, asked.policy.limits.review_threshold)


def reach_of(asked: Asked) -> Reach:
    """How far and over what a route may go."""
    may_be = {EdgeKind.POSSIBLY_SAME} if asked.flag("possible") else set()
    return Reach(
        hops=asked.number("hops"),
        kinds=WALKED | may_be,
        max_nodes=asked.number("max_nodes"),
        hub_degree=asked.number("hub"),
        as_of=asked.as_of,
    )


def route_rows(routes: Iterable[Route], edges: pl.DataFrame, asked: Asked) -> list[dict[str, Any]]:
    """Values of ROUTE_COLUMNS for each route.

    Args:
        routes: sequences of places.
        edges: frame EDGE with every edge along their steps.
        asked: says below which probability a step is only possible.
    """
    along: dict[frozenset[Place], list[dict[str, Any]]] = defaultdict(list)
    for edge in edges.iter_rows(named=True):
        ends = (Place(NodeKind(edge[f"{end}_kind"]), edge[end]) for end in ("src", "dst"))
        along[frozenset(ends)].append(edge)
    return [_row(route, [along[frozenset(step)] for step in pairwise(route)], asked) for route in routes]


def _row(route: Route, steps: list[list[dict[str, Any]]], asked: Asked) -> dict[str, Any]:
    best = [max(edge["confidence"] for edge in step) for step in steps]
    may_be = any(edge["kind"] == EdgeKind.POSSIBLY_SAME for step in steps for edge in step)
    confidence = min(best, default=1.0)
    return {
        "hops": len(steps),
        "places": [f"{place.kind.value} {place.key}" for place in route],
        "ties": [_tie(step) for step in steps],
        "people": [place.key for place in route if place.kind is NodeKind.IDENTITY],
        "records": sorted({edge["record"] for step in steps for edge in step if edge["record"]}),
        "confidence": confidence,
        "is_possible": may_be or confidence < asked.policy.limits.review_threshold,
    }


def _tie(step: list[dict[str, Any]]) -> str:
    """The kinds of a step's edges with their first and last day; an edge without last day lasts."""
    told = []
    for kind in sorted({edge["kind"] for edge in step}):
        dated = [edge for edge in step if edge["kind"] == kind and edge["first_seen"]]
        if not dated:
            told.append(str(kind))
            continue
        first = min(edge["first_seen"] for edge in dated)
        is_open = any(edge["last_seen"] is None for edge in dated)
        last = "" if is_open else max(edge["last_seen"] for edge in dated).isoformat()
        told.append(f"{kind} {first.isoformat()}..{last}")
    return ", ".join(told)
