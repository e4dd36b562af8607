"""A saved view as the graph has it now: its things where they were left, and how many are gone or have another id."""

from __future__ import annotations

from typing import Any

from api.casework.views import View
from api.explore import Veils, restore
from api.graph_store import GraphStoreChoice
from linkage.errors import UnknownRecord
from linkage.ledger import Workspace


def pictured(workspace: Workspace, view: View, veils: Veils, store: GraphStoreChoice) -> dict[str, Any]:
    """The picture, its things named as the graph names them.

    Args:
        veils: under which the view names what must not be read from it.

    Returns:
        As `restore`, and foci, positions, hidden and pinned by ids as a browser names them.

    Raises:
        UnknownRecord: what the view was about is gone.
        StoreUnavailable: the store does not answer or lags behind the ledger.
    """
    state = view.state
    focus, *things = veils.things([state["focus"], *state["things"]])
    found = restore(workspace, focus, things, store)
    if not any(node["id"] == found["focus"] for node in found["nodes"]):
        raise UnknownRecord("what the view was about is gone")
    moved = found["moved"]
    foci = state.get("foci", [state["focus"]])  # views of before held one
    return found | {
        "foci": list(dict.fromkeys(moved.get(name, name) for name in foci)),
        "positions": {moved.get(name, name): spot for name, spot in state["positions"].items()},
        "hidden": [moved.get(name, name) for name in state["hidden"]],
        "pinned": [moved.get(name, name) for name in state["pinned"]],
    }
