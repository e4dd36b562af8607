"""A picture as a networkx graph, for its analytics and for other programs.

Nodes are numbered, so that no plate or phone number leaves as an id.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx as nx

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may hold, and names of some sources do (XML 1.0, section 2.2)."""


def as_graph(document: Mapping[str, Any]) -> nx.MultiGraph:
    """The picture's things and ties.

    Returns:
        Nodes n1, n2... in the order of the document, with kind, label, detail, event_date; edges with kind, certainty,
        strength, first, last, days.
    """
    import networkx as nx  # noqa: PLC0415 - a twelfth of a server's start, and few pictures leave it or are counted

    graph = nx.MultiGraph()
    number: dict[str, str] = {}
    for place, node in enumerate(document["nodes"], 1):
        number[node["id"]] = f"n{place}"
        told = {name: _xml(str(node.get(name) or "")) for name in ("kind", "label", "detail", "event_date")}
        graph.add_node(f"n{place}", **told)
    for edge in document["edges"]:
        graph.add_edge(
            number[edge["source"]],
            number[edge["target"]],
            kind=edge["kind"],
            certainty=edge["certainty"],
            strength=edge["strength"] or 0.0,
            first=edge["first"] or "",
            last=edge["last"] or "",
            days=edge["days"],
        )
    return graph


def _xml(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
