"""A succession in one sentence that a reviewer would say aloud; of people it says only that they are the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_SAID = {
    ("address", "same"): "at the same address",
    ("town", "same"): "in the same town",
    ("phone", "same"): "with the same phone",
    ("officers", "same"): "with the same officer",
    ("name", "whole"): "under nearly the same name",
    ("name", "part"): "under a name with a word of the other's",
    ("name", "near"): "under a name like the other's",
}


def tell(pair: Mapping[str, Any]) -> str:
    """What speaks for the succession and when it happened.

    Args:
        pair: older_title, younger_title, gap_days, is_seen, vehicles, vehicles_of, and levels: attribute to level.
    """
    levels: Mapping[str, str] = pair["levels"]
    parts = [_time(pair)]
    for attribute, level in levels.items():
        said = _SAID.get((attribute, level))
        if said and not (attribute == "town" and levels.get("address") == "same"):
            parts.append(said)
    if pair["vehicles"]:
        parts.append(f"{pair['vehicles']} of its {pair['vehicles_of']} trucks")
    if levels.get("standing") == "agree":
        parts.append("both active today")
    return f"{pair['younger_title']} {', '.join(parts)}"


def _time(pair: Mapping[str, Any]) -> str:
    days, older = pair["gap_days"], pair["older_title"]
    began = "was first seen" if pair["is_seen"] else "started"
    if days is None:
        return f"may follow {older}, no dates known"
    if days < 0:
        return f"{began} {-days} days before the revocation of {older}"
    return f"{began} {days} days after the revocation of {older}"
