"""Records that are not stored, weighed against all that are, as a load of each of them alone would weigh it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage.compare.resident import ResidentColumns
from linkage.pipeline.engine import Engine
from linkage.pipeline.explain_pairs import PairExplanation, explain_pairs
from linkage.pipeline.kept_index.people import PeopleIndex
from linkage.pipeline.kept_index.row_text import COLUMNS
from linkage.pipeline.kept_index.segment import block_keys, kinds_of
from linkage.pipeline.live_pairs import pairs_across

Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored record that a query may be.

    Args:
        record: number in the index.
        explanation: what `why` would say of the two, were the query loaded.
    """

    record: int
    explanation: PairExplanation


@dataclass(frozen=True)
class Matching:
    """Queries and the stored records that each may be.

    Args:
        queries: rows with COLUMNS.
        candidates: of each query, likeliest first; all that a load would keep as possible.
        keys: blocking keys of the queries: `record` (position), `key`.
    """

    queries: pl.DataFrame
    candidates: Sequence[Sequence[Candidate]]
    keys: pl.DataFrame


def match(index: PeopleIndex, queries: pl.DataFrame) -> Matching:
    """Every stored record that each query, loaded alone, would be possible to be.

    Pairs come from the same blocking keys, which a query may make too common; shared values that would become too
    common with it say nothing; weights are those of the pipeline.

    Args:
        queries: standardised persons (PERSON or COLUMNS); `key` only names them.
    """
    found: list[list[Candidate]] = [[] for _ in range(len(queries))]
    keys = block_keys(queries, index.model)
    if not len(index) or not len(queries):
        return Matching(queries, found, keys)
    left, right = _hopeful(index, queries, *_meeting(index, keys))
    if not len(left):
        return Matching(queries, found, keys)
    for query, record, explanation in _weighed(index, queries, left, right):
        found[query].append(Candidate(record, explanation))
    order = [sorted(some, key=lambda c: (-c.explanation.bits, c.explanation.right)) for some in found]
    return Matching(queries, order, keys)


def _meeting(index: PeopleIndex, keys: pl.DataFrame) -> tuple[Ints, Ints]:
    """Query and record of each distinct pair that shares a key which is not too common with the query itself."""
    asked, place = np.unique(keys["key"].to_numpy(), return_inverse=True)
    found = index.find(asked, index.model.limits.block - 1)
    asking = keys["record"].to_numpy()[np.argsort(place, kind="stable")]
    return pairs_across(asking, np.bincount(place, minlength=len(asked)), found, 0)


def _hopeful(index: PeopleIndex, queries: pl.DataFrame, left: Ints, right: Ints) -> tuple[Ints, Ints]:
    """The pairs of one kind of thing that a bound on their weight leaves open."""
    records, place = np.unique(right, return_inverse=True)
    kinds, own = index.kinds(records)[place], kinds_of(queries)[left]
    alike = np.flatnonzero(kinds == own)
    left, place = left[alike], place[alike]
    held, asked = index.resident(records), ResidentColumns(index.model)
    asked.extend(queries, index.model)
    both = _side_by_side(index, held, asked)
    has_household = own[alike] == _person()
    bound = both.bound((left + len(records)).astype(np.int32), place.astype(np.int32), has_household)
    open_ = bound >= index.model.thresholds.possible
    return left[open_], records[place[open_]]


def _side_by_side(index: PeopleIndex, held: ResidentColumns, asked: ResidentColumns) -> ResidentColumns:
    one, other = held.arrays(), asked.arrays()
    return ResidentColumns.holding(index.model, {name: np.concatenate([one[name], other[name]]) for name in one})


def _person() -> np.uint64:
    return np.uint64(pl.Series(["person"]).hash(seed=0)[0])


def _weighed(
    index: PeopleIndex, queries: pl.DataFrame, left: Ints, right: Ints
) -> list[tuple[int, int, PairExplanation]]:
    """Query, record and explanation of each pair that is possible at least."""
    records = np.unique(right)
    shown = pl.concat([index.rows(records), queries.select(COLUMNS)])
    # An engine wants its rows in order of their keys; a query may have the key of a record.
    named = shown.with_columns(key=pl.int_range(pl.len()).cast(pl.String).str.zfill(9))
    named = pl.concat([named[: len(records)], without(named[len(records) :], index.common(queries, own=1))])
    engine = Engine(named, index.model, index.common(shown[: len(records)]), threads=1)
    held, asking = np.searchsorted(records, right).astype(np.int32), (left + len(records)).astype(np.int32)
    scored = engine.weigh(held, asking)
    explained = explain_pairs(engine, shown, scored.right, scored.left)
    return [
        (asked - len(records), int(records[place]), said)
        for asked, place, said in zip(scored.right.tolist(), scored.left.tolist(), explained, strict=True)
    ]


def without(rows: pl.DataFrame, common: Mapping[str, Collection[str]]) -> pl.DataFrame:
    """The rows without these values of shared columns."""
    return rows.with_columns(
        pl.when(~pl.col(column).is_in(sorted(values))).then(pl.col(column)).alias(column)
        for column, values in common.items()
        if values
    )
