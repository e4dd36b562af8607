"""What a load's manifest declares about its facts, as the ledger keeps it beside the load."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from linkage.ledger import LoadTables, Workspace
from linkage.schema import Kind
from linkage.sources import LoadMode, Manifest

DECLARED = ("complete_for", "owner", "may_go_to", "legal_basis")


def is_newer_dump(workspace: Workspace, manifest: Manifest, mode: str, today: date) -> bool:
    """Whether bytes loaded before tell something all the same: a complete source, in full, as of a later day."""
    if mode != LoadMode.SNAPSHOT or not manifest.complete_for:
        return False
    with workspace.reading() as connection:
        tables = LoadTables(connection)
        loads = [row for load_id in tables.ids() if (row := tables.get(load_id)) is not None]
    days = [row.today for row in loads if row.source == manifest.name and row.mode == mode]
    return max(days, default="") < today.isoformat()


def declared(manifest: Manifest, taken: Sequence[Mapping[Kind, pl.DataFrame]]) -> dict[str, Any]:
    """The declarations of a manifest with the sources they hold for; nothing where it makes none.

    Args:
        taken: facts a kind of each file of the load.
    """
    told = manifest.model_dump(mode="json", include=set(DECLARED))
    if not any(told.values()):
        return {}
    frames = [frame["source"] for facts in taken for frame in facts.values()]
    sources = pl.concat(frames).unique().drop_nulls().sort().to_list() if frames else []
    return told | {"country": manifest.country, "sources": sources}
