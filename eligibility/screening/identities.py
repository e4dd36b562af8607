"""Matters of who a driver is: joined with somebody, parted from records, or a licence record that is gone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from eligibility.matters import Trigger
from eligibility.screening.items import ITEM, to_items
from eligibility.screening.offences import among
from eligibility.screening.policy import ScreeningPolicy
from linkage.identities import Move

TURN = {"identity_id": pl.String, "trigger": pl.String, "other": pl.String}
"""What a run did to a driver: `other` is the first record of the part that came or went, or the licence record gone."""


def turns(moves: Sequence[Move], before: pl.DataFrame, after: pl.DataFrame, enrolled: pl.DataFrame) -> pl.DataFrame:
    """Frame TURN: the merges and splits of a run that an enrolled driver was part of.

    Args:
        moves: of the run.
        before: frame MEMBERSHIP before it, `after` the one after.
        enrolled: frame ENROLLED, after the run.
    """
    anchor = dict(enrolled.select("identity_id", "anchor").iter_rows())
    moves = [move for move in moves if move.kind in ("merge", "split")]
    named = {identity for move in moves for identity in (move.from_id, move.to_id) if identity}
    was, now = (_records(held.filter(among("identity_id", named))) for held in (before, after))
    rows = []
    for move in moves:
        former, current = move.from_id or "", move.to_id or ""
        if move.kind == "merge" and current in anchor:
            came, stayed = was.get(former, set()), was.get(current, set())
            rows.append((current, Trigger.MERGED.value, min(stayed if anchor[current] in came else came, default=None)))
        elif move.kind == "split":
            went = was.get(former, set()) & now.get(current, set())
            if former in anchor:
                rows.append((former, Trigger.SPLIT.value, min(went, default=None)))
            if current in anchor:
                left = was.get(former, set()) & now.get(former, set())
                rows.append((current, Trigger.SPLIT.value, min(left, default=None)))
    return pl.DataFrame(rows, schema=TURN, orient="row").drop_nulls().unique().sort("identity_id", "trigger", "other")


def licences_gone(removed: pl.DataFrame, persons: pl.DataFrame, enrolled: pl.DataFrame) -> pl.DataFrame:
    """Frame TURN: records with a licence that an authority withdrew, and no other record of the driver names it.

    Args:
        removed: frame key, licence, identity_id (before) of withdrawn person records.
        persons: frame licence, identity_id of the person records there are.
        enrolled: frame ENROLLED.
    """
    theirs = removed.drop_nulls("licence").join(enrolled, on="identity_id", how="semi")
    gone = theirs.join(persons.drop_nulls("licence"), on=["identity_id", "licence"], how="anti")
    rows = gone.select("identity_id", trigger=pl.lit(Trigger.LICENCE_WITHDRAWN.value), other="key")
    return rows.select(pl.col(name).cast(dtype) for name, dtype in TURN.items()).sort("identity_id", "other")


def turn_items(turned: pl.DataFrame, enrolled: pl.DataFrame, as_of: dt.date, policy: ScreeningPolicy) -> pl.DataFrame:
    """Frame ITEM: one matter a driver and part that came or went, and one a licence record that is gone.

    Args:
        turned: frame TURN.
        enrolled: frame ENROLLED.
    """
    order = policy.priorities
    told = {
        Trigger.MERGED: ("merged:", order.merged, "Records that were somebody else's are now this driver's."),
        Trigger.SPLIT: ("split:", order.split, "Records that were this driver's are now somebody else's."),
        Trigger.LICENCE_WITHDRAWN: (
            "licence:",
            order.licence_withdrawn,
            "A licence record was withdrawn by its source.",
        ),
    }
    rows = turned.join(enrolled.select("identity_id", "anchor"), on="identity_id")
    parts = [ITEM.empty()]
    for trigger, (prefix, priority, reason) in told.items():
        name = pl.concat_str(pl.lit(prefix), "other")
        these = rows.filter(pl.col("trigger") == trigger.value)
        parts.append(
            to_items(
                these, trigger, key=name, item=name, level=1.0, happened_on=None, received_on=as_of,
                priority=priority, reason=reason,
            )
        )  # fmt: skip
    return pl.concat(parts)


def _records(memberships: pl.DataFrame) -> dict[str, set[str]]:
    grouped = memberships.group_by("identity_id").agg("record_key")
    return {identity: set(keys) for identity, keys in grouped.iter_rows()}
