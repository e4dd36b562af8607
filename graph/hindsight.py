"""What came after a score: everybody's bands as they were on an earlier day, and whose own events came after it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from graph.days import day_number
from graph.evidence import events_of, read_everyone
from graph.incidents import judge
from graph.policy import RiskPolicy
from graph.risk import score_all
from graph.schema import EdgeKind, NodeKind
from graph.store import GraphScan
from linkage.schema import FrameSchema

FOLLOWED = FrameSchema(
    "followed",
    {
        "identity_id": pl.String,
        "own_band": pl.String,
        "linked_band": pl.String,
        "is_later": pl.Boolean,  # an own event of a new incident happened in the time after
    },
)


@dataclass(frozen=True, slots=True)
class Followed:
    """People as of one day, and what came of them by a later one.

    Args:
        rows: frame FOLLOWED, ordered by identity: everybody of whom a record was known on the first day.
        before: people who had an event known on the first day, whether it counts or not.
        incidents: new incidents of theirs that count and happened after it.
    """

    rows: pl.DataFrame
    before: int
    incidents: int


def follow(graph: GraphScan, policy: RiskPolicy, cut: dt.date, until: dt.date) -> Followed:
    """Bands as of `cut` by what was known then, and own events that happened after it and are known by `until`.

    Who is who is taken as it is now. An incident of which the person had an event at the cut is not new, nor is one
    that began by then and came to be known later; what was cleared or dismissed by `until` does not count.
    """
    scored = score_all(graph, policy, cut)
    known = graph.nodes(NodeKind.IDENTITY).filter(pl.col("known_on") <= cut)["key"]
    then = scored.filter(pl.col("identity_id").is_in(known.implode()))
    committed, nodes = graph.edges(frozenset({EdgeKind.COMMITTED})), graph.nodes(NodeKind.EVENT)
    people, early = events_of(committed, nodes, cut)
    had = early.select(identity_id=_named(people, early), incident="incident").unique()
    later = _later(graph, policy, cut, until).join(had, on=["identity_id", "incident"], how="anti")
    later = later.filter(pl.col("identity_id").is_in(known.implode()))
    rows = then.select(
        "identity_id",
        policy.scoring.bands(then["own"].to_numpy().astype(np.float64)).alias("own_band"),
        "linked_band",
        pl.col("identity_id").is_in(later["identity_id"].unique().implode()).alias("is_later"),
    )
    is_known = pl.col("identity_id").is_in(known.implode())
    return Followed(
        FOLLOWED.check(rows.sort("identity_id")), had.filter(is_known)["identity_id"].n_unique(), later.height
    )


def _later(graph: GraphScan, policy: RiskPolicy, cut: dt.date, until: dt.date) -> pl.DataFrame:
    """Frame identity_id, incident: own incidents that count as of `until`, all of whose events happened after `cut`."""
    evidence = read_everyone(graph, policy, until)
    began = pl.col("day").min().over("person", "incident")  # a conviction is no new incident where the charge is old
    events = judge(evidence.events, policy, until).events.filter(
        (pl.col("weight") > 0)
        & (pl.col("confidence") >= policy.limits.review_threshold)
        & (began > day_number(cut))
        & pl.col("is_dated")
    )
    return events.select(identity_id=_named(evidence.people, events), incident="incident").unique()


def _named(people: list[str], events: pl.DataFrame) -> pl.Series:
    return pl.Series("identity_id", people, pl.String).gather(events["person"])
