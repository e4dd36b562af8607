"""What of a picture is shown under the filters of a saved view: the same rule as the explorer's own, on the server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Drawn = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """Things and ties that are shown.

    Args:
        faded: ids of ties outside the period.
    """

    nodes: Sequence[Drawn]
    edges: Sequence[Drawn]
    faded: frozenset[str]


def shown(picture: Mapping[str, Any], filters: Mapping[str, Any]) -> Shown:
    """The part of a picture that is neither hidden nor filtered out.

    Args:
        picture: nodes, edges, foci, hidden.
        filters: kinds, least, possible, from and to (YYYY-MM or empty), as a view keeps them.
    """
    hidden, kinds, foci = set(picture["hidden"]), set(filters["kinds"]), set(picture["foci"])
    nodes = [
        node for node in picture["nodes"] if node["id"] not in hidden and (node["id"] in foci or node["kind"] in kinds)
    ]
    edges = [edge for edge in _within({node["id"] for node in nodes}, picture["edges"]) if _passes(edge, filters)]
    faded = frozenset(edge["id"] for edge in edges if not _in_period(edge, filters))
    held = _ends(edge for edge in edges if edge["id"] not in faded)
    bare = _ends(edges) - held  # of which all ties lie outside the period
    kept = [node for node in nodes if node["id"] in foci or node["id"] not in bare]
    return Shown(kept, _within({node["id"] for node in kept}, edges), faded)


def _within(there: set[str], edges: Iterable[Drawn]) -> list[Drawn]:
    return [edge for edge in edges if edge["source"] in there and edge["target"] in there]


def _ends(edges: Iterable[Drawn]) -> set[str]:
    return {edge[end] for edge in edges for end in ("source", "target")}


def _passes(edge: Drawn, filters: Mapping[str, Any]) -> bool:
    if edge["certainty"] == "possible" and not filters["possible"]:
        return False
    return edge["strength"] is None or edge["strength"] >= float(filters["least"])


def _in_period(edge: Drawn, filters: Mapping[str, Any]) -> bool:
    """A tie without a date is within every period."""
    last = None if edge["lasts"] else edge["last"] or edge["first"]
    if filters["from"] and last and last[:7] < filters["from"]:
        return False
    return not (filters["to"] and edge["first"] and edge["first"][:7] > filters["to"])
