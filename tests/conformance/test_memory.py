import pytest

from graph.schema import Projection
from graph.testing.conformance import GraphStoreConformance
from graph.testing.memory import MemoryStore


class TestMemoryStore(GraphStoreConformance):
    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore()

    def raw_put(self, store, held: Projection) -> None:
        store.held = held

    def raw_get(self, store) -> Projection:
        return store.held
