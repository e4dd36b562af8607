"""What every graph store must do. A backend subclasses it, gives a store and two hooks, and changes no test."""

from __future__ import annotations

from typing import Any

from graph.testing.conformance_answers import AnswersConformance
from graph.testing.conformance_changes import ChangesConformance
from graph.testing.conformance_reads import ReadsConformance
from graph.testing.conformance_text import TextConformance
from graph.testing.worlds import small

__all__ = ["GraphStoreConformance", "small"]


class GraphStoreConformance(ReadsConformance, ChangesConformance, TextConformance, AnswersConformance):
    """The suite. `store` is a fixture of the subclass that gives an empty store."""

    def __init_subclass__(cls, **more: Any) -> None:
        """Refuses a subclass that changes a test of the suite, itself or by another base."""
        super().__init_subclass__(**more)
        suite = [name for name in dir(GraphStoreConformance) if name.startswith("test_")]
        changed = [name for name in suite if getattr(cls, name) is not getattr(GraphStoreConformance, name)]
        if changed:
            raise TypeError(f"{cls.__name__} must not change {', '.join(sorted(changed))}")
