"""Person facts in, identities out; only what a change can reach is done again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage import block, compare, identities
from linkage.ledger import Decision
from linkage.model import Model
from linkage.pipeline.engine import Engine
from linkage.schema import MEMBERSHIP

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Previous:
    """What the ledger held before.

    Args:
        memberships: MEMBERSHIP.
        pairs: SCORED_PAIR, all that were kept.
        known_ids: every identity id ever minted.
        decisions: those that stand now, the new one included.
    """

    memberships: pl.DataFrame
    pairs: pl.DataFrame
    known_ids: frozenset[str]
    decisions: Sequence[Decision] = ()


@dataclass(frozen=True)
class Change:
    """What a load or a decision changed.

    Args:
        changed: keys of new and corrected person records.
        before: earlier versions of corrected and removed records (PERSON).
        decided: keys of records that a new, changed or undone decision names.
    """

    changed: frozenset[str]
    before: pl.DataFrame
    decided: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Resolution:
    """The outcome of a run, ready to be published.

    Args:
        touched: keys whose kept pairs are replaced by `pairs` (SCORED_PAIR).
        memberships: changed memberships (MEMBERSHIP); `removed` are keys that belong nowhere now.
        assignment: ids, moves and redirects.
        compared: candidate pairs whose attributes were compared.
    """

    touched: list[str]
    pairs: pl.DataFrame
    memberships: pl.DataFrame
    removed: list[str]
    assignment: identities.Assignment
    compared: int


def resolve(
    persons: pl.DataFrame,
    change: Change,
    previous: Previous,
    model: Model,
    report: Callable[[float], None] = lambda done: None,
) -> Resolution:
    """Identities after a change, equal to those of a run from nothing.

    Args:
        persons: all current person facts (PERSON without `raw`), ordered by key.
        report: is told the share of the comparison that is done, in [0, 1].
    """
    keys = block.block_keys(persons)
    touched = _touched(persons, change, model, keys)
    engine = Engine(persons, model)
    new, compared = engine.score_candidates(keys, touched, report)
    removed = sorted(set(change.before["key"]) - set(persons["key"]))
    stale = [*persons["key"].filter(pl.Series(touched)), *removed]
    marks = pl.Series(stale, dtype=pl.String).implode()
    is_stale = pl.col("record_l").is_in(marks) | pl.col("record_r").is_in(marks)
    lost = previous.pairs.filter(is_stale)
    reached = {*stale, *change.decided, *lost["record_l"], *lost["record_r"]}
    pairs = pl.concat([previous.pairs.filter(~is_stale), new])
    groups = engine.cluster(pairs, reached, previous.decisions)
    assignment = _assign(groups, previous, removed)
    return Resolution(
        touched=sorted(stale),
        pairs=new,
        memberships=_changed(groups, assignment, previous),
        removed=removed,
        assignment=assignment,
        compared=compared,
    )


def _assign(
    groups: Mapping[tuple[str, ...], list[float]], previous: Previous, removed: list[str]
) -> identities.Assignment:
    keys = pl.Series([key for group in groups for key in group] + removed, dtype=pl.String).implode()
    inside = previous.memberships.filter(pl.col("record_key").is_in(keys))
    outside = previous.memberships.filter(~pl.col("record_key").is_in(keys))
    return identities.assign(
        groups,
        dict(zip(inside["record_key"], inside["identity_id"], strict=True)),
        previous.known_ids,
        frozenset(outside["identity_id"]),
    )


def _changed(
    groups: Mapping[tuple[str, ...], list[float]], assignment: identities.Assignment, previous: Previous
) -> pl.DataFrame:
    rows = [
        (key, assignment.identity_of[key], confidence)
        for group, confidences in groups.items()
        for key, confidence in zip(group, confidences, strict=True)
    ]
    now = pl.DataFrame(rows, schema=MEMBERSHIP.columns, orient="row")
    return now.join(previous.memberships, on=list(MEMBERSHIP.columns), how="anti").sort("record_key")


def _touched(persons: pl.DataFrame, change: Change, model: Model, keys: pl.DataFrame) -> Mask:
    """New and changed records, and all holders of a key or contact that has become common or ceased to be."""
    changed = persons["key"].is_in(pl.Series(sorted(change.changed), dtype=pl.String).implode()).to_numpy().copy()
    out = changed | block.changed_status(keys, changed, block.block_keys(change.before), model.limits.block)
    limit = model.limits.sharing
    for name in compare.SHARED:
        mark = pl.Series(changed)
        counts = (
            persons.select(name, added=mark)
            .filter(pl.col(name).is_not_null())
            .group_by(name)
            .agg(now=pl.len(), added=pl.col("added").sum())
        )
        gone = change.before.filter(pl.col(name).is_not_null()).group_by(name).agg(gone=pl.len())
        before = pl.col("now").cast(pl.Int64) - pl.col("added").cast(pl.Int64) + pl.col("gone").fill_null(0)
        turned = counts.join(gone, on=name, how="left").filter((pl.col("now") > limit) != (before > limit))
        out |= persons[name].is_in(turned[name].implode()).fill_null(value=False).to_numpy()
    return out
