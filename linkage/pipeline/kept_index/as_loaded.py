"""Which stored records a record would be one person with, had it been loaded: the pipeline's clustering, in miniature.

Each query is put among the components that it ties to, as the ledger's kept pairs and standing decisions hold them,
and these are clustered anew. A query that makes a key or a shared value too common changes pairs of other records:
those that matter to it are weighed again.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage.ledger import Decision
from linkage.pipeline.engine import Engine, ScoredPairs
from linkage.pipeline.kept_index.matching import Matching, without
from linkage.pipeline.kept_index.people import PeopleIndex
from linkage.pipeline.kept_index.row_text import COLUMNS
from linkage.pipeline.kept_index.segment import block_keys
from linkage.pipeline.live_pairs import hashed_values, low_high, pairs_across

Ints = npt.NDArray[np.int32]
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
class _World:
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


def joined(index: PeopleIndex, matching: Matching, ledger: Ledger) -> list[frozenset[str]]:
    """Keys of the records that each query would be one person with; empty for a query that would stay alone."""
    out = [frozenset[str]() for _ in matching.candidates]
    if not any(matching.candidates):
        return out
    worlds = [world for world in _worlds(index, matching) if world.ties]
    if not worlds:
        return out
    for world in worlds:
        _redo_shared(index, matching.queries, world)
    _spread(worlds, index, ledger)
    small = [world for world in worlds if len(world.records) <= LARGEST]
    numbers = index.find_records(sorted(set().union(*(world.records for world in small))))
    _part_crowded(index, matching, small, numbers)
    for world, group in zip(small, _clustered(index, matching.queries, (small, numbers), ledger), strict=True):
        out[world.query] = group
    return out


def _worlds(index: PeopleIndex, matching: Matching) -> list[_World]:
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
        _World(
            number,
            {c.explanation.right: c.explanation.bits for c in candidates if c.explanation.bits >= tie},
            {c: frozenset({queries[c][number]} & values) for c, values in turned.items()},
            frozenset(crowded.get(number, ())),
        )
        for number, candidates in enumerate(matching.candidates)
    ]


def _redo_shared(index: PeopleIndex, queries: pl.DataFrame, world: _World) -> None:
    """The pairs of those who hold a value that the query makes too common, without it."""
    for column, values in world.common.items():
        if not values:
            continue
        hashed = np.sort(hashed_values(pl.Series(sorted(values), dtype=pl.String), column).to_numpy())
        holders = index.find_shared(hashed, index.model.limits.sharing).record
        _redo(index, queries, world, np.unique(holders))


def _part_crowded(index: PeopleIndex, matching: Matching, worlds: Sequence[_World], numbers: Mapping[str, int]) -> None:
    """Those in a world who met under keys alone that its query makes too common meet no more."""
    meeting = [_under_crowded(index, world, numbers) for world in worlds]
    records = np.unique(np.array(sorted({r for some in meeting for r in some}), dtype=np.int32))
    if not len(records):
        return
    keys = block_keys(index.rows(records), index.model)
    asked, place = np.unique(keys["key"].to_numpy(), return_inverse=True)
    counts = index.find(asked, -1).counts[place]
    held: dict[int, dict[int, int]] = {int(record): {} for record in records}
    for record, key, count in zip(records[keys["record"].to_numpy()].tolist(), keys["key"], counts, strict=True):
        held[record][key] = int(count)
    for world, some in zip(worlds, meeting, strict=True):
        own = set(matching.keys.filter(pl.col("record") == world.query)["key"]) if some else set()
        for pair in list(world.pairs):
            one, other = (numbers.get(key, -1) for key in pair)
            if one in some and other in some:
                both = held[one].keys() & held[other].keys()
                if not any(held[one][key] + (key in own) <= index.model.limits.block for key in both):
                    del world.pairs[pair]


def _under_crowded(index: PeopleIndex, world: _World, numbers: Mapping[str, int]) -> set[int]:
    """The records in the world that hold a key that its query makes too common; none where there are not two."""
    if not world.crowded:
        return set()
    found = index.find(np.array(sorted(world.crowded), dtype=np.uint64), index.model.limits.block)
    inside = {numbers[key] for key in world.records if key in numbers} & set(found.record.tolist())
    return inside if len(inside) > 1 else set()


def _redo(index: PeopleIndex, queries: pl.DataFrame, world: _World, records: Ints) -> None:
    """The ties of these records are known as they are once the query is loaded."""
    if not len(records):
        return
    rows = index.rows(records)
    keys = block_keys(rows, index.model)
    own = block_keys(queries[world.query : world.query + 1], index.model)["key"]
    asked, place = np.unique(keys["key"].to_numpy(), return_inverse=True)
    found = index.find(asked, index.model.limits.block)
    is_full = (found.counts == index.model.limits.block) & pl.Series(asked).is_in(own.implode()).to_numpy()
    active = ~is_full[found.place]
    found = replace(found, place=found.place[active], record=found.record[active])
    asking = keys["record"].to_numpy()[np.argsort(place, kind="stable")]
    left, right = pairs_across(asking, np.bincount(place, minlength=len(asked)), found, 0)
    low, high = low_high(records[left], right)
    pairs = np.unique(np.stack([low, high], axis=1)[low != high], axis=0)
    world.redone.update(index.keys(records))
    world.again.update(_weigh(index, world, pairs))


def _weigh(index: PeopleIndex, world: _World, pairs: npt.NDArray[np.int32]) -> dict[tuple[str, str], float]:
    """The pairs of record numbers that are ties, by keys, the smaller first."""
    records = np.unique(pairs)
    if not len(records):
        return {}
    rows = index.rows(records)
    common = index.common(rows)
    masked = without(rows, world.common).with_columns(key=_order(len(rows)))
    engine = Engine(masked, index.model, common, threads=1)
    left, right = (np.searchsorted(records, side).astype(np.int32) for side in pairs.T)
    met = engine.may_meet(left, right)
    scored = engine.weigh(left[met], right[met])
    keys = rows["key"].to_list()
    return {
        (min(keys[a], keys[b]), max(keys[a], keys[b])): weight
        for a, b, weight in zip(scored.left.tolist(), scored.right.tolist(), scored.weight.tolist(), strict=True)
        if weight >= index.model.thresholds.tie
    }


def _spread(worlds: Sequence[_World], index: PeopleIndex, ledger: Ledger) -> None:
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
    world: _World,
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


def _clustered(
    index: PeopleIndex, queries: pl.DataFrame, among: tuple[Sequence[_World], Mapping[str, int]], ledger: Ledger
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
    rows = pl.concat(frames).with_columns(key=_order(len(names)))
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


def _placed(world: _World, place: dict[str, int]) -> Iterable[tuple[int, int, float]]:
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


def _order(count: int) -> pl.Series:
    return pl.Series(range(count)).cast(pl.String).str.zfill(9)
