"""What can be counted on what is shown: how the picture hangs together, not who did what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.explore.as_graph import as_graph

MOST = 1_500
TOP = 10
SEED = 1  # communities are found with random starts: the same picture has the same ones


def analytics(document: Mapping[str, Any]) -> dict[str, Any]:
    """Components, the things most between others, and communities of a picture.

    Returns:
        components (sizes, largest first), between (id, share of shortest ways that go through it; the highest TOP),
        communities (lists of ids, largest first; those of one thing are left out).

    Complexity: betweenness takes nodes x ties, at most MOST nodes.
    """
    import networkx as nx  # noqa: PLC0415 - as in `as_graph`

    graph = as_graph(document)
    name = {f"n{place}": node["id"] for place, node in enumerate(document["nodes"], 1)}
    simple = nx.Graph(graph)
    between = nx.betweenness_centrality(simple)
    found = sorted(between.items(), key=lambda item: (-item[1], name[item[0]]))
    communities = nx.community.louvain_communities(simple, seed=SEED) if simple.number_of_edges() else []
    return {
        "components": sorted((len(part) for part in nx.connected_components(simple)), reverse=True),
        "between": [{"id": name[node], "share": share} for node, share in found[:TOP] if share > 0],
        "communities": sorted(
            (sorted(name[node] for node in part) for part in communities if len(part) > 1), key=lambda p: (-len(p), p)
        ),
    }
