"""One driver with coverage, as the command line and the API show it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from api import scores
from api.cleared import for_everybody
from api.coverage import coverage_rows
from api.show import show
from linkage.errors import UnknownRecord
from linkage.ledger import Workspace


def show_driver(workspace: Workspace, reference: str, *, is_record: bool = False) -> dict[str, Any]:
    """The `show` document.

    Args:
        reference: identity id, former id or `source/record_id`.
        is_record: it names a record and nothing else.

    Raises:
        UnknownRecord: the reference names nothing.
    """
    with workspace.reading() as connection:
        document = show(workspace, connection, reference)
        day = scores.as_of(connection) or date.today()
    held = {record["key"] for record in document["records"]}
    if is_record and reference not in held:
        raise UnknownRecord("no such record")
    document["events"] = for_everybody(document["events"])
    return document | {"coverage": coverage_rows(workspace, sorted(held), day)}


def people_of(document: Mapping[str, Any]) -> list[str]:
    """Identity ids that a `show` document tells of, each once, the driver first, for the audit."""
    others = [link["identity_id"] for link in document["possible_links"]]
    moved = [move[end] for move in document["history"] for end in ("from", "to") if move[end]]
    return list(dict.fromkeys([document["identity_id"], *others, *moved]))
