"""What lies around a driver, and between two, as JSON documents that are the same whichever store was asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import orjson

from api.general_graph import GeneralSteps, cleared_events, general_steps
from api.graph_store import LEDGER, GraphStoreChoice, open_graph
from graph.neighbours import look_around
from graph.paths import Cap, Place, Search, find_paths
from graph.schema import NodeKind
from graph.store import Neighbourhood, Reach
from linkage.ledger import IdentityTables, Workspace

_PERSON, _RECORD = NodeKind.IDENTITY.value, NodeKind.RECORD.value
_CUT = {
    Cap.NODES.value: "the search stopped after so many nodes as it may look at",
    Cap.EDGES.value: "the search stopped before it read more edges than it may",
    Cap.ROUTES.value: "there are more routes: ask for a higher limit",
    Cap.STEPS.value: "there are more routes than can be put together",
    "hubs": "no route goes through a node with too many edges to say anything",
}


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
        hidden = cleared_events(workspace, connection)
        with open_graph(connection, store) as reader:
            if hidden:
                found = look_around(GeneralSteps(reader, hidden), NodeKind.IDENTITY, [identity], reach)
            else:  # the store's own way asks less often
                found = reader.neighbours(NodeKind.IDENTITY, [identity], reach)
    return {"identity_id": identity, "hops": reach.hops, **to_document(found)}


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
            found = find_paths(general_steps(workspace, connection, reader), start, end, search)
            document = found.to_document()
    return document | {"truncated": found.is_truncated, "notice": _notice_of_routes(document)}


def to_document(found: Neighbourhood) -> dict[str, Any]:
    """A neighbourhood as JSON values."""
    return {
        "nodes": [_told(row) for row in found.nodes.iter_rows(named=True)],
        "edges": [_told(row) for row in found.edges.iter_rows(named=True)],
        "hubs": found.hubs.to_dicts(),
        "left_out": found.left_out,
        "truncated": found.is_truncated,
        "notice": _notice(found),
    }


def people_around(workspace: Workspace, document: Mapping[str, Any]) -> list[str]:
    """Identity ids of the people that the document shows, as themselves or as one of their records, for the audit."""
    keys = {kind: [n["key"] for n in document["nodes"] if n["kind"] == kind] for kind in (_PERSON, _RECORD)}
    with workspace.reading() as connection:
        owners = connection.execute(
            "SELECT DISTINCT identity_id FROM membership WHERE record_key IN (SELECT value FROM json_each(?)) "
            "ORDER BY identity_id",
            (json.dumps(keys[_RECORD]),),
        )
        return list(dict.fromkeys([*keys[_PERSON], *(str(row[0]) for row in owners)]))


def _notice(found: Neighbourhood) -> str | None:
    """What a look around does not show, in words."""
    told = []
    if found.left_out:
        told.append(f"{found.left_out} more within reach are not shown: ask for a higher limit or fewer hops")
    if found.hubs.height:
        told.append(f"{found.hubs.height} with too many edges to say anything are shown and not walked through")
    return "; ".join(told) or None


def _notice_of_routes(document: Mapping[str, Any]) -> str | None:
    """Why there may be routes that are not given, in words."""
    return "; ".join(_CUT[cut] for cut in document["truncated_by"]) or None


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}
    return told | {"props": orjson.loads(row["props"]) if row["props"] else None}
