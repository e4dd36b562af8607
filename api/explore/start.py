"""Where exploring begins: a driver, what is theirs, and the routes by which others' incidents count."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from api import scores
from api.explore.picture import keys_of, node_id
from api.explore.reading import SHOWN_KINDS, Near
from api.graph_store import LEDGER, GraphStoreChoice, open_graph
from api.risk import risk
from graph.policy_file import load_policy
from graph.schema import NodeKind
from linkage.ledger import IdentityTables, Workspace

FIRST = 40
"""Things shown before anybody asks for more; the routes that count come on top."""


def start_at(
    workspace: Workspace,
    ref: str,
    as_of: date | None = None,
    store: GraphStoreChoice = LEDGER,
    beside: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """The first picture of a driver, or what another driver adds to a picture.

    Args:
        ref: identity id, former id or source/record_id.
        as_of: only what was known by that day; None = the day of the scores.
        beside: ids of nodes that are shown already.

    Returns:
        focus, nodes (that are not shown already), edges (those to what is shown, too), near (ties the driver has),
        shown (of those), as_of.

    Raises:
        UnknownRecord: the reference names nothing.
        StoreUnavailable: the store does not answer or lags behind the ledger.
    """
    with workspace.reading() as connection:
        identity = IdentityTables(connection).require(ref)
        day = as_of or scores.as_of(connection)
    routes = _routes(risk(workspace, identity, day, store))
    with workspace.reading() as connection, open_graph(connection, store) as reader:
        near = Near(reader, connection, load_policy(), day)
        edges = reader.edges_of(NodeKind.IDENTITY, [identity], SHOWN_KINDS, day)
        mine = near.nodes(_ends(edges, identity))
        own = near.picture(pl.concat([mine, near.nodes({NodeKind.IDENTITY.value: [identity]})]).unique(), edges)
        focus = node_id(NodeKind.IDENTITY, identity)
        wanted = [focus, *_strongest(own.document(), focus)]
        keys = keys_of([*wanted, *routes, *beside])
        nodes = near.nodes(keys)
        picture = near.picture(nodes, near.edges_among(keys))
    told = picture.without(beside).document()
    shown = sum(focus in (edge["source"], edge["target"]) for edge in told["edges"])
    return {"focus": focus, **told, "near": len(own.edges), "shown": shown, "as_of": day.isoformat() if day else None}


def _routes(document: dict[str, Any]) -> list[str]:
    """Nodes along the routes of the contributions that count, each contribution's strongest."""
    return [
        node_id(step["kind"], step["key"])
        for item in document["linked"]["contributions"]
        for tie in item["ties"][:1]
        for step in tie["route"]
    ]


def _ends(edges: pl.DataFrame, identity: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for end in ("src", "dst"):
        for kind, key in edges.select(f"{end}_kind", end).unique().iter_rows():
            found.setdefault(kind, set()).add(key)
    found.get(NodeKind.IDENTITY.value, set()).discard(identity)
    return found


def _strongest(document: dict[str, Any], focus: str) -> list[str]:
    """The nodes at the strongest ties of the focus; of equals the latest."""
    ties = sorted(
        document["edges"], key=lambda e: (e["strength"] is not None, -(e["strength"] or 0), _age(e["last"]), e["id"])
    )
    ends = [edge["target"] if edge["source"] == focus else edge["source"] for edge in ties]
    return list(dict.fromkeys(ends))[:FIRST]


def _age(last: str | None) -> int:
    return -date.fromisoformat(last).toordinal() if last else 0
