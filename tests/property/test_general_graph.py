"""A graph seen without some events is the graph that never had them, whatever is asked of it."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from api.general_graph import GeneralSteps
from graph.neighbours import look_around
from graph.paths import Search, find_paths
from graph.schema import NodeKind, Projection
from graph.testing.answers import Question
from graph.testing.memory import MemoryStore
from graph.testing.strategies import graphs, questions


def without(graph: Projection, hidden: frozenset[str]) -> Projection:
    """The graph that never had the events."""

    def is_hidden(kind: str, key: str) -> pl.Expr:
        return (pl.col(kind) == NodeKind.EVENT.value) & pl.col(key).is_in(sorted(hidden))

    edges = graph.edges.filter(~(is_hidden("src_kind", "src") | is_hidden("dst_kind", "dst")))
    return Projection(graph.nodes.filter(~is_hidden("kind", "key")), edges)


@given(graphs(), questions(), st.data())
def test_nothing_tells_that_there_was_something(graph: Projection, asked: Question, data: st.DataObject) -> None:
    events = graph.nodes.filter(pl.col("kind") == NodeKind.EVENT.value)["key"].to_list()
    hidden = frozenset(data.draw(st.sets(st.sampled_from(events)))) if events else frozenset()
    seen, other = GeneralSteps(MemoryStore(graph), hidden), MemoryStore(without(graph, hidden))
    start, end = asked.start, asked.end
    mine, theirs = (look_around(store, start.kind, asked.keys, asked.reach) for store in (seen, other))
    assert mine.nodes.equals(theirs.nodes)
    assert mine.edges.equals(theirs.edges)
    assert mine.hubs.equals(theirs.hubs)
    assert mine.left_out == theirs.left_out
    search = Search(asked.reach, with_longer=True)
    assert find_paths(seen, start, end, search).to_document() == find_paths(other, start, end, search).to_document()
