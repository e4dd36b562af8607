"""Routes compared with networkx, which is slow, obvious and not ours."""

import datetime as dt
from itertools import pairwise

import networkx as nx
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from graph.paths import Cap, Place, Search, find_paths
from graph.schema import EdgeKind, NodeKind
from graph.store import ALL_EDGE_KINDS, Reach
from graph.testing.memory import MemoryStore
from graph.testing.strategies import worlds

DAYS = st.none() | st.dates(dt.date(2019, 1, 1), dt.date(2026, 1, 1))


def plain(store: MemoryStore, reach: Reach, ends: tuple[Place, Place]) -> nx.Graph:
    """The places that routes may use: known by the day, no hub but the ends, edges of the asked kinds."""
    day = reach.as_of or dt.date.max
    nodes = store.held.nodes.filter(pl.col("known_on").fill_null(dt.date.min) <= day)
    edges = store.edges(reach.kinds).filter(pl.col("known_on").fill_null(dt.date.min) <= day)
    many = nx.MultiGraph()
    many.add_nodes_from(nodes.select("kind", "key").iter_rows())
    for src_kind, src, dst_kind, dst in edges.select("src_kind", "src", "dst_kind", "dst").iter_rows():
        many.add_edge((src_kind, src), (dst_kind, dst))
    known = set(nodes.select("kind", "key").iter_rows())
    degree = {node: many.degree(node) - many.number_of_edges(node, node) for node in many}
    kept = {node for node in known if degree[node] <= reach.hub_degree or node in ends}
    return nx.Graph(many.subgraph(kept))


def by_order(routes):
    return sorted((tuple(Place(*node) for node in route) for route in routes), key=lambda route: (len(route), route))


@st.composite
def questions(draw):
    held = draw(worlds()).to_graph()
    late = st.sampled_from([None, dt.date(2018, 5, 1), dt.date(2022, 5, 1)])
    edges = held.edges.with_columns(
        known_on=pl.Series([draw(late) for _ in range(held.edges.height)], dtype=pl.Date),
    )
    nodes = held.nodes.with_columns(
        known_on=pl.Series([draw(late) for _ in range(held.nodes.height)], dtype=pl.Date),
    )
    store = MemoryStore(type(held)(nodes, edges))
    places = [Place(NodeKind(kind), key) for kind, key in nodes.select("kind", "key").iter_rows()]
    ends = draw(st.sampled_from(places)), draw(st.sampled_from(places))
    kinds = draw(st.just(ALL_EDGE_KINDS) | st.frozensets(st.sampled_from(sorted(EdgeKind)), min_size=6))
    reach = Reach(draw(st.integers(1, 7)), kinds, 10_000, draw(st.integers(1, 6)), draw(DAYS))
    return store, ends, reach


@given(questions())
def test_the_shortest_routes_are_those_of_networkx(question) -> None:
    store, (start, end), reach = question
    found = find_paths(store, start, end, Search(reach, max_routes=1_000))
    there = plain(store, reach, (start, end))
    if start not in there or end not in there:
        assert found.routes == ()
        assert found.unknown
        return
    try:
        wanted = by_order(nx.all_shortest_paths(there, start, end))
    except nx.NetworkXNoPath:
        wanted = []
    if wanted and len(wanted[0]) - 1 > reach.hops:
        wanted = []
    assert list(found.routes) == wanted
    assert found.caps == ()


@given(questions(), st.integers(1, 12))
def test_longer_routes_are_the_simple_paths_of_networkx(question, most: int) -> None:
    store, (start, end), reach = question
    there = plain(store, reach, (start, end))
    if start not in there or end not in there or start == end:
        return
    wanted = by_order(nx.all_simple_paths(there, start, end, cutoff=reach.hops))
    every = find_paths(store, start, end, Search(reach, max_routes=100_000, with_longer=True))
    assert list(every.routes) == wanted
    some = find_paths(store, start, end, Search(reach, max_routes=most, with_longer=True))
    assert list(some.routes) == wanted[:most]
    assert some.caps == ((Cap.ROUTES,) if len(wanted) > most else ())


@given(questions())
def test_every_edge_given_lies_along_a_step_and_is_known(question) -> None:
    store, (start, end), reach = question
    found = find_paths(store, start, end, Search(reach))
    steps = {frozenset(step) for route in found.routes for step in pairwise(route)}
    joined = found.edges.select("src_kind", "src", "dst_kind", "dst").iter_rows()
    assert {frozenset(((a, b), (c, d))) for a, b, c, d in joined} == steps
    if reach.as_of:
        assert found.edges.filter(pl.col("known_on") > reach.as_of).height == 0
        assert found.nodes.filter(pl.col("known_on") > reach.as_of).height == 0


@given(questions(), st.integers(1, 20))
def test_limits_never_make_a_route_up_or_lose_a_shorter_one(question, most: int) -> None:
    store, (start, end), reach = question
    wide = find_paths(store, start, end, Search(reach, max_routes=1_000))
    tight = find_paths(store, start, end, Search(reach, max_routes=1_000, max_edges=most))
    if tight.caps:
        assert tight.routes == ()
        assert wide.hops is None or wide.hops > tight.searched_hops
    else:
        assert tight.routes == wide.routes
