"""What joins drivers that an investigator put in focus: routes between two, or things that several share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

from api import scores
from api.connect import MOST, Between, people_between, shared_by
from api.explore.picture import Picture, keys_of, node_id
from api.explore.reading import SHOWN_KINDS, Near
from api.general_graph import general_steps
from api.graph_store import LEDGER, GraphStoreChoice, open_graph
from graph.neighbours import Steps
from graph.paths import Place, Search, find_paths
from graph.policy_file import load_policy
from graph.schema import EDGE, EdgeKind, NodeKind
from graph.store import WALKED_KINDS, GraphReader, Reach
from linkage.ledger import Workspace

STEPS = 4
"""Ties on a route at most: what is further away says nothing of two people."""
ROWS = 10
_RANKED = 50
_WALKED = WALKED_KINDS & SHOWN_KINDS - {EdgeKind.CITED_UNDER, EdgeKind.CROSSED_AT}
"""A port joins all who cross there; whom an event was recorded under is employed there or says nothing of it."""
_PAIR = 2


class Way(StrEnum):
    """How drivers may be joined."""

    ROUTE = "route"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Joining:
    """What is asked.

    Args:
        way: routes join two, shared things 2 to 50.
        people: identity ids, former ids or source/record_id.
        shown: ids of nodes that are shown already.
        let_in: ids of hubs that are to join all the same.
    """

    way: Way
    people: Sequence[str]
    shown: frozenset[str] = frozenset()
    let_in: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Rows:
    """Ids of nodes: those of each row, and hubs that might join and were left out."""

    rows: list[list[str]]
    hubs: list[str]


def joined(workspace: Workspace, asked: Joining, store: GraphStoreChoice = LEDGER) -> dict[str, Any]:
    """What joins them, nothing through a hub that was not let in.

    Returns:
        nodes (new), edges (all between new nodes and those that are shown), rows (up to 10: ids of the nodes along a
        route, the one whose weakest tie is strongest first; or of a shared thing and of those who share it, in the
        order of `connect`), people (identity ids of those asked about), hubs (nodes left out).

    Raises:
        SettingsError: too few or too many are named.
        UnknownRecord: one of them is nobody.
        StoreUnavailable: the store does not answer or lags behind the ledger.
    """
    with workspace.reading() as connection, open_graph(connection, store) as reader:
        people = people_between(connection, Between(asked.people, _PAIR if asked.way is Way.ROUTE else MOST))
        near = Near(reader, connection, load_policy(), scores.as_of(connection))
        if asked.way is Way.ROUTE:
            found = _routes(general_steps(workspace, connection, reader), people, asked, near)
        else:
            found = _shared(reader, people, asked, near)
        ends = [node_id(NodeKind.IDENTITY, one) for one in people]
        wanted = keys_of({*ends, *(name for row in found.rows for name in row), *asked.shown})
        picture = near.picture(near.nodes(wanted), near.edges_among(wanted))
        hubs = near.picture(near.nodes(keys_of(found.hubs)), EDGE.empty())
    rows = _strongest_first(found.rows, picture) if asked.way is Way.ROUTE else found.rows
    rows = rows[:ROWS]
    kept = {*ends, *(name for row in rows for name in row)} - asked.shown
    return {
        **picture.without(picture.nodes.keys() - kept).document(),
        "rows": rows,
        "people": people,
        "hubs": hubs.document()["nodes"],
    }


def _routes(steps: Steps, people: Sequence[str], asked: Joining, near: Near) -> _Rows:
    """Routes between two drivers, and the hubs that both of them reach."""
    start, end = (Place(NodeKind.IDENTITY, one) for one in people)
    through = frozenset(Place(NodeKind(kind), key) for kind, keys in keys_of(asked.let_in).items() for key in keys)
    reach = Reach(STEPS, _WALKED, 10_000, near.policy.limits.hub_degree, near.as_of)
    found = find_paths(steps, start, end, Search(reach, _RANKED, with_longer=True, through=through))
    between = found.hubs.filter("is_between").select("kind", "key").iter_rows()
    return _Rows([[node_id(*place) for place in route] for route in found.routes], [node_id(*hub) for hub in between])


def _shared(reader: GraphReader, people: Sequence[str], asked: Joining, near: Near) -> _Rows:
    """Things that at least two of the drivers were on, each with those who were."""
    rows, hubs = [], []
    for thing in shared_by(reader, people, near.as_of):
        name = node_id(thing.kind, thing.key)
        if thing.is_hub and name not in asked.let_in:
            hubs.append(name)
        else:
            rows.append([name, *(node_id(NodeKind.IDENTITY, one) for one in thing.who)])
    return _Rows(rows[:ROWS], hubs[:ROWS])


def _strongest_first(routes: list[list[str]], picture: Picture) -> list[list[str]]:
    """A route holds as its weakest tie does; of equals the shortest."""
    held: dict[frozenset[str], float] = {}
    for tie in picture.edges.values():
        pair = frozenset((tie["source"], tie["target"]))
        held[pair] = max(held.get(pair, 0.0), _hold(tie))
    weakest = {tuple(route): min(held.get(frozenset(step), 0.0) for step in pairwise(route)) for route in routes}
    return sorted(routes, key=lambda route: (-weakest[tuple(route)], len(route), route))


def _hold(tie: Mapping[str, Any]) -> float:
    """How much a tie can say of two people: nothing where no points come of it, such as a shared port."""
    if tie["kind"] == EdgeKind.POSSIBLY_SAME:
        return float(tie["confidence"])
    return float(tie["strength"] or 0.0)
