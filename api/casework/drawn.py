"""Ties that analysts drew, as a picture of the graph holds ties: sourced, dotted, never scored."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import apsw

from api.explore.picture import edge_id, node_id
from graph.schema import NodeKind
from linkage.ledger import IdentityTables

KIND = "DRAWN"


def drawn_edge(tie_id: int, source: str, target: str, says: str) -> dict[str, Any]:
    """A tie between two nodes as `Picture` holds edges, with what it `says`."""
    return {
        "id": f"{edge_id(KIND, source, target)}|{tie_id}",
        "source": source,
        "target": target,
        "kind": KIND,
        "says": says,
        "certainty": "drawn",
        "strength": None,
        "confidence": 0.0,
        "first": None,
        "last": None,
        "lasts": False,
        "days": 0,
        "records": [],
    }


def drawn_among(connection: apsw.Connection, ids: Collection[str]) -> list[dict[str, Any]]:
    """The ties of all open cases between two of these nodes, under the ids that their drivers have now."""
    tables, there = IdentityTables(connection), frozenset(ids)
    rows = connection.execute(
        "SELECT tie_id, a, b, says FROM drawn_tie JOIN case_folder USING (case_id) "
        "WHERE taken_at IS NULL AND closed_at IS NULL ORDER BY tie_id"
    )
    found = []
    for tie_id, a, b, says in rows:
        source, target = (node_id(NodeKind.IDENTITY, _now(tables, end)) for end in (a, b))
        if source != target and {source, target} <= there:
            found.append(drawn_edge(tie_id, source, target, says))
    return found


def _now(tables: IdentityTables, end: str) -> str:
    identity = end.partition(":")[2]
    return tables.find(identity) or identity
