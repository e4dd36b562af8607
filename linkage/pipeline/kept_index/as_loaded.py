"""Which stored records a record would be one person with, had it been loaded: the pipeline's clustering, in miniature.

Each query is put among the components that it ties to, as the ledger's kept pairs and standing decisions hold them,
and these are clustered anew. A query that makes a key or a shared value too common changes pairs of other records:
those that matter to it are weighed again.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from linkage.ledger import Decision
from linkage.pipeline.engine import Engine, ScoredPairs
from linkage.pipeline.kept_index.crowding import in_order, part_crowded, redo_shared
from linkage.pipeline.kept_index.matching import Matching, without
from linkage.pipeline.kept_index.people import PeopleIndex
from linkage.pipeline.kept_index.row_text import COLUMNS
from linkage.pipeline.kept_index.worlds import LARGEST, Ledger, World, spread, worlds_of


def joined(index: PeopleIndex, matching: Matching, ledger: Ledger) -> list[frozenset[str]]:
    """Keys of the records that each query would be one person with; empty for a query that would stay alone."""
    out = [frozenset[str]() for _ in matching.candidates]
    if not any(matching.candidates):
        return out
    worlds = [world for world in worlds_of(index, matching) if world.ties]
    if not worlds:
        return out
    for world in worlds:
        redo_shared(index, matching.queries, world)
    spread(worlds, index, ledger)
    small = [world for world in worlds if len(world.records) <= LARGEST]
    numbers = index.find_records(sorted(set().union(*(world.records for world in small))))
    part_crowded(index, matching, small, numbers)
    for world, group in zip(small, _clustered(index, matching.queries, (small, numbers), ledger), strict=True):
        out[world.query] = group
    return out


def _clustered(
    index: PeopleIndex, queries: pl.DataFrame, among: tuple[Sequence[World], Mapping[str, int]], ledger: Ledger
) -> list[frozenset[str]]:
    """The records in the query's group of each world; all worlds are clustered side by side.

    Args:
        among: the worlds, and the number of each of their records.
    """
    worlds, numbers = among
    if not worlds:
        return []
    records = np.unique(np.array(sorted(numbers.values()), dtype=np.int32))
    stored = index.rows(records)
    at = {key: place for place, key in enumerate(stored["key"].to_list())}
    asked = without(queries.select(COLUMNS), index.common(queries, own=1))
    frames: list[pl.DataFrame] = []
    names: list[str] = []
    starts: list[int] = []
    for world in worlds:
        own = asked[world.query : world.query + 1]
        members = sorted(key for key in world.records if key in at)
        # The query stands where its key would, since equals are told apart by the order of keys.
        first = bisect(members, own["key"][0])
        starts.append(len(names))
        names += [*members[:first], "", *members[first:]]
        held = without(stored[[at[key] for key in members]], world.common)
        frames += [held[:first], own, held[first:]]
    rows = pl.concat(frames).with_columns(key=in_order(len(names)))
    engine = Engine(rows, index.model, index.common(stored), threads=1)
    places = [
        {key: start + i for i, key in enumerate(names[start:end])}
        for start, end in zip(starts, [*starts[1:], len(names)], strict=True)
    ]
    pairs = [pair for world, place in zip(worlds, places, strict=True) for pair in _placed(world, place)]
    left, right, weight = (np.array(side) for side in zip(*pairs, strict=True))
    scored = ScoredPairs(left.astype(np.int32), right.astype(np.int32), weight.astype(np.float64))
    partition = engine.cluster(scored, np.ones(len(names), dtype=np.bool_), _renamed(ledger.decisions, places, rows))
    out = []
    for place in places:
        root = partition.root[place[""]]
        out.append(frozenset(key for key, i in place.items() if key and partition.root[i] == root))
    return out


def _placed(world: World, place: dict[str, int]) -> Iterable[tuple[int, int, float]]:
    for (a, b), weight in world.pairs.items():
        if a in place and b in place:
            yield min(place[a], place[b]), max(place[a], place[b]), weight
    for key, weight in world.ties.items():
        if key in place:
            yield min(place[key], place[""]), max(place[key], place[""]), weight


def _renamed(decisions: Sequence[Decision], places: Sequence[dict[str, int]], rows: pl.DataFrame) -> list[Decision]:
    """The decisions in every world that holds both records, by the names that records have there."""
    names = rows["key"].to_list()
    return [
        replace(decision, a=names[place[decision.a]], b=names[place[decision.b]])
        for place in places
        for decision in decisions
        if decision.a in place and decision.b in place
    ]
