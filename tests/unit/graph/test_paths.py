import datetime as dt
import json
import random

import pytest

from graph.paths import Cap, Place, Search, find_paths
from graph.schema import NodeKind
from graph.store import Reach
from graph.testing.memory import MemoryStore
from graph.testing.worlds import Hold, World

DAY = dt.date(2025, 3, 1)


def person(key: str) -> Place:
    return Place(NodeKind.IDENTITY, key)


def keys(route) -> str:
    return "-".join(place.key for place in route)


@pytest.fixture
def shared_trucks() -> MemoryStore:
    """Twelve drivers who all drove the same twelve trucks."""
    return World(
        holds=tuple(Hold(f"d{d:02}", "truck", f"t{t:02}", DAY, DAY) for d in range(12) for t in range(12))
    ).to_store()


@pytest.fixture
def yard() -> MemoryStore:
    """Two drivers with nothing in common but a yard that a hundred others give too."""
    crowd = tuple(Hold(f"z{n:03}", "home", "yard") for n in range(100))
    ends = (Hold("a", "home", "yard"), Hold("b", "home", "yard"), Hold("b", "truck", "t1", DAY, DAY))
    return World(holds=crowd + ends).to_store()


def test_every_shared_truck_is_one_route_and_no_detour_is_told(shared_trucks) -> None:
    found = find_paths(shared_trucks, person("d00"), person("d11"))
    assert found.hops == 2
    assert [keys(route) for route in found.routes] == [f"d00-t{t:02}-d11" for t in range(12)]
    assert found.edges.height == 24
    assert found.caps == ()


def test_more_routes_than_are_given_is_said(shared_trucks) -> None:
    found = find_paths(shared_trucks, person("d00"), person("d11"), Search(max_routes=5, with_longer=True))
    assert [keys(route) for route in found.routes] == [f"d00-t{t:02}-d11" for t in range(5)]
    assert found.caps == (Cap.ROUTES,)
    assert found.is_truncated
    assert found.to_document()["truncated_by"] == ["routes"]


def test_a_hub_is_shown_and_not_walked_through(yard) -> None:
    found = find_paths(yard, person("a"), person("b"))
    assert found.routes == ()
    assert found.hops is None
    assert found.hubs.rows() == [("Address", "yard", 102, True)]
    assert found.is_truncated
    assert found.caps == ()
    assert found.looked_at < 10


def test_a_hub_may_be_an_end(yard) -> None:
    found = find_paths(yard, Place(NodeKind.ADDRESS, "yard"), Place(NodeKind.VEHICLE, "t1"))
    assert [keys(route) for route in found.routes] == ["yard-b-t1"]
    assert found.hubs.height == 0
    assert found.looked_at < 10


def test_with_a_higher_limit_the_hub_is_walked_through(yard) -> None:
    found = find_paths(yard, person("a"), person("b"), Search(Reach(hops=2, hub_degree=102, max_nodes=10_000)))
    assert [keys(route) for route in found.routes] == ["a-yard-b"]


def test_a_node_is_no_hop_from_itself(yard) -> None:
    found = find_paths(yard, person("a"), person("a"), Search(with_longer=True))
    assert [keys(route) for route in found.routes] == ["a"]
    assert found.hops == 0


def test_an_end_that_is_not_there_is_named(yard) -> None:
    found = find_paths(yard, person("a"), person("nobody"))
    assert found.unknown == (person("nobody"),)
    assert found.to_document()["unknown"] == [{"kind": "Identity", "key": "nobody"}]
    early = find_paths(yard, person("a"), person("b"), Search(Reach(hops=6, as_of=dt.date(2019, 1, 1))))
    assert early.unknown == (person("a"), person("b"))


def test_routes_are_those_of_the_day() -> None:
    held = World(
        holds=(
            Hold("a", "truck", "t1", DAY, DAY),
            Hold("b", "truck", "t1", DAY, DAY, known_on=dt.date(2026, 1, 1)),
            Hold("a", "phone", "p1"),
            Hold("c", "phone", "p1"),
            Hold("c", "truck", "t2", DAY, DAY),
            Hold("b", "truck", "t2", DAY, DAY),
        )
    ).to_store()
    today = find_paths(held, person("a"), person("b"))
    before = find_paths(held, person("a"), person("b"), Search(Reach(hops=6, as_of=dt.date(2025, 12, 31))))
    assert [keys(route) for route in today.routes] == ["a-t1-b"]
    assert [keys(route) for route in before.routes] == ["a-p1-c-t2-b"]


def test_several_edges_between_two_places_are_one_step() -> None:
    stints = tuple(Hold(d, "carrier", "c1", DAY + dt.timedelta(days=n), None) for d in "ab" for n in range(3))
    found = find_paths(World(holds=stints).to_store(), person("a"), person("b"))
    assert [keys(route) for route in found.routes] == ["a-c1-b"]
    assert found.edges.height == 6


def test_limits_of_nodes_and_edges_are_named() -> None:
    store = tangle(300)
    few = find_paths(store, person("d0"), person("d299"), Search(Reach(hops=20, max_nodes=5)))
    assert few.caps == (Cap.NODES,)
    assert few.routes == ()
    little = find_paths(store, person("d0"), person("d299"), Search(Reach(hops=20, max_nodes=9_999), max_edges=8))
    assert little.caps == (Cap.EDGES,)


def test_two_drivers_six_hops_apart_are_joined_by_reading_little() -> None:
    store = tangle(3_000)
    found = find_paths(store, person("d0"), person("d6"), Search(Reach(hops=6, max_nodes=10_000)))
    assert found.hops == 6
    assert found.looked_at < store.held.nodes.height / 10


def test_the_document_is_plain_json(shared_trucks) -> None:
    document = find_paths(shared_trucks, person("d00"), person("d11")).to_document()
    assert json.loads(json.dumps(document)) == document
    assert document["from"] == {"kind": "Identity", "key": "d00"}
    assert document["routes"][0]["nodes"][1] == {"kind": "Vehicle", "key": "t00"}
    assert document["edges"][0]["first_seen"] == "2025-03-01"


def tangle(people: int) -> MemoryStore:
    """A ring of drivers, each pair of neighbours two steps apart at another truck, with phones shared far away."""
    random.seed(7)
    near = [
        Hold(f"d{n + k}", "truck", f"t{n}", DAY, DAY) for n in range(0, people, 2) for k in (0, 2) if n + k < people
    ]
    far = [Hold(f"d{n}", "phone", f"p{random.randrange(people)}") for n in range(20, people) for _ in range(2)]
    return World(holds=tuple(near + far)).to_store()
