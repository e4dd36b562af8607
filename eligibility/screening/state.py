"""What is known now of the drivers that a change can concern, read from the graph, and what follows from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from eligibility.policy import EligibilityPolicy
from eligibility.screening.answered import answered_items
from eligibility.screening.expiry import expired_coverage, expired_enrolments
from eligibility.screening.identities import turn_items
from eligibility.screening.items import ITEM
from eligibility.screening.linked import linked_items, reaching
from eligibility.screening.offences import among, in_scope, with_meaning
from eligibility.screening.own import first_records, own_items, possible_items
from eligibility.screening.policy import ScreeningPolicy
from graph.days import known_by
from graph.evidence import event_rows, read_around
from graph.holds import coded
from graph.incidents import judge
from graph.policy import RiskPolicy
from graph.risk import assess
from graph.schema import EdgeKind, NodeKind
from graph.store import EdgeReader


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that decides what opens a review, besides the facts and the day."""

    screening: ScreeningPolicy
    grounds: EligibilityPolicy
    risk: RiskPolicy


@dataclass(frozen=True, slots=True)
class State:
    """What is known on a day of the drivers that are screened.

    Args:
        as_of: the day.
        enrolled: frame ENROLLED of everybody.
        concerned: ids of the drivers to look at.
        events: what `judge` made of the events of those drivers and of whoever may be one of them, with identity_id
            and record.
        doubles: frame identity_id (a driver), record, other, known_on: who may be a driver.
        linked: frame LINKED of the drivers in the higher linked band.
        figures: frame identity_id, linked of those.
        turned: frame TURN.
        coverage: frame COVERAGE of drivers whose answers are looked at.
    """

    as_of: dt.date
    enrolled: pl.DataFrame
    concerned: frozenset[str]
    events: pl.DataFrame
    doubles: pl.DataFrame
    linked: pl.DataFrame
    figures: pl.DataFrame
    turned: pl.DataFrame
    coverage: pl.DataFrame


def matters_of(state: State, rules: Rules) -> pl.DataFrame:
    """Frame ITEM: everything that a reviewer of the drivers would see today, new or not; a pure function."""
    policy = rules.screening
    drivers = state.enrolled.filter(among("identity_id", state.concerned))
    seen = in_scope(state.events, rules.grounds, policy)
    first = first_records(with_meaning(state.events, rules.grounds, policy))
    others = seen.join(first, on=["identity_id", "audience"])
    return pl.concat(
        [
            ITEM.empty(),
            own_items(seen.filter(among("identity_id", state.concerned))),
            possible_items(state.doubles, others, state.enrolled, policy),
            linked_items(state.linked, state.figures, drivers, policy),
            turn_items(state.turned, drivers, state.as_of, policy),
            expired_enrolments(drivers, state.as_of, policy),
            expired_coverage(state.coverage, drivers, policy),
            answered_items(state.coverage, drivers, policy),
        ]
    )


def read_doubles(reader: EdgeReader, concerned: Collection[str], as_of: dt.date) -> pl.DataFrame:
    """Frame identity_id (one of the concerned), record (theirs, of the likeliest pair), other, known_on."""
    edges = reader.edges_of(NodeKind.IDENTITY, sorted(concerned), frozenset({EdgeKind.POSSIBLY_SAME}), as_of)
    ends = pl.Struct({"record_l": pl.String, "record_r": pl.String})
    pairs = edges.with_columns(pl.col("props").str.json_decode(ends)).unnest("props")
    both = [
        pairs.select(identity_id=own, record=record, other=other, known_on="known_on")
        for own, record, other in (("src", "record_l", "dst"), ("dst", "record_r", "src"))
    ]
    return pl.concat(both).filter(among("identity_id", concerned)).sort("identity_id", "other")


def read_events(reader: EdgeReader, identities: Collection[str], policy: RiskPolicy, as_of: dt.date) -> pl.DataFrame:
    """What `judge` makes of the events of these people on the day, with identity_id; `record` is a key."""
    wanted = sorted(identities)
    edges = reader.edges_of(NodeKind.IDENTITY, wanted, frozenset({EdgeKind.COMMITTED}))
    nodes = reader.nodes(NodeKind.EVENT, edges["dst"].unique().to_list())
    rows = event_rows(edges.filter(known_by(as_of)), nodes, as_of).with_columns(identity_id="person")
    people = rows["identity_id"].unique().sort().to_list()
    return judge(coded(rows, "person", people), policy, as_of).events


def read_linked(reader: EdgeReader, identities: Collection[str], policy: RiskPolicy, as_of: dt.date) -> pl.DataFrame:
    """Frame LINKED of these people."""
    evidence = read_around(reader, policy, identities, as_of)
    asked = set(identities)
    only = pl.Series("only", [n for n, person in enumerate(evidence.people) if person in asked], pl.UInt32)
    return reaching(assess(evidence, policy, only))
