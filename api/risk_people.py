"""Whom a `risk` document shows, for the audit."""

from __future__ import annotations

from typing import Any


def people_shown(document: dict[str, Any]) -> list[str]:
    """Identity ids of the driver and of every associate in the document, each once, the driver first."""
    found = [document["identity_id"]]
    found += [associate["identity_id"] for associate in document["associates"]]
    found += [item["associate"] for item in document["linked"]["contributions"]]
    return list(dict.fromkeys(found))
