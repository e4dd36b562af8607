"""Linked risk as its page shows it: the lines that weigh most, and what the others add up to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SHOWN = 20
"""Lines that a table has before the rest is one line (a person reads the first, and asks for the others)."""
LEAST = 0.0005
"""Points from which a figure of three digits is not nought."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of a table, the heaviest first.

    Args:
        points: what the lines left out add up to.
    """

    shown: Sequence[Mapping[str, Any]]
    left_out: int
    points: float


def lines_of(items: Sequence[Mapping[str, Any]], *, is_whole: bool) -> Lines:
    """The first of them, which come heaviest first, and the sum of the rest; all of them where that is asked."""
    shown = items if is_whole or len(items) <= SHOWN + 1 else items[:SHOWN]
    rest = items[len(shown) :]
    return Lines(shown, len(rest), math.fsum(item["points"] for item in rest))


def weighty(items: Sequence[Mapping[str, Any]]) -> Lines:
    """Possible links that would add points as they are written; those that add next to nothing are a number."""
    shown = [item for item in items if item["more"] >= LEAST]
    rest = [item for item in items if item["more"] < LEAST]
    return Lines(shown, len(rest), math.fsum(item["more"] for item in rest))
