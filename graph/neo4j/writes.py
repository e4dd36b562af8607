"""A part of a change, made inside one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl
from neo4j import ManagedTransaction

from graph.errors import ConstraintViolation
from graph.neo4j.properties import edge_rows, first_day, node_rows
from graph.neo4j.statements import Statements
from graph.schema import ENDS, EdgeKind, GraphChange, NodeKind
from graph.store import ALL_NODE_KINDS

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A part of a change as the server takes it, by kind and in the order of the writes."""

    edges_removed: tuple[tuple[EdgeKind, Rows], ...]
    nodes_set: tuple[tuple[NodeKind, Rows], ...]
    edges_set: tuple[tuple[EdgeKind, Rows], ...]
    nodes_removed: tuple[tuple[NodeKind, list[str]], ...]

    @classmethod
    def of(cls, part: GraphChange) -> Prepared:
        """The part; its edges join the right kinds.

        Raises:
            ConstraintViolation: a node is of no kind there is.
        """
        for kind in pl.concat([part.nodes_set["kind"], part.nodes_removed["kind"]]).unique():
            if kind not in ALL_NODE_KINDS:
                raise ConstraintViolation("known-kind", str(kind))
        gone = part.edges_removed.filter(_joins_right_kinds()).with_columns(first_day("first_seen"))
        return cls(
            tuple((EdgeKind(k), f.select("src", "dst", "record", "first_day").to_dicts()) for k, f in _kinds(gone)),
            tuple((NodeKind(k), node_rows(f)) for k, f in _kinds(part.nodes_set)),
            tuple((EdgeKind(k), edge_rows(f)) for k, f in _kinds(part.edges_set)),
            tuple((NodeKind(k), f["key"].to_list()) for k, f in _kinds(part.nodes_removed)),
        )


def make(tx: ManagedTransaction, cypher: Statements, part: Prepared) -> None:
    """The part is there when the transaction ends well.

    Raises:
        ConstraintViolation: an edge would lack an end, a removed node still has edges.
    """
    for kind, rows in part.edges_removed:
        tx.run(cypher.remove_edges[kind], rows=rows).consume()
    for node, rows in part.nodes_set:
        tx.run(cypher.set_nodes[node], rows=rows).consume()
    for kind, rows in part.edges_set:
        found = _found(tx, cypher.set_edges[kind], rows=rows)
        if found < len(rows):
            raise ConstraintViolation("edge-needs-both-ends", kind.value, len(rows) - found)
    for node, keys in part.nodes_removed:
        if held := _found(tx, cypher.nodes_under_edges[node], keys=keys):
            raise ConstraintViolation("node-with-edges-stays", node.value, held)
        tx.run(cypher.remove_nodes[node], keys=keys).consume()


def _found(tx: ManagedTransaction, statement: str, **values: Any) -> int:
    return int(tx.run(statement, values).single(strict=True)["found"])


def _joins_right_kinds() -> pl.Expr:
    """Edges that there can be; to remove others there is nothing to do."""
    ways = [f"{kind.value} {src.value} {dst.value}" for kind, (src, dst) in ENDS.items()]
    return pl.concat_str("kind", "src_kind", "dst_kind", separator=" ").is_in(ways)


def _kinds(frame: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    for (kind,), rows in frame.group_by("kind", maintain_order=True):
        yield str(kind), rows
