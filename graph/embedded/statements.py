"""The SQL of the embedded store, read from its files once; values reach it only as parameters."""

from __future__ import annotations

from dataclasses import dataclass, fields
from importlib import resources
from typing import Self


def _migrations() -> tuple[str, ...]:
    folder = resources.files("graph.embedded") / "migrations"
    entries = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda e: e.name)
    return tuple(entry.read_text("utf-8") for entry in entries)


MIGRATIONS: tuple[str, ...] = _migrations()
"""Numbered scripts that make the tables, oldest first: for `Workspace.migrate("graph", MIGRATIONS)`."""


class _Shipped:
    """One statement a field; each is the text of the file of its name."""

    @classmethod
    def load(cls) -> Self:
        """The statements as shipped."""
        folder = resources.files("graph.embedded") / "sql"
        named = (field.name for field in fields(cls))  # type: ignore[arg-type] # every subclass is a dataclass
        return cls(**{name: (folder / f"{name}.sql").read_text("utf-8").strip() for name in named})


@dataclass(frozen=True, slots=True)
class Statements(_Shipped):
    """Those of the graph."""

    nodes_of_kind: str
    nodes_by_key: str
    node_keys: str
    node_ids: str
    edges_of_kinds: str
    edges_at: str
    degrees: str
    count_nodes: str
    count_edges: str
    applied: str
    set_applied: str
    set_node: str
    set_edge: str
    remove_edge: str
    remove_node: str
    clear: str


@dataclass(frozen=True, slots=True)
class ChangeLogStatements(_Shipped):
    """Those of the change log."""

    log_head: str
    log_token: str
    log_missing: str
    log_change: str
    log_record: str
    log_drop: str
    log_clear: str
    log_followers: str
    log_follow: str
