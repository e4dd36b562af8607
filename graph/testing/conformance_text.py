"""What every graph store keeps letter for letter, in keys, properties and lists of them."""

# ruff: noqa: D102 - the names of the tests are the sentences

from __future__ import annotations

import orjson
import pytest
from polars.testing import assert_frame_equal

from graph.project import change, snapshot
from graph.schema import NODE_KEY, EdgeKind, NodeKind, Projection
from graph.store import GraphStore, Reach
from graph.testing.hooks import StoreHooks
from graph.testing.worlds import SMALL_DAY, Hold, World, small

HOSTILE = "`x` }) DETACH DELETE n //'\"\\{$y} %s \u00d1\t\n"
NEAR = (
    "jose",
    "Jose",
    "jose ",
    " jose",
    "jos\u00e9",
    "jose\u0301",
    "jo\u017fe",
    "\uff4aose",
    "jose\u200b",
    "jose\n",
    "",
)
"""Keys that some database would take for one."""


class TextConformance(StoreHooks):
    """Keys are compared letter for letter, whatever the letters."""

    def test_hostile_text_is_kept_letter_for_letter(self, store: GraphStore) -> None:
        world = World(holds=(Hold(HOSTILE, "truck", HOSTILE, SMALL_DAY, SMALL_DAY),), props={HOSTILE: HOSTILE})
        store.apply(change(Projection.empty(), world.to_graph()))
        assert store.nodes(NodeKind.IDENTITY, [HOSTILE])["props"].to_list() == [HOSTILE]
        assert store.edges_of(NodeKind.VEHICLE, [HOSTILE])["src"].to_list() == [HOSTILE]

    def test_keys_that_look_alike_stay_apart(self, store: GraphStore) -> None:
        world = World(holds=tuple(Hold(key, "truck", key, SMALL_DAY, SMALL_DAY) for key in NEAR))
        store.apply(change(Projection.empty(), world.to_graph()))
        assert_frame_equal(snapshot(store).nodes, world.to_graph().nodes)
        for key in NEAR:
            assert store.nodes(NodeKind.VEHICLE, [key])["key"].to_list() == [key]
            assert store.edges_of(NodeKind.VEHICLE, [key])["src"].to_list() == [key]
            assert store.degrees(NodeKind.VEHICLE, [key]).rows() == [(key, 1)]
        store.apply(change(world.to_graph(), World(holds=world.holds[1:]).to_graph()))
        assert store.nodes(NodeKind.VEHICLE)["key"].to_list() == sorted(NEAR[1:])

    @pytest.mark.parametrize(
        "key",
        [
            "\U0001f69b\U00020000\U0010ffff",
            "\uffff\ufffe",
            "\x01\x1f\x7f",
            "a\x00b",
            "\u202eabc\u200f",
            "\\u0027",
            "a" * 900,
        ],
    )
    def test_any_letter_is_kept_and_found(self, store: GraphStore, key: str) -> None:
        said = orjson.dumps({"name": key}).decode()
        world = World(holds=(Hold(key, "truck", key, SMALL_DAY, SMALL_DAY),), props={key: said})
        store.apply(change(Projection.empty(), world.to_graph()))
        assert_frame_equal(self.raw_get(store).nodes.sort(NODE_KEY), world.to_graph().nodes)
        assert store.nodes(NodeKind.IDENTITY, [key])["props"].to_list() == [said]
        assert store.edges_of(NodeKind.VEHICLE, [key])["record"].to_list() == [f"{key}/0"]

    def test_order_is_that_of_code_points(self, store: GraphStore) -> None:
        keys = ["Z", "a", "\u00c1", "\ue000", "\uffee", "\U0001f69b"]
        world = World(holds=tuple(Hold(key, "truck", key, SMALL_DAY, SMALL_DAY) for key in reversed(keys)))
        self.raw_put(store, world.to_graph())
        assert store.nodes(NodeKind.VEHICLE)["key"].to_list() == keys
        assert store.nodes(NodeKind.VEHICLE, keys[::-1])["key"].to_list() == keys
        assert store.degrees(NodeKind.VEHICLE, keys[::-1])["key"].to_list() == keys
        assert store.edges_of(NodeKind.VEHICLE, keys[::-1])["dst"].to_list() == keys
        assert store.edges(frozenset({EdgeKind.DROVE}))["dst"].to_list() == keys

    def test_props_are_kept_as_text(self, store: GraphStore) -> None:
        props = '{"b": 1.0, "a":1e2,  "big":123456789012345678901234567890, "key":"k", "x":{"y":[null, 1]}, "e":[]}'
        world = World(holds=(Hold("d1", "phone", "p1"),), props={"d1": props})
        store.apply(change(Projection.empty(), world.to_graph()))
        assert store.nodes(NodeKind.IDENTITY)["props"].to_list() == [props]

    def test_no_keys_give_no_rows(self, store: GraphStore) -> None:
        self.raw_put(store, small())
        assert store.nodes(NodeKind.IDENTITY, []).height == 0
        assert store.edges_of(NodeKind.IDENTITY, []).height == 0
        assert store.degrees(NodeKind.IDENTITY, []).height == 0
        around = store.neighbours(NodeKind.IDENTITY, [], Reach())
        assert (around.nodes.height, around.edges.height, around.hubs.height) == (0, 0, 0)

    def test_no_kinds_give_no_edges(self, store: GraphStore) -> None:
        self.raw_put(store, small())
        assert store.edges(frozenset()).height == 0
        assert store.edges_of(NodeKind.IDENTITY, ["d1"], frozenset()).height == 0
        assert store.degrees(NodeKind.IDENTITY, ["d1"], frozenset()).rows() == [("d1", 0)]

    def test_a_key_asked_for_twice_is_answered_once(self, store: GraphStore) -> None:
        self.raw_put(store, small())
        assert store.nodes(NodeKind.IDENTITY, ["d1", "d1"]).height == 1
        assert store.edges_of(NodeKind.IDENTITY, ["d1", "d1"]).height == 1
        assert store.degrees(NodeKind.IDENTITY, ["d1", "d1"]).rows() == [("d1", 1)]

    def test_thousands_of_keys_are_one_question(self, store: GraphStore) -> None:
        keys = [f"d{n:04}" for n in range(2_500)]
        world = World(holds=tuple(Hold(key, "truck", f"t{key[1:]}", SMALL_DAY, SMALL_DAY) for key in keys))
        store.apply(change(Projection.empty(), world.to_graph()))
        assert store.nodes(NodeKind.IDENTITY, keys)["key"].to_list() == keys
        assert store.edges_of(NodeKind.IDENTITY, keys)["src"].to_list() == keys
        assert store.degrees(NodeKind.IDENTITY, keys)["degree"].to_list() == [1] * len(keys)
        assert store.neighbours(NodeKind.IDENTITY, keys, Reach(max_nodes=3_000)).nodes.height == 3_000
