"""Every answer of a graph store, compared with the plainest store."""

# ruff: noqa: D102 - the names of the tests are the sentences

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from graph.paths import Cap, Place, Search, find_paths
from graph.project import change
from graph.schema import NodeKind, Projection
from graph.store import GraphStore, Reach
from graph.testing.answers import Question, assert_same_answers, assert_same_fields, assert_same_texts
from graph.testing.hooks import StoreHooks
from graph.testing.machine import StoreMachine
from graph.testing.memory import MemoryStore
from graph.testing.strategies import AS_OF, graphs, questions, worlds
from graph.testing.worlds import SMALL_DAY, Hold, World, small

_REACHES = (Reach(2), Reach(4, hub_degree=3), Reach(3, max_nodes=5), Reach(3, as_of=AS_OF))


class AnswersConformance(StoreHooks):
    """The same answer on every store: rows, their order, texts."""

    def test_any_graph_gives_the_same_answers(self, store: GraphStore) -> None:
        @self.effort()
        @given(graph=graphs(), question=questions())
        def same(graph: Projection, question: Question) -> None:
            store.clear()
            store.apply(change(Projection.empty(), graph))
            assert_same_answers(store, MemoryStore(graph), question)
            assert_same_texts(store, MemoryStore(graph), question)

        same()

    def test_any_world_gives_the_same_looks_around(self, store: GraphStore) -> None:
        @self.effort()
        @given(world=worlds(), reach=st.sampled_from(_REACHES))
        def same(world: World, reach: Reach) -> None:
            store.clear()
            store.apply(change(Projection.empty(), world.to_graph()))
            for start in world.people():
                found = store.neighbours(NodeKind.IDENTITY, [start], reach)
                assert_same_fields(found, world.to_store().neighbours(NodeKind.IDENTITY, [start], reach))

        same()

    def test_any_series_of_changes_gives_the_same_answers(self, store: GraphStore) -> None:
        class Machine(StoreMachine):
            def __init__(self) -> None:
                super().__init__(store)

        run_state_machine_as_test(Machine, settings=self.effort())

    def test_a_crowded_world_gives_the_same_answers(self, store: GraphStore) -> None:
        held = crowded()
        store.apply(change(Projection.empty(), held))
        for hub_degree in (1, 12, 39, 40, 60):
            for max_nodes in (1, 10, 45, 150):
                reach = Reach(hops=4, max_nodes=max_nodes, hub_degree=hub_degree)
                question = Question(Place(NodeKind.IDENTITY, "d00"), Place(NodeKind.IDENTITY, "d39"), reach, ("d00",))
                assert_same_answers(store, MemoryStore(held), question)
        assert_same_texts(store, MemoryStore(held), question)

    def test_routes_are_found_and_hubs_stop_them(self, store: GraphStore) -> None:
        self.raw_put(store, crowded())
        start, end = Place(NodeKind.IDENTITY, "d00"), Place(NodeKind.IDENTITY, "d39")
        over_trucks = find_paths(store, start, end, Search(Reach(hops=6, hub_degree=39, max_nodes=1_000)))
        assert over_trucks.hops == 6
        assert over_trucks.hubs.rows() == [("Address", "yard", 40, True)]
        over_yard = find_paths(store, start, end, Search(Reach(hops=6, hub_degree=40, max_nodes=1_000)))
        assert [[place.key for place in route] for route in over_yard.routes] == [["d00", "yard", "d39"]]
        few = find_paths(store, start, end, Search(Reach(4, hub_degree=40, max_nodes=1_000), 2, with_longer=True))
        assert few.caps == (Cap.ROUTES,)
        assert [[place.key for place in route] for route in few.routes] == [
            ["d00", "yard", "d39"],
            ["d00", "yard", "d26", "t2", "d39"],
        ]

    def test_exports_are_the_same_text(self, store: GraphStore) -> None:
        self.raw_put(store, small())
        assert_same_texts(store, MemoryStore(small()), Question(keys=("d2", "d3"), reach=Reach(hops=2)))


def crowded() -> Projection:
    """Forty drivers who all give one yard; thirteen a truck, and one who drove two trucks takes it to the next."""
    yard = tuple(Hold(f"d{n:02}", "home", "yard") for n in range(40))
    trucks = tuple(
        Hold(f"d{n:02}", "truck", f"t{truck}", SMALL_DAY, SMALL_DAY)
        for truck in range(3)
        for n in range(truck * 13, truck * 13 + 14)
    )
    return World(holds=yard + trucks).to_graph()
