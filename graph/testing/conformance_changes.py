"""What every change does to a graph store."""

# ruff: noqa: D102 - the names of the tests are the sentences

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from polars.testing import assert_frame_equal

from graph.batches import NOTHING
from graph.errors import ConstraintViolation
from graph.project import change, snapshot
from graph.schema import EDGE_KEY, NODE_KEY, EdgeKind, NodeKind, Projection
from graph.store import GraphStore
from graph.testing.hooks import StoreHooks
from graph.testing.strategies import worlds
from graph.testing.worlds import SMALL_DAY, Hold, World, small
from graph.verify import verify


class ChangesConformance(StoreHooks):
    """Upserts, removals, refusals, and changes seen before."""

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

    def test_clear_empties(self, store: GraphStore) -> None:
        store.apply(change(Projection.empty(), small()), 3)
        store.clear()
        assert self.raw_get(store).nodes.height == 0
        assert store.applied() == 0

    def test_any_graph_becomes_any_other(self, store: GraphStore) -> None:
        @self.effort()
        @given(before=worlds(), after=worlds())
        def becomes(before: World, after: World) -> None:
            store.clear()
            store.apply(change(Projection.empty(), before.to_graph()))
            store.apply(change(snapshot(store), after.to_graph()))
            assert verify(store, after.to_graph()).is_equal

        becomes()

    def test_a_change_between_the_right_kinds_only_or_of_no_known_kind_is_refused(self, store: GraphStore) -> None:
        strange = small().edges.head(1).with_columns(kind=pl.lit("KNOWS"))
        with pytest.raises(ConstraintViolation):
            store.apply(change(Projection.empty(), replace(small(), edges=strange)), 1)
        assert self.raw_get(store).nodes.height == 0

    def test_another_first_day_is_another_edge(self, store: GraphStore) -> None:
        self.raw_put(store, small())
        days = pl.when(pl.col("kind") == "DROVE").then(pl.lit(dt.date(2024, 1, 1))).otherwise(pl.col("first_seen"))
        after = replace(small(), edges=small().edges.with_columns(first_seen=days).sort(EDGE_KEY))
        towards = change(small(), after)
        assert (towards.edges_removed.height, towards.edges_set.height) == (2, 2)
        store.apply(towards)
        assert_frame_equal(self.raw_get(store).edges.sort(EDGE_KEY), after.edges)

    def test_a_dated_edge_may_become_undated(self, store: GraphStore) -> None:
        self.raw_put(store, small())
        undated = small().edges.filter(pl.col("kind") != "EMPLOYED_BY")
        undated = undated.with_columns(first_seen=pl.lit(None, pl.Date)).sort(EDGE_KEY)
        store.apply(change(small(), replace(small(), edges=undated)))
        assert_frame_equal(self.raw_get(store).edges.sort(EDGE_KEY), undated)

    def test_what_was_said_can_be_unsaid(self, store: GraphStore) -> None:
        said = small().nodes.with_columns(props=pl.lit('{"name":"x","tags":["a"]}'), known_on=pl.lit(SMALL_DAY))
        self.raw_put(store, replace(small(), nodes=said))
        nothing = said.with_columns(props=pl.lit(None, pl.String), known_on=pl.lit(None, pl.Date))
        bare = small().edges.with_columns(
            last_seen=pl.lit(None, pl.Date), known_on=pl.lit(None, pl.Date), props=pl.lit(None, pl.String)
        )
        store.apply(change(snapshot(store), Projection(nothing, bare)))
        assert_frame_equal(self.raw_get(store).nodes.sort(NODE_KEY), nothing)
        assert_frame_equal(self.raw_get(store).edges.sort(EDGE_KEY), bare)
        assert store.nodes(NodeKind.IDENTITY)["props"].to_list() == [None, None, None]

    def test_several_edges_between_two_nodes_are_kept_apart(self, store: GraphStore) -> None:
        later = SMALL_DAY + dt.timedelta(days=1)
        world = World(
            holds=(
                Hold("d1", "carrier", "c1", SMALL_DAY, None),
                Hold("d1", "carrier", "c1", later, None),
                Hold("d1", "carrier", "c1", SMALL_DAY, None, record=1),
                Hold("d1", "carrier", "c1"),
                Hold("d1", "carrier", "c1", record=1),
            )
        )
        held = world.to_graph()
        store.apply(change(Projection.empty(), held))
        assert_frame_equal(self.raw_get(store).edges.sort(EDGE_KEY), held.edges)
        assert store.degrees(NodeKind.CARRIER, ["c1"])["degree"].to_list() == [5]
        one = held.edges.filter(pl.col("first_seen").is_null(), pl.col("record") == "d1/1")
        store.apply(replace(NOTHING, edges_removed=one.select(EDGE_KEY)))
        assert self.raw_get(store).edges.height == 4
        assert store.edges_of(NodeKind.CARRIER, ["c1"])["first_seen"].null_count() == 1

    def test_edges_between_nodes_of_one_kind_keep_their_direction(self, store: GraphStore) -> None:
        world = World(
            successions=(("c2", "c1", 0.8), ("c1", "c2", 0.3), ("c3", "c1", 1.0)), possible=(("d1", "d2", 0.6),)
        )
        store.apply(change(Projection.empty(), world.to_graph()))
        found = store.edges_of(NodeKind.CARRIER, ["c1"], frozenset({EdgeKind.SUCCEEDS}))
        assert found.select("src", "dst").rows() == [("c1", "c2"), ("c2", "c1"), ("c3", "c1")]
        degrees = store.degrees(NodeKind.CARRIER, ["c1", "c2", "c3"])
        assert dict(degrees.iter_rows()) == {"c1": 3, "c2": 2, "c3": 1}
        store.apply(change(world.to_graph(), replace(world, successions=(("c1", "c2", 0.3),)).to_graph()))
        assert store.edges_of(NodeKind.CARRIER, ["c2"]).select("src", "dst").rows() == [("c1", "c2")]

    def test_removing_what_is_not_there_changes_nothing(self, store: GraphStore) -> None:
        self.raw_put(store, small())
        strangers = World(holds=(Hold("x", "truck", "y", SMALL_DAY, SMALL_DAY), Hold("d1", "phone", "p"))).to_graph()
        nodes = strangers.nodes.filter(pl.col("key") != "d1")
        store.apply(replace(NOTHING, edges_removed=strangers.edges, nodes_removed=nodes))
        assert verify(store, small()).is_equal

    def test_the_empty_change_moves_the_sequence_alone(self, store: GraphStore) -> None:
        self.raw_put(store, small())
        assert store.apply(NOTHING, 4)
        assert not store.apply(NOTHING, 4)
        assert store.applied() == 4
        assert verify(store, small()).is_equal
