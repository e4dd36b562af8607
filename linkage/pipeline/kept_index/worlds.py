"""What a query can be joined with: the components that it ties to, as the ledger holds them, one world a query."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from linkage.ledger import Decision
from linkage.pipeline.kept_index.matching import Matching
from linkage.pipeline.kept_index.people import PeopleIndex

Pair = tuple[str, str, float]

LARGEST = 2000
"""Records of a component beyond which the question is left to a person."""


@dataclass(frozen=True)
class Ledger:
    """What the ledger holds of links, in one view of it.

    Args:
        kept_pairs: kept pairs of some records from a weight on.
        decisions: those that stand.
    """

    kept_pairs: Callable[[Collection[str], float], Iterable[Pair]]
    decisions: Sequence[Decision]


@dataclass
class World:
    """The records that one query can be joined with.

    Args:
        query: position of the query.
        ties: what the query is tied to: record key and weight.
        common: shared values that are too common once the query is loaded, by column.
        crowded: blocking keys that are.
        redone: records whose pairs are not those of the ledger but, with whomever, those of `again`.
        pairs: all ties among the records.
    """

    query: int
    ties: dict[str, float]
    common: dict[str, frozenset[str]] = field(default_factory=dict)
    crowded: frozenset[int] = frozenset()
    redone: set[str] = field(default_factory=set)
    again: dict[tuple[str, str], float] = field(default_factory=dict)
    records: set[str] = field(default_factory=set)
    pairs: dict[tuple[str, str], float] = field(default_factory=dict)


def worlds_of(index: PeopleIndex, matching: Matching) -> list[World]:
    """One world a query, with what the query alone makes too common."""
    limits, queries = index.model.limits, matching.queries
    keys = matching.keys
    asked, place = np.unique(keys["key"].to_numpy(), return_inverse=True)
    full = index.find(asked, -1).counts == limits.block
    crowded: dict[int, set[int]] = {}
    for record, key in keys.filter(pl.Series(full[place])).select("record", "key").iter_rows():
        crowded.setdefault(record, set()).add(key)
    turned = {column: values - index.common(queries)[column] for column, values in index.common(queries, own=1).items()}
    tie = index.model.thresholds.tie
    return [
        World(
            number,
            {c.explanation.right: c.explanation.bits for c in candidates if c.explanation.bits >= tie},
            {c: frozenset({queries[c][number]} & values) for c, values in turned.items()},
            frozenset(crowded.get(number, ())),
        )
        for number, candidates in enumerate(matching.candidates)
    ]


def spread(worlds: Sequence[World], index: PeopleIndex, ledger: Ledger) -> None:
    """Every world has all records that ties and people's word connect with what the query is tied to."""
    known: dict[str, dict[tuple[str, str], float]] = {}
    said: dict[str, set[str]] = {}
    for decision in ledger.decisions:
        if decision.judgement == "same":
            said.setdefault(decision.a, set()).add(decision.b)
            said.setdefault(decision.b, set()).add(decision.a)
    front = {world.query: set(world.ties) for world in worlds}
    while any(front.values()):
        missing = sorted(set().union(*front.values()) - known.keys())
        known.update((key, {}) for key in missing)
        for a, b, weight in ledger.kept_pairs(missing, index.model.thresholds.tie):
            for end in (a, b):
                if end in known:
                    known[end][a, b] = weight
        for world in worlds:
            front[world.query] = _step(world, front[world.query], known, said)


def _step(
    world: World,
    front: set[str],
    known: Mapping[str, Mapping[tuple[str, str], float]],
    said: Mapping[str, set[str]],
) -> set[str]:
    """The front is in the world; returns what it is connected with and is not yet."""
    world.records |= front
    if len(world.records) > LARGEST:
        return set()
    reached: set[str] = set()
    for key in front:
        held = {} if key in world.redone else known[key]
        pairs = {pair: weight for pair, weight in held.items() if world.redone.isdisjoint(pair)}
        pairs.update((pair, weight) for pair, weight in world.again.items() if key in pair)
        world.pairs.update(pairs)
        reached.update(*pairs, said.get(key, ()))
    return reached - world.records
