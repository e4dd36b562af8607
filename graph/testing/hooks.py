"""What a backend gives to the conformance suite, and what the parts of the suite share."""

from __future__ import annotations

from abc import abstractmethod

from hypothesis import HealthCheck, Phase, settings

from graph.schema import Projection
from graph.store import GraphStore


class StoreHooks:
    """Two ways past the store, and how much to try.

    Args:
        examples: random graphs, and random series of changes, that are tried.
        steps: changes in a series.
        phases: what hypothesis does; add `Phase.shrink` for the smallest failing example, which takes minutes.
    """

    examples: int = 15
    steps: int = 12
    phases: tuple[Phase, ...] = (Phase.generate,)

    @abstractmethod
    def raw_put(self, store: GraphStore, held: Projection) -> None:
        """Writes a graph into the store's own tables, past the store."""

    @abstractmethod
    def raw_get(self, store: GraphStore) -> Projection:
        """Reads the graph out of the store's own tables, past the store."""

    def effort(self) -> settings:
        """The same examples in the same order each time, as many as the backend asks for."""
        return settings(
            max_examples=self.examples,
            stateful_step_count=self.steps,
            derandomize=True,
            database=None,
            phases=self.phases,
            report_multiple_bugs=False,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
