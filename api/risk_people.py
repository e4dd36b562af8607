"""Whom a `risk` document shows, for the audit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def people_shown(document: dict[str, Any]) -> list[str]:
    """Identity ids of the driver and of everybody else in the document, each once, the driver first."""
    return list(dict.fromkeys([document["identity_id"], *_others(document)]))


def _others(document: dict[str, Any]) -> Iterator[str]:
    yield from (associate["identity_id"] for associate in document["associates"])
    for item in document["linked"]["contributions"]:
        yield item["associate"]
        yield from (other["associate"] for other in item["corroboration"])
    yield from (item["associate"] for item in document["possible"])
    context = document["context"]
    yield from (tie["identity_id"] for tie in context["declared"]["shown"])
    for route in context["second_person"]["shown"]:
        yield from (route["through"], route["associate"])
