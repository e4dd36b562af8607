"""The made graph has the shape of a real one, and a part of a graph is a graph."""

from __future__ import annotations

import polars as pl
import pytest

from benchmarks.made_graph import made_graph
from benchmarks.neo4j_push import part_of
from graph.schema import EDGE, EDGE_KEY, ENDS, NODE, NODE_KEY, EdgeKind, NodeKind, Projection


def assert_whole(graph: Projection) -> None:
    assert graph.nodes.equals(NODE.conform(graph.nodes).unique(NODE_KEY).sort(NODE_KEY))
    assert graph.edges.equals(EDGE.conform(graph.edges).unique(EDGE_KEY).sort(EDGE_KEY))
    for end in ("src", "dst"):
        lost = graph.edges.join(graph.nodes, left_on=[f"{end}_kind", end], right_on=NODE_KEY, how="anti")
        assert lost.is_empty()
    ends = set(graph.edges.select("kind", "src_kind", "dst_kind").unique().iter_rows())
    assert ends <= {(kind.value, *(end.value for end in ENDS[kind])) for kind in EdgeKind}


@pytest.mark.parametrize("people", [1, 20])
def test_a_made_graph_holds_so_many_people(people: int) -> None:
    graph = made_graph(people)
    assert_whole(graph)
    assert graph.nodes.filter(kind=NodeKind.IDENTITY.value).height == people


def test_a_part_holds_all_edges_of_its_people() -> None:
    whole = made_graph(20)
    part = part_of(whole, 5)
    assert_whole(part)
    theirs = pl.col("src").is_in([f"I{n:09}" for n in range(5)])
    assert part.edges.filter(theirs).height == whole.edges.filter(theirs).height
    assert part.edges.filter(kind="CITED_UNDER").height == 5
    assert part.edges.height < whole.edges.height
