"""Person facts in, identities out; only what a change can reach is done again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage import block, cluster, compare, identities
from linkage.ledger import Decision
from linkage.model import Model
from linkage.pipeline.engine import Engine, ScoredPairs
from linkage.schema import MEMBERSHIP, SCORED_PAIR

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

    @property
    def is_nothing(self) -> bool:
        """Whether nobody and no judgement has changed."""
        return not (self.changed or self.decided or self.before.height)

    def removed(self, keys: pl.Series) -> list[str]:
        """Keys of records that are not among those that there are now, ordered."""
        return sorted(set(self.before["key"]) - set(keys))


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


class Resolver(Protocol):
    """What makes identities of facts: this machine, by `resolve`, or others with the same outcome."""

    def __call__(
        self,
        persons: pl.DataFrame,
        change: Change,
        previous: Previous,
        model: Model,
        report: Callable[[float], None] = ...,
    ) -> Resolution:
        """As `resolve`."""
        ...


NOTHING = Resolution([], SCORED_PAIR.empty(), MEMBERSHIP.empty(), [], identities.Assignment({}, [], [], {}), 0)


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
    if change.is_nothing:
        return NOTHING
    keys = block.block_keys(persons, model.blocking)
    touched = _touched(persons, change, model, keys)
    entries = block.active_entries(keys, touched, model.limits.block)
    del keys
    removed = change.removed(persons["key"])
    stale = [*persons["key"].filter(pl.Series(touched)), *removed]
    marks = pl.Series(stale, dtype=pl.String).implode()
    is_stale = pl.col("record_l").is_in(marks) | pl.col("record_r").is_in(marks)
    lost, kept = previous.pairs.filter(is_stale), previous.pairs.filter(~is_stale)
    reached = {*stale, *change.decided, *lost["record_l"], *lost["record_r"]}
    strong = kept.filter(pl.col("match_weight") >= model.thresholds.tie)
    part = _neighbourhood(persons["key"], entries, strong, reached, previous.decisions)
    # What the load cannot reach is not even encoded; positions from here on are those within the part.
    place = np.cumsum(part) - 1
    near = persons.filter(pl.Series(part))
    engine = Engine(near, model, compare.common_values(persons, model))
    entries = entries.with_columns(pl.Series("record", place[entries["record"].to_numpy()], dtype=pl.UInt32))
    new, compared = engine.score_candidates(entries, touched[part], report)
    known = _positions(strong, near["key"])
    is_reached = near["key"].is_in(pl.Series(sorted(reached), dtype=pl.String).implode()).to_numpy()
    partition = engine.cluster(ScoredPairs.concat([known, new]), is_reached, previous.decisions)
    names = near["key"].to_list()
    groups = {tuple(names[i] for i in group): confidence for group, confidence in partition.groups()}
    return concluded(groups, previous, removed, Scored(sorted(stale), new.frame(near["key"], model), compared))


@dataclass(frozen=True)
class Scored:
    """What was compared.

    Args:
        touched: keys whose kept pairs are replaced by `pairs` (SCORED_PAIR).
        compared: candidate pairs whose attributes were compared.
    """

    touched: list[str]
    pairs: pl.DataFrame
    compared: int


def concluded(
    groups: Mapping[tuple[str, ...], list[float]], previous: Previous, removed: list[str], scored: Scored
) -> Resolution:
    """The resolution that new groups come to.

    Args:
        groups: record keys of each identity that was worked out, with what each belongs there by.
        removed: keys of records that are no more.
    """
    assignment = _assign(groups, previous, removed)
    return Resolution(
        touched=scored.touched,
        pairs=scored.pairs,
        memberships=_changed(groups, assignment, previous),
        removed=removed,
        assignment=assignment,
        compared=scored.compared,
    )


def _neighbourhood(
    keys: pl.Series, entries: pl.DataFrame, kept: pl.DataFrame, reached: Collection[str], decisions: Sequence[Decision]
) -> Mask:
    """Records that a run can reach: those it starts from, who shares a key with them, and all their components."""
    judged = pl.DataFrame([(d.a, d.b, 0.0, 0.5) for d in decisions], schema=SCORED_PAIR.columns, orient="row")
    joined = _positions(pl.concat([kept, judged]), keys)
    labels = cluster.components(len(keys), joined.left, joined.right)
    start = keys.is_in(pl.Series(sorted(reached), dtype=pl.String).implode()).to_numpy().copy()
    start[entries["record"].to_numpy()] = True
    return np.isin(labels, np.unique(labels[start]))


def _positions(pairs: pl.DataFrame, keys: pl.Series) -> ScoredPairs:
    """The pairs (SCORED_PAIR) of which both records are among the keys."""
    place = pl.DataFrame({"key": keys, "at": np.arange(len(keys), dtype=np.int32)})
    ends = pairs.join(place, left_on="record_l", right_on="key").join(
        place, left_on="record_r", right_on="key", suffix="_r"
    )
    return ScoredPairs(ends["at"].to_numpy(), ends["at_r"].to_numpy(), ends["match_weight"].to_numpy())


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
    out = changed | block.changed_status(
        keys, changed, block.block_keys(change.before, model.blocking), model.limits.block
    )
    limit = model.limits.sharing
    for name in model.shared:
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
