"""What lies around a driver, and between two, as JSON documents that are the same whichever store was asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from api.cleared import graph_for_everybody
from api.graph_store import LEDGER, GraphStoreChoice, open_graph
from graph.paths import Place, Search, find_paths
from graph.schema import NodeKind
from graph.store import Neighbourhood, Reach
from linkage.ledger import IdentityTables, Workspace


def around(workspace: Workspace, ref: str, reach: Reach, store: GraphStoreChoice = LEDGER) -> dict[str, Any]:
    """Nodes and edges near a driver, nearest first, with what was left out.

    Args:
        ref: identity id, former id or source/record_id.
        store: where the graph is read.

    Raises:
        UnknownRecord: the reference names nothing.
        StoreUnavailable: the store does not answer or lags behind the ledger.
    """
    with workspace.reading() as connection:
        identity = IdentityTables(connection).require(ref)
        with open_graph(connection, store) as reader:
            found = reader.neighbours(NodeKind.IDENTITY, [identity], reach)
    return {"identity_id": identity, "hops": reach.hops, **graph_for_everybody(to_document(found))}


def between(
    workspace: Workspace, refs: tuple[str, str], search: Search, store: GraphStoreChoice = LEDGER
) -> dict[str, Any]:
    """Routes between two drivers, the shortest first, with the hubs that were not walked through.

    Args:
        refs: identity ids, former ids or source/record_id.
        store: where the graph is read.

    Raises:
        UnknownRecord: a reference names nothing.
        StoreUnavailable: the store does not answer or lags behind the ledger.
    """
    with workspace.reading() as connection:
        tables = IdentityTables(connection)
        start, end = (Place(NodeKind.IDENTITY, tables.require(ref)) for ref in refs)
        with open_graph(connection, store) as reader:
            return find_paths(reader, start, end, search).to_document()


def to_document(found: Neighbourhood) -> dict[str, Any]:
    """A neighbourhood as JSON values."""
    return {
        "nodes": [_told(row) for row in found.nodes.iter_rows(named=True)],
        "edges": [_told(row) for row in found.edges.iter_rows(named=True)],
        "hubs": found.hubs.to_dicts(),
        "left_out": found.left_out,
        "truncated": found.is_truncated,
    }


def people_around(document: Mapping[str, Any]) -> Iterator[str]:
    """Identity ids that the document shows, for the audit."""
    return (node["key"] for node in document["nodes"] if node["kind"] == NodeKind.IDENTITY.value)


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}
    return told | {"props": orjson.loads(row["props"]) if row["props"] else None}
