"""What became of identities between two partitions: which merged, which split, which records moved."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import polars as pl

from linkage.evaluate.agreement import PREDICTED


@dataclass(frozen=True, slots=True)
class Merged:
    """Identities that became one.

    Args:
        into: its id now.
        former: their ids before, in order.
        records: records of the former ones that are in it, by former id.
    """

    into: str
    former: tuple[str, ...]
    records: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Split:
    """An identity that fell apart.

    Args:
        former: its id before.
        into: ids of its parts now; the one with most of its records first, then in order.
        records: its records by part.
    """

    former: str
    into: tuple[str, ...]
    records: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Moved:
    """A record that left one identity for another, both of which go on."""

    record: str
    former: str
    now: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What lies between two partitions.

    Args:
        common: records that are in both.
        added: records only in the later one; `removed` only in the earlier one.
        before: identities of the earlier one; `after` of the later one.
        unchanged: identities that hold the same records, but for added and removed ones.
        merged: in order of id; `split` likewise, `moved` in order of record.
    """

    common: int
    added: tuple[str, ...]
    removed: tuple[str, ...]
    before: int
    after: int
    unchanged: int
    merged: tuple[Merged, ...]
    split: tuple[Split, ...]
    moved: tuple[Moved, ...]


def compare_partitions(before: pl.DataFrame, after: pl.DataFrame) -> Changes:
    """What lies between two partitions, whatever their ids.

    The heir of an identity is the later one with most of its records. An identity that is heir of several was merged; a
    part that is nobody's heir was split off; a record in somebody else's heir moved.

    Args:
        before: PREDICTED, one row a record; `after` likewise.

    Complexity: linear in the records, but for sorting.
    """
    then, now = PREDICTED.check(before)["key"], PREDICTED.check(after)["key"]
    both = before.select("key", was="identity_id").join(after.select("key", **{"is": "identity_id"}), on="key")
    cells = both.group_by("was", "is").agg(n=pl.len()).sort("was", "n", "is", descending=[False, True, False])
    heirs = cells.unique("was", keep="first", maintain_order=True).select("was", heir="is")
    same = cells.filter((pl.len().over("was") == 1) & (pl.len().over("is") == 1)).height
    # Only records of identities that did not stay as they were are looked at one by one.
    stirred = both.join(heirs, on="was").filter(
        (pl.col("is").n_unique().over("was") > 1) | (pl.col("was").n_unique().over("is") > 1)
    )
    merged, split, moved = _told(stirred.sort("key"))
    return Changes(
        common=both.height,
        added=tuple(now.filter(~now.is_in(then.implode())).sort()),
        removed=tuple(then.filter(~then.is_in(now.implode())).sort()),
        before=before["identity_id"].n_unique(),
        after=after["identity_id"].n_unique(),
        unchanged=same,
        merged=merged,
        split=split,
        moved=moved,
    )


def _told(stirred: pl.DataFrame) -> tuple[tuple[Merged, ...], tuple[Split, ...], tuple[Moved, ...]]:
    parts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    heir: dict[str, str] = {}
    for key, was, now, chosen in stirred.select("key", "was", "is", "heir").iter_rows():
        parts[was][now].append(key)
        heir[was] = chosen
    former: dict[str, list[str]] = defaultdict(list)
    for was, chosen in sorted(heir.items()):
        former[chosen].append(was)
    merged = [
        Merged(now, tuple(names), {name: tuple(parts[name][now]) for name in names})
        for now, names in sorted(former.items())
        if len(names) > 1
    ]
    split, moved = [], []
    for was, held in sorted(parts.items()):
        off = sorted(now for now in held if now not in former)
        if off:
            into = (heir[was], *off)
            split.append(Split(was, into, {now: tuple(held[now]) for now in into}))
        moved += [Moved(key, was, now) for now in held if now in former and now != heir[was] for key in held[now]]
    return tuple(merged), tuple(split), tuple(sorted(moved, key=lambda one: one.record))
