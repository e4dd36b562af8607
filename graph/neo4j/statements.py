"""The Cypher of the store, read from its files once; values reach it only as parameters.

Cypher takes no parameter for a label or a relationship type, and its dynamic labels (5.26) use no index. So a file that
is about one kind says NODE_KIND, EDGE_KIND, SRC_KIND or DST_KIND, and is read once for each member of the closed enums
`NodeKind` and `EdgeKind`. Nothing else is ever put into a text.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

from graph.schema import ENDS, EdgeKind, NodeKind

_PACKAGE = "graph.neo4j"


def _migrations() -> tuple[tuple[str, ...], ...]:
    folder = resources.files(_PACKAGE) / "migrations"
    entries = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".cypher")), key=lambda e: e.name)
    return tuple(tuple(filter(None, map(str.strip, entry.read_text("utf-8").split(";")))) for entry in entries)


MIGRATIONS: tuple[tuple[str, ...], ...] = _migrations()
"""Numbered changes of the server's schema, oldest first, each a few statements that may run again."""


@dataclass(frozen=True, slots=True)
class Statements:
    """One statement a field, each the text of the file of its name; those about one kind by kind."""

    lock: str
    mark: str
    set_mark: str
    make_mark: str
    clear_edges: str
    clear_nodes: str
    remove_other_labels: str
    remove_foreign_edges: str
    remove_foreign_nodes: str
    count_nodes: str
    count_edges: str
    count_other_nodes: str
    count_other_edges: str
    nodes_at: str
    edges_at: str
    degrees_at: str
    degrees_at_by: str
    set_nodes: dict[NodeKind, str]
    nodes_under_edges: dict[NodeKind, str]
    remove_nodes: dict[NodeKind, str]
    all_nodes: dict[NodeKind, str]
    exact_nodes: dict[NodeKind, str]
    set_edges: dict[EdgeKind, str]
    remove_edges: dict[EdgeKind, str]
    all_edges: dict[EdgeKind, str]
    exact_edges: dict[EdgeKind, str]

    @classmethod
    def load(cls) -> Statements:
        """The statements as shipped."""
        folder = resources.files(_PACKAGE) / "cypher"
        return cls(
            lock=_text(folder, "lock"),
            mark=_text(folder, "mark"),
            set_mark=_text(folder, "set_mark"),
            make_mark=_text(folder, "make_mark"),
            clear_edges=_text(folder, "clear_edges"),
            clear_nodes=_text(folder, "clear_nodes"),
            remove_other_labels=_text(folder, "remove_other_labels"),
            remove_foreign_edges=_text(folder, "remove_foreign_edges"),
            remove_foreign_nodes=_text(folder, "remove_foreign_nodes"),
            count_nodes=_text(folder, "count_nodes"),
            count_edges=_text(folder, "count_edges"),
            count_other_nodes=_text(folder, "count_other_nodes"),
            count_other_edges=_text(folder, "count_other_edges"),
            nodes_at=_text(folder, "nodes_at"),
            edges_at=_text(folder, "edges_at"),
            degrees_at=_text(folder, "degrees_at"),
            degrees_at_by=_text(folder, "degrees_at_by"),
            set_nodes=_by_node(folder, "set_nodes"),
            nodes_under_edges=_by_node(folder, "nodes_under_edges"),
            remove_nodes=_by_node(folder, "remove_nodes"),
            all_nodes=_by_node(folder, "all_nodes"),
            exact_nodes=_by_node(folder, "exact_nodes"),
            set_edges=_by_edge(folder, "set_edges"),
            remove_edges=_by_edge(folder, "remove_edges"),
            all_edges=_by_edge(folder, "all_edges"),
            exact_edges=_by_edge(folder, "exact_edges"),
        )


def _text(folder: Traversable, name: str) -> str:
    return (folder / f"{name}.cypher").read_text("utf-8").strip()


def _by_node(folder: Traversable, name: str) -> dict[NodeKind, str]:
    text = _text(folder, name)
    return {kind: text.replace("NODE_KIND", kind.value) for kind in NodeKind}


def _by_edge(folder: Traversable, name: str) -> dict[EdgeKind, str]:
    text = _text(folder, name)
    return {
        kind: text.replace("SRC_KIND", src.value).replace("DST_KIND", dst.value).replace("EDGE_KIND", kind.value)
        for kind, (src, dst) in ENDS.items()
    }
