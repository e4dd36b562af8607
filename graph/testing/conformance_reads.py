"""What every read of a graph store answers."""

# ruff: noqa: D102 - the names of the tests are the sentences

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from graph.project import snapshot
from graph.schema import EDGE, NODE, EdgeKind, NodeKind, Projection
from graph.store import GraphStore, Reach
from graph.testing.hooks import StoreHooks
from graph.testing.worlds import SMALL_DAY, Hold, World, small
from graph.verify import verify


class ReadsConformance(StoreHooks):
    """Whole reads, reads at some nodes, looks around."""

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

    def test_neither_cap_nor_hub_counts_a_node_twice(self, store: GraphStore) -> None:
        crowd = tuple(Hold(f"d{n:02}", "truck", f"t{n % 2}", SMALL_DAY, SMALL_DAY) for n in range(20))
        both = (Hold("d00", "truck", "t1", SMALL_DAY, SMALL_DAY), *(Hold(f"d{n:02}", "home", "h") for n in range(20)))
        self.raw_put(store, World(holds=crowd + both).to_graph())
        found = store.neighbours(NodeKind.IDENTITY, ["d00"], Reach(hops=4, max_nodes=6))
        assert found.nodes["key"].to_list() == ["d00", "h", "t0", "t1", "d01", "d02"]
        assert found.left_out == 17

    def test_a_hub_is_what_has_more_edges_than_may_be(self, store: GraphStore) -> None:
        crowd = tuple(Hold(f"d{n:03}", "home", "yard") for n in range(100))
        self.raw_put(store, World(holds=(*crowd, Hold("d000", "phone", "p1"))).to_graph())
        walked = store.neighbours(NodeKind.PHONE, ["p1"], Reach(hops=3, hub_degree=100))
        assert walked.nodes.height == 102
        assert not walked.is_truncated
        stopped = store.neighbours(NodeKind.PHONE, ["p1"], Reach(hops=3, hub_degree=99))
        assert stopped.nodes.select("key", "hops", "degree").rows() == [("p1", 0, 1), ("d000", 1, 2), ("yard", 2, 100)]
        assert stopped.hubs.rows() == [("Address", "yard", 100)]
        from_hub = store.neighbours(NodeKind.ADDRESS, ["yard"], Reach(hops=1, hub_degree=5))
        assert from_hub.nodes.height == 101
        assert not from_hub.is_truncated
        of_kind = store.neighbours(NodeKind.PHONE, ["p1"], Reach(3, frozenset({EdgeKind.HAS_PHONE}), hub_degree=1))
        assert of_kind.nodes["key"].to_list() == ["p1", "d000"]
        assert not of_kind.is_truncated

    def test_an_edge_is_there_from_the_day_it_was_known(self, store: GraphStore) -> None:
        day = dt.date(2025, 6, 1)
        world = World(
            holds=(
                Hold("d1", "truck", "t1", SMALL_DAY, SMALL_DAY),
                Hold("d2", "truck", "t1", SMALL_DAY, SMALL_DAY, known_on=day),
                Hold("d3", "truck", "t1", SMALL_DAY, SMALL_DAY, known_on=day),
            )
        ).to_graph()
        unsaid = pl.when(pl.col("src") != "d3").then(pl.col("known_on"))
        self.raw_put(store, replace(world, edges=world.edges.with_columns(known_on=unsaid)))
        before = day - dt.timedelta(days=1)
        for as_of, drivers in ((None, ["d1", "d2", "d3"]), (day, ["d1", "d2", "d3"]), (before, ["d1", "d3"])):
            assert store.edges_of(NodeKind.VEHICLE, ["t1"], as_of=as_of)["src"].to_list() == drivers
            assert store.degrees(NodeKind.VEHICLE, ["t1"], as_of=as_of)["degree"].to_list() == [len(drivers)]
            assert store.degrees(NodeKind.IDENTITY, ["d2"], as_of=as_of).rows() == [("d2", int("d2" in drivers))]
            around = store.neighbours(NodeKind.VEHICLE, ["t1"], Reach(as_of=as_of))
            assert around.nodes["key"].to_list() == ["t1", *drivers]
            assert around.nodes["degree"].to_list() == [len(drivers), *(1 for _ in drivers)]
            assert around.edges["src"].to_list() == drivers

    @pytest.mark.parametrize(
        ("known_on", "is_there"), [(dt.date(2025, 6, 2), False), (dt.date(2025, 6, 1), True), (None, True)]
    )
    def test_a_node_is_there_from_the_day_it_was_known(
        self, store: GraphStore, known_on: dt.date | None, *, is_there: bool
    ) -> None:
        days = pl.when(pl.col("key") == "t1").then(pl.lit(known_on, pl.Date)).otherwise(pl.col("known_on"))
        self.raw_put(store, replace(small(), nodes=small().nodes.with_columns(known_on=days)))
        reach = Reach(hops=4, as_of=dt.date(2025, 6, 1))
        around = store.neighbours(NodeKind.IDENTITY, ["d1"], reach)
        assert around.nodes["key"].to_list()[1:2] == (["t1"] if is_there else [])
        assert ("DROVE" in around.edges["kind"].to_list()) == is_there
        assert (store.neighbours(NodeKind.VEHICLE, ["t1"], reach).nodes.height > 0) == is_there
        assert store.neighbours(NodeKind.VEHICLE, ["t1"], Reach(hops=1)).nodes.height == 3

    def test_kinds_cap_every_read(self, store: GraphStore) -> None:
        self.raw_put(store, small())
        homes = frozenset({EdgeKind.LIVES_AT})
        assert set(store.edges(homes)["kind"]) == {"LIVES_AT"}
        assert store.edges_of(NodeKind.IDENTITY, ["d1", "d2", "d3"], homes)["src"].to_list() == ["d2", "d3"]
        around = store.neighbours(NodeKind.IDENTITY, ["d2"], Reach(hops=5, kinds=homes))
        assert around.nodes.select("key", "degree").rows() == [("d2", 1), ("h1", 2), ("d3", 1)]

    def test_several_starts_are_one_look(self, store: GraphStore) -> None:
        self.raw_put(store, small())
        around = store.neighbours(NodeKind.IDENTITY, ["d3", "d1", "nobody"], Reach(hops=1))
        assert around.nodes.select("key", "hops").rows() == [("d1", 0), ("d3", 0), ("h1", 1), ("t1", 1)]
        nowhere = store.neighbours(NodeKind.IDENTITY, ["d2"], Reach(hops=0))
        assert nowhere.nodes["key"].to_list() == ["d2"]
        assert nowhere.edges.height == 0
