"""The SQL of the embedded store, read from its files once; values reach it only as parameters."""

from __future__ import annotations

from dataclasses import dataclass, fields
from importlib import resources
from typing import Any


def _migrations() -> tuple[str, ...]:
    folder = resources.files("graph.embedded") / "migrations"
    entries = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda e: e.name)
    return tuple(entry.read_text("utf-8") for entry in entries)


MIGRATIONS: tuple[str, ...] = _migrations()
"""Numbered scripts that make the tables, oldest first: for `Workspace.migrate("graph", MIGRATIONS)`."""


@dataclass(frozen=True, slots=True)
class Statements:
    """One statement a field; each is the text of the file of its name."""

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

    @classmethod
    def load(cls) -> Statements:
        """The statements as shipped."""
        return cls(**_texts(cls))


@dataclass(frozen=True, slots=True)
class ChangeLogStatements:
    """The statements of the change log, likewise."""

    log_head: str
    log_token: str
    log_missing: str
    log_change: str
    log_record: str
    log_drop: str
    log_clear: str
    log_followers: str
    log_follow: str

    @classmethod
    def load(cls) -> ChangeLogStatements:
        """The statements as shipped."""
        return cls(**_texts(cls))


def _texts(statements: Any) -> dict[str, str]:
    folder = resources.files("graph.embedded") / "sql"
    return {f.name: (folder / f"{f.name}.sql").read_text("utf-8").strip() for f in fields(statements)}
