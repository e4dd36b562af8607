"""What a load's manifest declares about its facts, as the ledger keeps it beside the load."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from linkage.schema import Kind
from linkage.sources import Manifest

DECLARED = ("complete_for", "owner", "may_go_to", "legal_basis")


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
