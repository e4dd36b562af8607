"""Matters of what drivers did, and of what people did who may be them."""

from __future__ import annotations

import polars as pl

from eligibility.matters import Trigger, own_item
from eligibility.screening.items import ITEM, to_items
from eligibility.screening.offences import is_cleared
from eligibility.screening.policy import ScreeningPolicy


def own_items(events: pl.DataFrame) -> pl.DataFrame:
    """Frame ITEM: one matter an incident of a driver; what only the cleared may see is a matter of its own.

    Args:
        events: of drivers, in scope, as `in_scope` gives them.
    """
    rows = _as_items(_with_days(events)).with_columns(
        key=pl.concat_str(
            pl.when(is_cleared()).then(pl.lit("cleared:incident:")).otherwise(pl.lit("incident:")), "incident"
        ),
        anchor="record",
        reason=pl.concat_str(pl.lit("An event that is theirs became known: "), "says", pl.lit(".")),
        trigger=pl.when("is_licence")
        .then(pl.lit(Trigger.LICENCE_WITHDRAWN.value))
        .otherwise(pl.lit(Trigger.OWN_EVENT.value)),
    )
    return to_items(rows, Trigger.OWN_EVENT, trigger=pl.col("trigger"), audience=pl.col("audience"))


def first_records(events: pl.DataFrame) -> pl.DataFrame:
    """Frame identity_id, audience, first_record: the record of each person's first known event that the audience sees.

    It names the person in keys of matters, so that a key for everybody never rests on what only the cleared may see.

    Args:
        events: as `with_meaning` gives them.
    """
    ordered = events.sort("known_on", "event")
    return ordered.group_by("identity_id", "audience").agg(first_record=pl.col("record").first())


def possible_items(
    doubles: pl.DataFrame, events: pl.DataFrame, enrolled: pl.DataFrame, policy: ScreeningPolicy
) -> pl.DataFrame:
    """Frame ITEM: one matter a driver and somebody who may be them and has an event in scope, or an enrolment too.

    Args:
        doubles: frame identity_id (a driver), record (theirs, of the likeliest pair), other, known_on.
        events: of the others, in scope; `first_record` names the record of the other's first known event.
        enrolled: frame ENROLLED of everybody.
    """
    drivers = enrolled.select("identity_id", own_anchor="anchor")
    cards = enrolled.select(other="identity_id", card="anchor")
    pairs = doubles.join(drivers, on="identity_id").join(cards, on="other", how="left")
    theirs = _as_items(_with_days(events)).drop("record").rename({"identity_id": "other"})
    rows = pairs.join(theirs, on="other")
    end = pl.coalesce("card", "first_record")
    mark = pl.when(is_cleared()).then(pl.lit("cleared:possible:")).otherwise(pl.lit("possible:"))
    may_be = to_items(
        rows,
        Trigger.POSSIBLE,
        key=pl.concat_str(mark, "own_anchor", pl.lit("~"), end),
        anchor=pl.col("record"),
        audience=pl.col("audience"),
        item=pl.col("item"),
        level=pl.col("level") * policy.possible_level,
        priority=pl.col("priority") * policy.priorities.possible,
        received_on=pl.max_horizontal("received_on", "known_on"),
        reason=pl.concat_str(pl.lit("An event of somebody who may be this driver: "), "says", pl.lit(".")),
    )
    twice = to_items(
        pairs.drop_nulls("card"),
        Trigger.POSSIBLE,
        key=pl.concat_str(pl.lit("possible:"), "own_anchor", pl.lit("~"), "card"),
        anchor=pl.col("record"),
        item=pl.concat_str(pl.lit("enrolment:"), "card"),
        level=1.0,
        received_on=pl.col("known_on"),
        priority=policy.priorities.enrolled_twice,
        reason="Somebody else who is enrolled may be this driver.",
    )
    return pl.concat([ITEM.empty(), may_be, twice])


def _with_days(events: pl.DataFrame) -> pl.DataFrame:
    dated = pl.when("is_dated").then("day")
    return events.with_columns(happened_on=dated.cast(pl.Date), received_on=pl.col("known_on").cast(pl.Date)).drop(
        "known_on"
    )


def _as_items(events: pl.DataFrame) -> pl.DataFrame:
    """Each event twice: as its incident, which is what a finding is about, and as the ground that it names there.

    A further event on a ground shown before is nothing new, a further ground of the same incident is.
    """
    mark = pl.when(is_cleared()).then(pl.lit("cleared:")).otherwise(pl.lit(""))
    incident = pl.concat_str(mark, pl.lit(own_item("")), "incident")
    ground = pl.concat_str(incident, pl.lit("#"), "ground")
    return pl.concat([events.with_columns(item=incident), events.with_columns(item=ground)])
