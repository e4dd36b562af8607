"""Who shares things with one person, and which of those things too many people share to say anything."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl

from graph.days import day_number
from graph.evidence import Evidence
from graph.holds import BOTH, FAR
from graph.labels import TIE_NODE
from graph.policy import Limits


def crowded_things(evidence: Evidence, person: int, limits: Limits) -> pl.DataFrame:
    """The person's things that too many people were on around the person's own time.

    Returns:
        Frame thing, tie, key, other, people (how many), ordered by thing.
    """
    today = day_number(evidence.as_of)
    holds = evidence.holds.select("thing", "person", "first", "last")
    last = pl.col("last").max()
    lasts_until_today = (last == FAR) & (pl.col("first").min() > -FAR)
    spans = (
        holds.filter(pl.col("person") == person)
        .group_by("thing")
        .agg(
            pl.col("first").min().alias("begun"),
            pl.when(lasts_until_today)
            .then(pl.max_horizontal(pl.col("first").min(), pl.lit(today)))
            .otherwise(last)
            .alias("ended"),
        )
    )
    window = limits.window_days
    near = holds.join(spans, on="thing").filter(
        (pl.col("first") - window <= pl.col("ended")) & (pl.col("last") + window >= pl.col("begun"))
    )
    people = near.group_by("thing").agg(pl.col("person").n_unique().alias("people"))
    crowded = people.filter(pl.col("people") > limits.hub_degree)
    return evidence.things.select("thing", "tie", "key", "other").join(crowded, on="thing").sort("thing")


def associates_of(
    evidence: Evidence, person: int, crowded: pl.DataFrame, limits: Limits, counted: Iterable[str]
) -> list[dict[str, Any]]:
    """Other people who share a thing that is no hub, and those whose incidents count, ordered by id.

    Args:
        evidence: what is known.
        person: a place in `evidence.people`.
        crowded: the person's hubs, as `crowded_things` gives them.
        limits: the review threshold is read.
        counted: identity ids whose incidents count.
    """
    holds = evidence.holds
    hubs = crowded["thing"].implode()
    mine = holds.filter((pl.col("person") == person) & ~pl.col("thing").is_in(hubs))
    met = mine.join(holds, on="thing", suffix="_x").filter(
        (pl.col("person_x") != person)
        & ((pl.col("side") != pl.col("side_x")) | (pl.col("side") == BOTH))
        & (pl.col("confidence") * pl.col("confidence_x") >= limits.review_threshold)
    )
    shared: dict[str, list[dict[str, str]]] = {identity: [] for identity in counted}
    pairs = met.select("person_x", "thing").unique().join(evidence.things, on="thing").sort("person_x", "thing")
    for other, tie, key in pairs.select("person_x", "tie", "key").iter_rows():
        entry = {"tie": tie, "kind": TIE_NODE[tie].value, "key": key}
        shared.setdefault(evidence.people[other], []).append(entry)
    return [
        {"identity_id": identity, "distance": 1, "count": len(things), "things": things}
        for identity, things in sorted(shared.items())
    ]
