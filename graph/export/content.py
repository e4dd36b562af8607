"""What an export holds: rows of nodes, then rows of edges, a bounded number at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import polars as pl

from graph.schema import EDGE, NODE, EdgeKind, NodeKind
from graph.store import GraphScan, Neighbourhood

Row = dict[str, Any]


class Format(StrEnum):
    """The texts a graph can become."""

    GRAPHML = "graphml"
    GEXF = "gexf"  # 1.3
    NODE_LINK = "node-link"  # JSON as networkx reads it
    NODES_CSV = "nodes-csv"
    EDGES_CSV = "edges-csv"
    CYPHER = "cypher"


@dataclass(frozen=True, slots=True)
class Content:
    """A graph about to be written.

    Args:
        node_columns: column to type: those of NODE, and more for a neighbourhood.
        node_frames: frames of nodes, in order.
        edge_frames: frames EDGE, in order; read after the nodes.
    """

    node_columns: dict[str, Any]
    node_frames: Iterable[pl.DataFrame]
    edge_frames: Iterable[pl.DataFrame]

    @classmethod
    def of_graph(cls, reader: GraphScan) -> Content:
        """The whole graph of a reader, kind by kind: memory holds one kind at a time."""
        return cls(
            dict(NODE.columns),
            (reader.nodes(kind) for kind in sorted(NodeKind)),
            (reader.edges(frozenset({kind})) for kind in sorted(EdgeKind)),
        )

    @classmethod
    def of_neighbourhood(cls, found: Neighbourhood) -> Content:
        """What a look around found, nodes with how far they are and how many edges they have."""
        more = {"hops": pl.Int32, "degree": pl.Int64}
        return cls(dict(NODE.columns) | more, (found.nodes,), (found.edges,))

    def nodes(self) -> Iterator[Row]:
        """Each node, dates as ISO text."""
        return _rows(self.node_frames)

    def edges(self) -> Iterator[Row]:
        """Each edge, dates as ISO text."""
        return _rows(self.edge_frames)

    @property
    def edge_columns(self) -> dict[str, Any]:
        """Column to type of the edges."""
        return dict(EDGE.columns)


def _rows(frames: Iterable[pl.DataFrame]) -> Iterator[Row]:
    for frame in frames:
        for row in frame.iter_rows(named=True):
            yield {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
