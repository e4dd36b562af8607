"""Random series of changes, applied to a store and to the plainest one, every read compared after each."""

# ruff: noqa: D102 - the names of the rules are the sentences

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from graph.batches import NOTHING
from graph.errors import ConstraintViolation
from graph.project import change
from graph.schema import EDGE_KEY, NODE_KEY, GraphChange, Projection
from graph.store import GraphStore
from graph.testing.answers import Question, assert_same_answers
from graph.testing.memory import MemoryStore
from graph.testing.strategies import graphs, questions

_SEQUENCES = st.none() | st.integers(1, 9)


class StoreMachine(RuleBasedStateMachine):
    """A store under test beside the plainest store.

    Args:
        store: the store under test; it is emptied first.
    """

    def __init__(self, store: GraphStore) -> None:
        super().__init__()
        self._store = store
        self._plain = MemoryStore()
        self._question = Question()
        self._last = NOTHING
        store.clear()

    @rule(graph=graphs(), sequence=_SEQUENCES)
    def set_some(self, graph: Projection, sequence: int | None) -> None:
        self._both(replace(NOTHING, nodes_set=graph.nodes, edges_set=graph.edges), sequence)

    @rule(graph=graphs(), sequence=_SEQUENCES)
    def become_another(self, graph: Projection, sequence: int | None) -> None:
        self._both(change(self._plain.held, graph), sequence)

    @rule(data=st.data())
    def remove_some_edges(self, data: st.DataObject) -> None:
        gone = self._some(self._plain.held.edges, data)
        self._both(replace(NOTHING, edges_removed=gone.select(EDGE_KEY)), None)

    @rule(data=st.data())
    def remove_some_nodes_with_their_edges(self, data: st.DataObject) -> None:
        nodes = self._some(self._plain.held.nodes, data).select(NODE_KEY)
        edges = self._plain.held.edges
        at_src, at_dst = (
            edges.join(
                nodes.select(pl.col("kind").alias(f"{end}_kind"), pl.col("key").alias(end)),
                on=[f"{end}_kind", end],
                how="semi",
            )
            for end in ("src", "dst")
        )
        gone = pl.concat([at_src, at_dst]).unique().select(EDGE_KEY)
        self._both(replace(NOTHING, nodes_removed=nodes, edges_removed=gone), None)

    @rule(data=st.data())
    def move_first_days(self, data: st.DataObject) -> None:
        moved = self._some(self._plain.held.edges, data)
        later = moved.with_columns(pl.col("first_seen").dt.offset_by("40d"))
        self._both(replace(NOTHING, edges_removed=moved.select(EDGE_KEY), edges_set=later), None)

    @rule(sequence=_SEQUENCES)
    def apply_the_last_change_again(self, sequence: int | None) -> None:
        self._both(self._last, sequence)

    @rule(data=st.data())
    def remove_nodes_under_edges(self, data: st.DataObject) -> None:
        nodes = self._some(self._plain.held.nodes, data).select(NODE_KEY)
        self._both(replace(NOTHING, nodes_removed=nodes), None)

    @rule(graph=graphs())
    def set_edges_alone(self, graph: Projection) -> None:
        self._both(replace(NOTHING, edges_set=graph.edges), None)

    @rule()
    def clear(self) -> None:
        self._store.clear()
        self._plain.clear()

    @rule(question=questions())
    def ask_something_else(self, question: Question) -> None:
        self._question = question

    @invariant()
    def every_answer_is_the_same(self) -> None:
        assert_same_answers(self._store, self._plain, self._question)

    def _both(self, towards: GraphChange, sequence: int | None) -> None:
        """The change in both, or refused by both."""
        try:
            wanted = self._plain.apply(towards, sequence)
        except ConstraintViolation:
            with pytest.raises(ConstraintViolation):
                self._store.apply(towards, sequence)
            return
        assert self._store.apply(towards, sequence) == wanted
        self._last = towards

    def _some(self, frame: pl.DataFrame, data: st.DataObject) -> pl.DataFrame:
        rows = data.draw(st.sets(st.integers(0, max(0, frame.height - 1)), max_size=frame.height))
        return frame[sorted(rows)] if frame.height else frame
