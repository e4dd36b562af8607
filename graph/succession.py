"""Carriers that follow one another: which two are joined by a succession, and by how much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import polars as pl

from graph.policy import Limits
from graph.schema import EdgeKind


@dataclass(frozen=True, slots=True)
class Succession:
    """Two carriers joined by one or more successions.

    Args:
        carrier: smaller carrier key.
        other: larger carrier key.
        factor: product of the links' probabilities, times what each step after the first multiplies by.
    """

    carrier: str
    other: str
    factor: float


def find_successions(edges: pl.DataFrame, limits: Limits) -> list[Succession]:
    """The best way between any two carriers along SUCCEEDS edges, ordered by keys; a ring is walked once.

    Args:
        edges: frame EDGE; other kinds are passed over.
        limits: how many steps count, and what each further one multiplies by.
    """
    rows = edges.filter(pl.col("kind") == EdgeKind.SUCCEEDS.value).select("src", "dst", "confidence")
    steps: dict[str, dict[str, float]] = {}
    for young, old, confidence in rows.sort("src", "dst", "confidence").iter_rows():
        steps.setdefault(young, {})[old] = max(confidence, steps.get(young, {}).get(old, 0.0))
        steps.setdefault(old, {})[young] = max(confidence, steps.get(old, {}).get(young, 0.0))
    return [
        Succession(start, end, factor)
        for start in sorted(steps)
        for end, factor in sorted(_reach(start, steps, limits))
        if start < end
    ]


def _reach(start: str, steps: dict[str, dict[str, float]], limits: Limits) -> Iterable[tuple[str, float]]:
    """The best factor to each carrier within the limit of steps: a longer way never gains, so none is walked twice."""
    best: dict[str, float] = {}
    frontier = {start: 1.0}
    for number in range(limits.succession_steps):
        step = limits.succession_step if number else 1.0
        reached: dict[str, float] = {}
        for here, factor in sorted(frontier.items()):
            for there, confidence in sorted(steps[here].items()):
                if there != start:
                    reached[there] = max(reached.get(there, 0.0), factor * step * confidence)
        frontier = {there: factor for there, factor in reached.items() if factor > best.get(there, 0.0)}
        best |= frontier
    return best.items()


def describe_link(edge: Mapping[str, Any]) -> dict[str, Any]:
    """What a succession rests on.

    Args:
        edge: row of frame EDGE, a SUCCEEDS edge.

    Returns:
        is_declared (by a source or a person; else found by comparing), ruling (n, by and on, of a person), since (ISO
        day), confidence, says (one sentence) and reasons (attribute, level, bits), the last two if comparing finds it.
    """
    said = orjson.loads(edge["props"]) if edge["props"] else {}
    return {
        "is_declared": not said.get("found", False),
        "ruling": said.get("ruling"),
        "since": edge["first_seen"].isoformat() if edge["first_seen"] else None,
        "confidence": edge["confidence"],
        "says": said.get("says"),
        "reasons": said.get("reasons", []),
    }
