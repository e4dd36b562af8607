"""Counts with their base, and a share only where the base bears one."""

from __future__ import annotations

from typing import Any

from linkage.training.reliability import wilson

LEAST_BASE = 20
"""Below so many no share is given, only the counts (ui.md section 6)."""


def share_of(count: int, of: int) -> dict[str, Any]:
    """`count` of `of`, and the share with its 95 % Wilson interval; the last three null where the base is too small."""
    row: dict[str, Any] = {"count": count, "of": of, "share": None, "lower": None, "upper": None}
    if of < LEAST_BASE:
        return row
    lower, upper = wilson(float(count), float(of))
    return row | {"share": count / of, "lower": lower, "upper": upper}
