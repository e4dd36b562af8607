"""Which part of the graph a change of facts can reach, so that only that part is read back and compared."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields

import polars as pl

from graph.project import change
from graph.schema import EDGE, EDGE_KEY, NODE, NODE_KEY, EdgeKind, GraphChange, NodeKind, Projection
from graph.store import GraphReader
from linkage.schema import Kind

_THINGS = frozenset({NodeKind.CARRIER, NodeKind.VEHICLE})
_SUCCESSION = frozenset({EdgeKind.SUCCEEDS})
_OF_VEHICLES = frozenset({EdgeKind.OPERATES, EdgeKind.IN_VEHICLE, EdgeKind.DROVE})


@dataclass(frozen=True, slots=True)
class Scope:
    """Kinds of nodes and edges."""

    nodes: frozenset[NodeKind]
    edges: frozenset[EdgeKind]


EVERYTHING = Scope(frozenset(NodeKind), frozenset(EdgeKind))

# A carrier fact can move every reference to a carrier, tell two vehicles of one plate apart and make two addresses one
# door; a truck-day can tell how an event's VIN is to be read; trucks, revocations and first signs of life can show one
# carrier to be another reopened (who drives for both is told on the node of the younger only), and
# things that only edges name are known from the first of those edges: hence the wider sets.
_REACH: dict[Kind, Scope] = {
    Kind.CARRIER: Scope(
        _THINGS | {NodeKind.EVENT, NodeKind.ADDRESS},
        frozenset({EdgeKind.EMPLOYED_BY, EdgeKind.CITED_UNDER, EdgeKind.SUCCEEDS, EdgeKind.LIVES_AT}) | _OF_VEHICLES,
    ),
    Kind.CARRIER_LINK: Scope(
        _THINGS, frozenset({EdgeKind.SUCCEEDS, EdgeKind.EMPLOYED_BY, EdgeKind.OPERATES, EdgeKind.CITED_UNDER})
    ),
    Kind.VEHICLE: Scope(_THINGS | {NodeKind.EVENT}, _OF_VEHICLES | _SUCCESSION),
    Kind.EMPLOYMENT: Scope(
        _THINGS | {NodeKind.IDENTITY},
        frozenset({EdgeKind.EMPLOYED_BY, EdgeKind.OPERATES, EdgeKind.CITED_UNDER}) | _SUCCESSION,
    ),
    Kind.DRIVING: Scope(_THINGS | {NodeKind.EVENT}, frozenset({EdgeKind.DROVE, EdgeKind.IN_VEHICLE}) | _SUCCESSION),
    Kind.EVENT: Scope(
        _THINGS | {NodeKind.EVENT, NodeKind.PORT},
        frozenset({EdgeKind.COMMITTED, EdgeKind.CITED_UNDER, EdgeKind.IN_VEHICLE}) | _SUCCESSION,
    ),
    Kind.ENROLMENT: Scope(frozenset({NodeKind.SOURCE}), frozenset({EdgeKind.ENROLLED})),
    Kind.ASSOCIATION: Scope(frozenset(), frozenset({EdgeKind.ASSOCIATED_WITH})),
    Kind.CROSSING: Scope(frozenset({NodeKind.PORT}), frozenset({EdgeKind.CROSSED_AT})),
}
_SCORED = frozenset(EdgeKind) - {
    EdgeKind.ENROLLED,
    EdgeKind.CROSSED_AT,
    EdgeKind.OPERATES,
    EdgeKind.ASSOCIATED_WITH,
}


def scope_of(kinds: Collection[Kind], *, identities_changed: bool) -> Scope:
    """What new, corrected or withdrawn facts of these kinds can change.

    Args:
        identities_changed: a person record changed, or its identity did; then everything can.
    """
    if identities_changed or Kind.PERSON in kinds:
        return EVERYTHING
    reached = [_REACH[kind] for kind in kinds if kind in _REACH]
    return Scope(
        frozenset(node for scope in reached for node in scope.nodes),
        frozenset(edge for scope in reached for edge in scope.edges),
    )


def needed_for(scope: Scope) -> frozenset[Kind]:
    """Kinds of facts without which the graph within the scope, and the scores it moves, cannot be told."""
    edges = scope.edges | _SCORED if moves_scores(scope) else scope.edges
    also = {kind for kind, reach in _REACH.items() if reach.nodes & scope.nodes or reach.edges & edges}
    return frozenset(also | {Kind.PERSON}) if also else frozenset()


def moves_scores(scope: Scope) -> bool:
    """Whether a change within the scope can change a score."""
    return bool(scope.edges & _SCORED)


def difference(reader: GraphReader, wanted: Projection, scope: Scope) -> GraphChange:
    """What turns the part of a store's graph in the scope into what it should be.

    A part is read back and compared at a time, so that no second whole graph is held.
    """
    parts = [
        change(
            Projection(reader.nodes(node).sort(NODE_KEY), EDGE.empty()),
            Projection(wanted.nodes.filter(pl.col("kind") == node.value), EDGE.empty()),
        )
        for node in sorted(scope.nodes)
    ]
    edges = sorted(scope.edges)
    halves = (edges[: len(edges) // 2], edges[len(edges) // 2 :])  # reading a kind costs reading the nodes' names too
    parts += [
        change(
            Projection(NODE.empty(), reader.edges(half).sort(EDGE_KEY)),
            Projection(NODE.empty(), wanted.edges.filter(pl.col("kind").is_in(half))),
        )
        for half in halves
        if half
    ]
    empty = change(Projection.empty(), Projection.empty())
    frames = {
        field.name: pl.concat([getattr(part, field.name) for part in [empty, *parts]]) for field in fields(GraphChange)
    }
    return GraphChange(**frames)
