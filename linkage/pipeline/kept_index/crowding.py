"""What a query alone changes among the records around it, by making a key or a shared value too common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage.pipeline.engine import Engine
from linkage.pipeline.kept_index.matching import Matching, without
from linkage.pipeline.kept_index.people import PeopleIndex
from linkage.pipeline.kept_index.segment import block_keys
from linkage.pipeline.kept_index.worlds import World
from linkage.pipeline.live_pairs import hashed_values, low_high, pairs_across

Ints = npt.NDArray[np.int32]


def redo_shared(index: PeopleIndex, queries: pl.DataFrame, world: World) -> None:
    """The pairs of those who hold a value that the query makes too common, without it."""
    for column, values in world.common.items():
        if not values:
            continue
        hashed = np.sort(hashed_values(pl.Series(sorted(values), dtype=pl.String), column).to_numpy())
        holders = index.find_shared(hashed, index.model.limits.sharing).record
        _redo(index, queries, world, np.unique(holders))


def part_crowded(index: PeopleIndex, matching: Matching, worlds: Sequence[World], numbers: Mapping[str, int]) -> None:
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


def _under_crowded(index: PeopleIndex, world: World, numbers: Mapping[str, int]) -> set[int]:
    """The records in the world that hold a key that its query makes too common; none where there are not two."""
    if not world.crowded:
        return set()
    found = index.find(np.array(sorted(world.crowded), dtype=np.uint64), index.model.limits.block)
    inside = {numbers[key] for key in world.records if key in numbers} & set(found.record.tolist())
    return inside if len(inside) > 1 else set()


def _redo(index: PeopleIndex, queries: pl.DataFrame, world: World, records: Ints) -> None:
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


def _weigh(index: PeopleIndex, world: World, pairs: npt.NDArray[np.int32]) -> dict[tuple[str, str], float]:
    """The pairs of record numbers that are ties, by keys, the smaller first."""
    records = np.unique(pairs)
    if not len(records):
        return {}
    rows = index.rows(records)
    common = index.common(rows)
    masked = without(rows, world.common).with_columns(key=in_order(len(rows)))
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


def in_order(count: int) -> pl.Series:
    """Keys for rows that stand in the order an engine wants them in."""
    return pl.Series(range(count)).cast(pl.String).str.zfill(9)
