"""Who held which thing and when, as integers: ids become their place in sorted order before anything is joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from graph.schema import EdgeKind, NodeKind
from graph.succession import Succession

FAR = 10_000_000
"""Days no date reaches: -FAR opens a span without first day, FAR one that is undated or still lasts."""

BOTH = 2
"""Side of a hold on a thing that has no sides; the carriers of a succession are sides 0 and 1."""

TIE_EDGES: dict[EdgeKind, tuple[str, NodeKind]] = {
    EdgeKind.DROVE: ("truck", NodeKind.VEHICLE),
    EdgeKind.EMPLOYED_BY: ("carrier", NodeKind.CARRIER),
    EdgeKind.HAS_PHONE: ("phone", NodeKind.PHONE),
    EdgeKind.LIVES_AT: ("home", NodeKind.ADDRESS),
}
UNDATED_TIES = frozenset({"phone", "home"})

Ids = Sequence[str] | pl.Series


@dataclass(frozen=True, slots=True)
class Held:
    """Things and who held them, as `graph.evidence` describes them.

    Args:
        things: frame thing, tie, key, other, factor.
        holds: frame person, thing, side, first, last, record, confidence, days.
    """

    things: pl.DataFrame
    holds: pl.DataFrame


@dataclass(frozen=True, slots=True)
class HeldKind:
    """Things of one kind of tie (frame key, other, factor) and the spans on them, `thing` being a place among them."""

    things: pl.DataFrame
    spans: pl.DataFrame


def gather_holds(known: pl.DataFrame, successions: Sequence[Succession], people: Ids, records: Ids) -> Held:
    """Each person's spans on each thing: one a stint, one a record for driving, undated for phones and homes.

    Args:
        known: frame EDGE; only ties are read.
        successions: carriers that follow one another; their people are on one thing more.
        people: identity ids in order, all that the ties name.
        records: record keys in order, all that the ties name.
    """
    kinds = {
        tie: _one_kind(known.filter(pl.col("kind") == kind.value), tie, people, records)
        for kind, (tie, _) in TIE_EDGES.items()
    }
    carriers = kinds["carrier"].things.select("key").with_row_index("thing")
    kinds["successor"] = of_successions(carriers, kinds["carrier"].spans, succession_frame(successions))
    things, holds, offset = [], [], 0
    for tie in sorted(kinds):
        one = kinds[tie]
        things.append(one.things.with_columns(tie=pl.lit(tie)))
        holds.append(one.spans.with_columns((pl.col("thing") + offset).cast(pl.UInt32)))
        offset += one.things.height
    del kinds
    named = pl.concat(things).with_row_index("thing").select("thing", "tie", "key", "other", "factor")
    told = pl.concat(holds).select("person", "thing", "side", "first", "last", "record", "confidence", "days")
    return Held(named, told.sort("thing", "person", "record", "first", "side", "last"))


def coded(frame: pl.DataFrame, column: str, ordered: Ids) -> pl.DataFrame:
    """The column's ids as their places in `ordered`."""
    if not len(ordered):
        return frame.with_columns(pl.lit(None, pl.UInt32).alias(column))
    return frame.with_columns(pl.col(column).cast(pl.Enum(ordered)).to_physical().cast(pl.UInt32))


def _one_kind(edges: pl.DataFrame, tie: str, people: Ids, records: Ids) -> HeldKind:
    keys = edges["dst"].unique().sort()
    rows = edges.select(
        pl.col("src").alias("person"),
        pl.col("dst").alias("thing"),
        "record",
        first=pl.col("first_seen").to_physical(),
        last=pl.col("last_seen").to_physical(),
        confidence="confidence",
        days="days",
    )
    for column, ids in (("thing", keys), ("person", people), ("record", records)):
        rows = coded(rows, column, ids)
    if tie == "truck":  # days seen at different times make one span; an undated row adds nothing beside dated ones
        rows = rows.group_by("person", "thing", "record").agg(
            pl.col("first").min(), pl.col("last").max(), pl.col("confidence").min(), pl.col("days").sum()
        )
    undated = pl.lit(tie in UNDATED_TIES) | pl.col("first").is_null()
    spans = rows.with_columns(
        first=pl.when(undated).then(-FAR).otherwise(pl.col("first")).cast(pl.Int32),
        last=pl.when(undated).then(FAR).otherwise(pl.col("last").fill_null(FAR)).cast(pl.Int32),
        side=pl.lit(BOTH, pl.UInt8),
    )
    things = pl.DataFrame({"key": keys}).with_columns(other=pl.lit(None, pl.String), factor=pl.lit(1.0))
    return HeldKind(things, spans)


def of_successions(carriers: pl.DataFrame, spans: pl.DataFrame, successions: pl.DataFrame) -> HeldKind:
    """The people of both carriers of each succession, on one thing; none where nobody worked for either.

    Args:
        carriers: frame thing, key.
        spans: holds; only those of the carriers are read.
        successions: frame key, other, factor.

    Returns:
        Things key, other, factor, ordered; spans with their places among them.
    """
    there = pl.col("key").is_in(carriers["key"].implode()) | pl.col("other").is_in(carriers["key"].implode())
    things = successions.filter(there).sort("key", "other")
    rows = [spans.clear()]
    for side, end in enumerate(("key", "other")):
        here = things.select(end).with_row_index("succession").join(carriers, left_on=end, right_on="key")
        theirs = spans.join(here.select("thing", "succession"), on="thing")
        theirs = theirs.with_columns(thing="succession", side=pl.lit(side, pl.UInt8))
        rows.append(theirs.select(spans.columns))
    return HeldKind(things, pl.concat(rows))


def succession_frame(successions: Sequence[Succession]) -> pl.DataFrame:
    """Frame key, other, factor."""
    return pl.DataFrame(
        [(s.carrier, s.other, s.factor) for s in successions],
        schema={"key": pl.String, "other": pl.String, "factor": pl.Float64},
        orient="row",
    )
