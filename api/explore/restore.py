"""A picture made again from the ids of its things, as the graph has them now, and what changed meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api import scores
from api.explore.picture import PICTURED_KINDS
from api.explore.reading import Near
from api.graph_store import LEDGER, GraphStoreChoice, open_graph
from graph.policy_file import load_policy
from graph.schema import NodeKind
from linkage.ledger import IdentityTables, Workspace


def restore(
    workspace: Workspace, focus: str, things: Sequence[str], store: GraphStoreChoice = LEDGER
) -> dict[str, Any]:
    """The things and all ties between them.

    Args:
        focus: id of the node in the middle; `things` ids of all of them, KIND:KEY.

    Returns:
        As `start_at`, and `moved`: id of a node then to its id now, where a driver's identity was merged; `gone`: ids
        of nodes that are no more.

    Raises:
        StoreUnavailable: the store does not answer or lags behind the ledger.
    """
    with workspace.reading() as connection, open_graph(connection, store) as reader:
        day, tables = scores.as_of(connection), IdentityTables(connection)
        moved: dict[str, str] = {}
        keys: dict[str, set[str]] = {}
        for thing in things:
            kind, _, key = thing.partition(":")
            if kind == NodeKind.IDENTITY and (now := tables.find(key)) and now != key:
                moved[thing], key = f"{kind}:{now}", now
            if kind in PICTURED_KINDS:
                keys.setdefault(kind, set()).add(key)
        near = Near(reader, connection, load_policy(), day)
        nodes = near.nodes(keys)
        picture = near.picture(nodes, near.edges_among(keys))
    told = picture.document()
    start = moved.get(focus, focus)
    there = {node["id"] for node in told["nodes"]}
    mine = sum(start in (edge["source"], edge["target"]) for edge in told["edges"])
    return {
        "focus": start,
        **told,
        "near": mine,
        "shown": mine,
        "as_of": day.isoformat() if day else None,
        "moved": moved,
        "gone": [thing for thing in things if moved.get(thing, thing) not in there],
    }
