"""A part of a change, made inside one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
from neo4j import ManagedTransaction

from graph.errors import ConstraintViolation
from graph.neo4j.properties import Columns, edge_columns, edge_key_columns, node_columns
from graph.neo4j.statements import Statements
from graph.schema import ENDS, EdgeKind, GraphChange, NodeKind
from graph.store import ALL_NODE_KINDS


@dataclass(frozen=True, slots=True)
class Prepared:
    """A part of a change as the server takes it, by kind and in the order of the writes."""

    edges_removed: tuple[tuple[EdgeKind, Columns], ...]
    nodes_set: tuple[tuple[NodeKind, Columns], ...]
    edges_set: tuple[tuple[EdgeKind, Columns], ...]
    nodes_removed: tuple[tuple[NodeKind, Columns], ...]

    @classmethod
    def of(cls, part: GraphChange) -> Prepared:
        """The part; its edges join the right kinds.

        Raises:
            ConstraintViolation: a node is of no kind there is.
        """
        for kind in pl.concat([part.nodes_set["kind"], part.nodes_removed["kind"]]).unique():
            if kind not in ALL_NODE_KINDS:
                raise ConstraintViolation("known-kind", str(kind))
        gone = part.edges_removed.filter(_joins_right_kinds())
        return cls(
            tuple((EdgeKind(kind), edge_key_columns(rows)) for kind, rows in _kinds(gone)),
            tuple((NodeKind(kind), node_columns(rows)) for kind, rows in _kinds(part.nodes_set)),
            tuple((EdgeKind(kind), edge_columns(rows)) for kind, rows in _kinds(part.edges_set)),
            tuple((NodeKind(kind), {"key": rows["key"].to_list()}) for kind, rows in _kinds(part.nodes_removed)),
        )


def make(tx: ManagedTransaction, cypher: Statements, part: Prepared) -> None:
    """The part is there when the transaction ends well.

    Raises:
        ConstraintViolation: an edge would lack an end, a removed node still has edges.
    """
    for kind, columns in part.edges_removed:
        tx.run(cypher.remove_edges[kind], columns).consume()
    for node, columns in part.nodes_set:
        tx.run(cypher.set_nodes[node], columns).consume()
    for kind, columns in part.edges_set:
        wanted, found = len(columns["src"]), _found(tx, cypher.set_edges[kind], columns)
        if found < wanted:
            raise ConstraintViolation("edge-needs-both-ends", kind.value, wanted - found)
    for node, columns in part.nodes_removed:
        if held := _found(tx, cypher.nodes_under_edges[node], columns):
            raise ConstraintViolation("node-with-edges-stays", node.value, held)
        tx.run(cypher.remove_nodes[node], columns).consume()


def _found(tx: ManagedTransaction, statement: str, columns: Columns) -> int:
    return int(tx.run(statement, columns).single(strict=True)["found"])


def _joins_right_kinds() -> pl.Expr:
    """Edges that there can be; to remove others there is nothing to do."""
    ways = [f"{kind.value} {src.value} {dst.value}" for kind, (src, dst) in ENDS.items()]
    return pl.concat_str("kind", "src_kind", "dst_kind", separator=" ").is_in(ways)


def _kinds(frame: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    for (kind,), rows in frame.group_by("kind", maintain_order=True):
        yield str(kind), rows
