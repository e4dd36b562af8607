"""What a Splink run is told about one task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Spec:
    """One task.

    Args:
        select: SQL columns to read.
        blocking: rules that make the candidate pairs.
        deterministic: rules whose pairs are nearly all true, for the prior; `recall` is the share of pairs they find.
        u_pairs: cap of random pairs for u.
        training: one blocking rule a round of expectation maximisation.
        em_pairs: cap of pairs for such a round, none where the data is small.
        threshold: match probability at which records are joined.
        is_link: two tables, `left` and `right`, to be linked with each other.
        best_links_only: each record has at most one link, its best (`cluster_using_single_best_links`).
    """

    blocking: tuple[Any, ...]
    comparisons: tuple[Any, ...]
    deterministic: tuple[Any, ...]
    recall: float
    training: tuple[Any, ...]
    u_pairs: float = 1e7
    em_pairs: float | None = None
    threshold: float = 0.95
    select: str = "*"
    is_link: bool = False
    best_links_only: bool = False
