"""What every graph store must do. A backend subclasses it, gives a store and two hooks, and changes no test."""

# ruff: noqa: D102 - the names of the tests are the sentences

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from polars.testing import assert_frame_equal

from graph.errors import ConstraintViolation
from graph.project import change, snapshot
from graph.schema import EDGE, EDGE_KEY, NODE, NODE_KEY, EdgeKind, NodeKind, Projection
from graph.store import GraphStore, Reach
from graph.testing.strategies import worlds
from graph.testing.worlds import Happening, Hold, World
from graph.verify import verify

DAY = dt.date(2025, 3, 1)
HOSTILE = "`x` }) DETACH DELETE n //'\"\\{$y} %s \u00d1\t\n"


def small() -> Projection:
    """Three drivers, a truck, a carrier, a home, an event."""
    return World(
        holds=(
            Hold("d1", "truck", "t1", DAY, DAY + dt.timedelta(days=30)),
            Hold("d2", "truck", "t1", DAY, DAY),
            Hold("d2", "carrier", "c1", DAY, None),
            Hold("d2", "carrier", "c1", DAY + dt.timedelta(days=400), DAY + dt.timedelta(days=500)),
            Hold("d3", "home", "h1"),
            Hold("d2", "home", "h1"),
        ),
        events=(Happening("d2", "e1", DAY),),
        confidences={("d2", 0): 0.1 + 0.2},
    ).to_graph()


class GraphStoreConformance:
    """The suite. `store` is a fixture of the subclass that gives an empty store."""

    def __init_subclass__(cls, **more: Any) -> None:
        """Refuses a subclass that changes a test of the suite."""
        super().__init_subclass__(**more)
        changed = [name for name in vars(cls) if name.startswith("test_") and hasattr(GraphStoreConformance, name)]
        if changed:
            raise TypeError(f"{cls.__name__} must not change {', '.join(sorted(changed))}")

    @abstractmethod
    def raw_put(self, store: GraphStore, held: Projection) -> None:
        """Writes a graph into the store's own tables, past the store."""

    @abstractmethod
    def raw_get(self, store: GraphStore) -> Projection:
        """Reads the graph out of the store's own tables, past the store."""

    def test_a_new_store_is_empty(self, store: GraphStore) -> None:
        assert store.counts().nodes == {}
        assert store.counts().edges == {}
        assert store.applied() == 0
        for kind in NodeKind:
            NODE.check(store.nodes(kind))
        EDGE.check(store.edges(frozenset(EdgeKind)))

    def test_reads_what_was_put_past_it(self, store: GraphStore) -> None:
        self.raw_put(store, small())
        held = snapshot(store)
        assert_frame_equal(held.nodes, small().nodes)
        assert_frame_equal(held.edges, small().edges, check_exact=True)

    def test_writes_what_is_read_past_it(self, store: GraphStore) -> None:
        assert store.apply(change(Projection.empty(), small()))
        held = self.raw_get(store)
        assert_frame_equal(held.nodes.sort(NODE_KEY), small().nodes)
        assert_frame_equal(held.edges.sort(EDGE_KEY), small().edges, check_exact=True)

    def test_applying_twice_is_applying_once(self, store: GraphStore) -> None:
        towards = change(Projection.empty(), small())
        assert store.apply(towards, 7)
        assert not store.apply(towards, 7)
        assert store.apply(towards)
        assert store.applied() == 7
        assert_frame_equal(self.raw_get(store).edges.sort(EDGE_KEY), small().edges)

    def test_an_older_change_is_passed_over(self, store: GraphStore) -> None:
        store.apply(change(Projection.empty(), small()), 7)
        assert not store.apply(change(small(), Projection.empty()), 6)
        assert_frame_equal(self.raw_get(store).nodes.sort(NODE_KEY), small().nodes)

    def test_changed_content_replaces_and_nothing_doubles(self, store: GraphStore) -> None:
        self.raw_put(store, small())
        after = replace(small(), edges=small().edges.with_columns(confidence=pl.lit(0.5), props=pl.lit('{"a":1}')))
        store.apply(change(snapshot(store), after))
        assert_frame_equal(self.raw_get(store).edges.sort(EDGE_KEY), after.edges)

    def test_removal_takes_undated_edges_too(self, store: GraphStore) -> None:
        self.raw_put(store, small())
        store.apply(change(small(), Projection.empty()))
        assert self.raw_get(store).nodes.height == 0
        assert self.raw_get(store).edges.height == 0

    def test_an_edge_without_its_end_is_refused_and_nothing_is_kept(self, store: GraphStore) -> None:
        lame = replace(small(), nodes=small().nodes.filter(pl.col("key") != "c1"))
        with pytest.raises(ConstraintViolation):
            store.apply(change(Projection.empty(), lame), 1)
        assert self.raw_get(store).nodes.height == 0
        assert store.applied() == 0

    def test_an_edge_between_the_wrong_kinds_is_refused(self, store: GraphStore) -> None:
        wrong = small().edges.filter(pl.col("kind") == "DROVE").with_columns(kind=pl.lit("LIVES_AT"))
        with pytest.raises(ConstraintViolation):
            store.apply(change(Projection.empty(), replace(small(), edges=wrong)))

    def test_a_node_under_an_edge_stays(self, store: GraphStore) -> None:
        self.raw_put(store, small())
        gone = replace(change(small(), small()), nodes_removed=small().nodes.filter(pl.col("key") == "t1"))
        with pytest.raises(ConstraintViolation):
            store.apply(gone)
        assert_frame_equal(self.raw_get(store).nodes.sort(NODE_KEY), small().nodes)

    def test_hostile_text_is_kept_letter_for_letter(self, store: GraphStore) -> None:
        world = World(holds=(Hold(HOSTILE, "truck", HOSTILE, DAY, DAY),), props={HOSTILE: HOSTILE})
        store.apply(change(Projection.empty(), world.to_graph()))
        assert store.nodes(NodeKind.IDENTITY, [HOSTILE])["props"].to_list() == [HOSTILE]
        assert store.edges_of(NodeKind.VEHICLE, [HOSTILE])["src"].to_list() == [HOSTILE]

    def test_edges_of_finds_both_directions_once(self, store: GraphStore) -> None:
        self.raw_put(store, small())
        at_truck = store.edges_of(NodeKind.VEHICLE, ["t1"], frozenset({EdgeKind.DROVE}))
        assert at_truck["src"].to_list() == ["d1", "d2"]
        pairs = World(possible=(("d1", "d2", 0.6),)).to_graph()
        store.clear()
        self.raw_put(store, pairs)
        assert store.edges_of(NodeKind.IDENTITY, ["d1", "d2"]).height == 1

    def test_unknown_keys_are_passed_over(self, store: GraphStore) -> None:
        self.raw_put(store, small())
        assert store.nodes(NodeKind.IDENTITY, ["d1", "nobody"])["key"].to_list() == ["d1"]
        assert store.edges_of(NodeKind.IDENTITY, ["nobody"]).height == 0
        assert store.degrees(NodeKind.IDENTITY, ["nobody"]).height == 0

    def test_degrees_count_edges(self, store: GraphStore) -> None:
        self.raw_put(store, small())
        found = store.degrees(NodeKind.IDENTITY, ["d1", "d2", "d3"], frozenset({EdgeKind.EMPLOYED_BY}))
        assert dict(found.iter_rows()) == {"d1": 0, "d2": 2, "d3": 0}

    def test_counts_by_kind(self, store: GraphStore) -> None:
        self.raw_put(store, small())
        assert store.counts().nodes["Identity"] == 3
        assert store.counts().edges == {"COMMITTED": 1, "DROVE": 2, "EMPLOYED_BY": 2, "LIVES_AT": 2}

    def test_clear_empties(self, store: GraphStore) -> None:
        store.apply(change(Projection.empty(), small()), 3)
        store.clear()
        assert self.raw_get(store).nodes.height == 0
        assert store.applied() == 0

    def test_neighbours_stop_at_hops_hubs_and_caps(self, store: GraphStore) -> None:
        self.raw_put(store, small())
        one = store.neighbours(NodeKind.IDENTITY, ["d1"], Reach(hops=1))
        assert one.nodes["key"].to_list() == ["d1", "t1"]
        assert not one.is_truncated
        two = store.neighbours(NodeKind.IDENTITY, ["d1"], Reach(hops=2))
        assert two.nodes["key"].to_list() == ["d1", "t1", "d2"]
        hub = store.neighbours(NodeKind.IDENTITY, ["d1"], Reach(hops=4, hub_degree=1))
        assert hub.nodes["key"].to_list() == ["d1", "t1"]
        assert hub.hubs.rows() == [("Vehicle", "t1", 2)]
        assert hub.is_truncated
        capped = store.neighbours(NodeKind.IDENTITY, ["d2"], Reach(hops=1, max_nodes=2))
        assert capped.nodes.height == 2
        assert capped.left_out == 3
        kinds = store.neighbours(NodeKind.IDENTITY, ["d2"], Reach(hops=1, kinds=frozenset({EdgeKind.COMMITTED})))
        assert kinds.nodes["key"].to_list() == ["d2", "e1"]

    def test_verify_names_what_differs(self, store: GraphStore) -> None:
        self.raw_put(store, small())
        assert verify(store, small()).is_equal
        lacking = verify(store, Projection.empty())
        assert (lacking.missing, lacking.extra, lacking.different) == (0, small().nodes.height + 7, 0)
        other = replace(small(), edges=small().edges.with_columns(confidence=pl.lit(0.25)))
        assert verify(store, other).different == 7

    @given(before=worlds(), after=worlds())
    @settings(max_examples=15, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    def test_any_graph_becomes_any_other(self, store: GraphStore, before: World, after: World) -> None:
        store.clear()
        store.apply(change(Projection.empty(), before.to_graph()))
        store.apply(change(snapshot(store), after.to_graph()))
        assert verify(store, after.to_graph()).is_equal
