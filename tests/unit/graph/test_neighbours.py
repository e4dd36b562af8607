"""What a look around shows beside what it walked."""

import datetime as dt

from graph.schema import EdgeKind, NodeKind
from graph.store import Reach
from graph.testing.worlds import Happening, Hold, World

DAY = dt.date(2025, 3, 1)
WORLD = World(
    holds=(
        Hold("me", "truck", "t", DAY, DAY),
        Hold("a", "truck", "t", DAY, DAY),
        Hold("b", "truck", "t", DAY, DAY),
        Hold("me", "home", "yard"),
        *(Hold(f"n{i}", "home", "yard") for i in range(5)),
    ),
    events=(Happening("a", "e", DAY),),
    possible=(("a", "b", 0.6),),
)


def test_what_joins_two_of_the_farthest_nodes_is_shown_too() -> None:
    found = WORLD.to_store().neighbours(NodeKind.IDENTITY, ["me"], Reach(hops=2, hub_degree=4))
    assert "POSSIBLY_SAME" in found.edges["kind"].to_list()
    assert found.nodes.filter(hops=2)["key"].to_list() == ["a", "b"]
    assert found.hubs["key"].to_list() == ["yard"]
    walked = found.edges.filter(kind="LIVES_AT")
    assert walked.select("src", "dst").rows() == [("me", "yard")]


def test_a_start_alone_has_no_edges() -> None:
    found = WORLD.to_store().neighbours(NodeKind.IDENTITY, ["me"], Reach(hops=0))
    assert (found.nodes.height, found.edges.height) == (1, 0)


def test_only_the_kinds_asked_for_are_shown() -> None:
    found = WORLD.to_store().neighbours(
        NodeKind.IDENTITY, ["me"], Reach(hops=2, kinds=frozenset({EdgeKind.DROVE}), hub_degree=4)
    )
    assert set(found.edges["kind"]) == {"DROVE"}
