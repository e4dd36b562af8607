"""Routes between two drivers as rows to be read: each step a thing or a person with what it is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.explore.labels import label_of
from api.joined import ROWS
from graph.schema import NodeKind


def routes_told(document: Mapping[str, Any]) -> list[list[dict[str, Any]]]:
    """Up to ROWS routes, the shortest first.

    Args:
        document: of `graph paths`.
    """
    props = {(node["kind"], node["key"]): node["properties"] for node in document["nodes"]}
    return [
        [
            {"kind": step["kind"], "key": step["key"]}
            | label_of(NodeKind(step["kind"]), step["key"], props.get((step["kind"], step["key"]), {}))
            for step in route["nodes"]
        ]
        for route in document["routes"][:ROWS]
    ]


def people_on(routes: list[list[dict[str, Any]]]) -> list[str]:
    """Identity ids that the routes show, each once, for the audit."""
    return list(
        dict.fromkeys(step["key"] for route in routes for step in route if step["kind"] == NodeKind.IDENTITY.value)
    )
