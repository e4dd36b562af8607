"""Why one person has the risk they have: contributions whose points add up, with routes, records and words."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from operator import itemgetter
from typing import Any

import polars as pl

from graph.case import Case, MayTell, everything
from graph.company import associates_of, crowded_things
from graph.context import NO_RECORDS, Asked, Records, context_of
from graph.days import day_of
from graph.evidence import read_around
from graph.holds import FAR
from graph.labels import TIE_NODE
from graph.policy import RiskPolicy
from graph.report import Contribution, Part, RiskReport, Step, Tie
from graph.risk import assess, tabulate
from graph.schema import NodeKind
from graph.sentences import (
    Span,
    say_corroboration,
    say_crowd,
    say_event,
    say_far_link,
    say_hub,
    say_points,
    say_possible,
    say_standing,
    say_succession,
    say_tie,
)
from graph.store import GraphReader


def risk_of(  # noqa: PLR0913, PLR0917 - whose, when, by which rules, and what it is told from
    reader: GraphReader,
    policy: RiskPolicy,
    identity_id: str,
    as_of: dt.date,
    records: Records = NO_RECORDS,
    may_tell: MayTell = everything,
) -> RiskReport:
    """The risk of one person with its reasons; the figures are those of `score_all`, bit for bit.

    Args:
        records: of large carriers, which are counted for all at once.
        may_tell: says of an event's code and type whether the crowd's count of people with an event may tell of it.

    Raises:
        UnknownIdentity: the graph has no such identity.
    """
    evidence = read_around(reader, policy, [identity_id], as_of)
    person = evidence.people.index(identity_id)
    only = pl.Series("only", [person], pl.UInt32)
    assessment = assess(evidence, policy, only)
    row = tabulate(assessment, policy, only).row(0, named=True)
    case = Case.open(reader, policy, assessment, person, may_tell)
    own = _by_weight([_own(case, item) for item in case.own.iter_rows(named=True)])
    linked = _by_weight(_linked(case))
    crowded = crowded_things(evidence, person, policy.limits)
    counted = [item.associate for item in linked if item.associate]
    return RiskReport(
        identity_id=identity_id,
        score=row["score"],
        band=row["band"],
        own=Part(row["own"], row["own_points"], own),
        linked=Part(row["linked"], row["linked_points"], linked),
        linked_band=row["linked_band"],
        linked_with_possible=row["linked_with_possible"],
        possible=_possible(case),
        associates=associates_of(evidence, person, crowded, policy.limits, counted),
        events_counted=sorted({item.event for item in linked}),
        own_events=case.own_events["event"].to_list(),
        own_event_details=_details(case),
        discounted_hubs=_hubs(case, crowded),
        context=context_of(Asked(reader, policy, assessment, person, case.labels, case.successions, records)),
        as_of=as_of,
        policy=policy.name,
    )


def _by_weight(contributions: list[Contribution]) -> list[Contribution]:
    return sorted(contributions, key=lambda item: (-item.points, item.incident))


def _span(hold: dict[str, Any]) -> Span:
    first = None if hold["first"] == -FAR else day_of(hold["first"])
    last = None if hold["last"] == FAR else day_of(hold["last"])
    return Span(first, last, hold["days"] or None)


def _event_factors(event: dict[str, Any]) -> dict[str, float]:
    names = ("s", "decay", "age_days", "half_life_years", "confidence")
    return {name: event[name] for name in names}


def _own(case: Case, item: dict[str, Any]) -> Contribution:
    events = case.own_events.filter(pl.col("incident") == item["incident"])
    event = events.filter(pl.col("event") == item["event"]).row(0, named=True)
    others = events.filter(pl.col("event") != item["event"])
    what = case.labels.event(item["event"])
    words = [
        say_event(what, day_of(event["day"]), _age(case, event["day"]), of_other=False),
        *([say_corroboration(others.height, of_other=False)] if others.height else []),
        say_points(item["strength"], item["points"]),
    ]
    return Contribution(
        incident=item["incident"],
        associate=None,
        event=item["event"],
        points=item["points"],
        strength=item["strength"],
        association=1.0,
        factors=_event_factors(event),
        ties=[],
        corroboration=[{"event": e, "standing": s} for e, s in others.select("event", "standing").iter_rows()],
        records=[case.assessment.evidence.records[event["record"]]],
        sentence=" ".join(words),
    )


def _linked(case: Case) -> list[Contribution]:
    contributions = []
    judged = case.assessment.judged.events.join(case.linked, on=["person", "event"], how="semi")
    events = {(row["person"], row["event"]): row for row in judged.iter_rows(named=True)}
    for _, group in groupby(case.linked.iter_rows(named=True), key=itemgetter("incident")):
        reached = list(group)
        first = reached[0]
        ties = [_tie(case, first, row) for row in case.ties.get(first["row"], [])]
        what = case.labels.event(first["event"])
        event = events[first["person"], first["event"]]
        words = [tie.sentence for tie in ties]
        words.append(say_event(what, day_of(event["day"]), _age(case, event["day"]), of_other=True))
        corroboration = _corroboration(case, reached, first["person"])
        if corroboration:
            words.append(say_corroboration(len(corroboration), of_other=True))
        words.append(say_points(first["strength"], first["points"]))
        contributions.append(
            Contribution(
                incident=first["incident"],
                associate=case.identity(first["person"]),
                event=first["event"],
                points=first["points"],
                strength=first["strength"],
                association=first["association"],
                factors=_event_factors(event),
                ties=ties,
                corroboration=corroboration,
                records=list(dict.fromkeys(record for tie in ties for record in tie.records)),
                sentence=" ".join(words),
            )
        )
    return contributions


def _corroboration(case: Case, reached: list[dict[str, Any]], counted: int) -> list[dict[str, Any]]:
    """Others with the incident, each by their strongest event."""
    others: dict[int, dict[str, Any]] = {}
    for row in reached:
        if row["person"] != counted and row["person"] not in others:
            entry = {"associate": case.identity(row["person"]), "event": row["event"], "strength": row["strength"]}
            others[row["person"]] = entry
    return list(others.values())


def _tie(case: Case, first: dict[str, Any], row: dict[str, Any]) -> Tie:
    evidence, tables = case.assessment.evidence, case.assessment.tables
    thing = evidence.things.row(row["thing"], named=True)
    hold_p, hold_x = (tables.holds.row(row[name], named=True) for name in ("hold_p", "hold_x"))
    crowd = case.crowd(row["thing"], first["day"]) - {case.person, first["person"]}
    nothing = len(crowd - case.with_event)
    keys = [thing["key"], thing["other"]] if thing["other"] else [thing["key"]]
    if hold_p["side"] == 1:
        keys.reverse()
    route = [
        Step(NodeKind.IDENTITY.value, case.identity(case.person), "this driver"),
        *(Step(TIE_NODE[thing["tie"]].value, key, case.labels.thing(thing["tie"], key)) for key in keys),
        Step(NodeKind.IDENTITY.value, case.identity(first["person"]), "another driver"),
        Step(NodeKind.EVENT.value, first["event"], case.labels.event(first["event"])),
    ]
    names = ("r", "k", "hub", "gap_days", "gap", "distance_days", "distance", "q")
    factors = {name: row[name] for name in names} | {"k0": case.policy.ties[thing["tie"]].full_degree}
    records = [evidence.records[place] for place in (hold_p["record"], hold_x["record"], first["record_e"])]
    link = case.link(*keys) if thing["other"] else None
    spans = (_span(hold_p), _span(hold_x))
    words = [
        _say_succession(case, keys, spans, link)
        if thing["other"]
        else say_tie(thing["tie"], case.label(thing), *spans),
        say_crowd(thing["tie"], row["k"], len(crowd), nothing),
    ]
    return Tie(
        group=thing["tie"],
        strength=row["tie"],
        route=route,
        factors=factors,
        records=list(dict.fromkeys(records)),
        people=row["k"],
        others=len(crowd),
        others_with_nothing_recorded=nothing,
        succession=link,
        sentence=" ".join(words),
    )


def _say_succession(case: Case, keys: list[str], spans: tuple[Span, Span], link: dict[str, Any] | None) -> str:
    mine, theirs = (case.labels.thing("carrier", key) for key in keys)
    return say_succession(mine, theirs, spans, link["sentence"] if link else say_far_link(mine, theirs))


def _age(case: Case, day: int) -> int:
    return int((case.assessment.evidence.as_of - day_of(day)).days)


def _possible(case: Case) -> list[dict[str, Any]]:
    """Incidents that would weigh more if the links that nobody has judged hold."""
    confirmed = case.linked.unique("incident", keep="first", maintain_order=True).select("incident", base="points")
    with_links = case.assessment.linked_possible.unique("incident", keep="first", maintain_order=True)
    more = with_links.join(confirmed, on="incident", how="left").with_columns(pl.col("base").fill_null(0.0))
    more = more.filter(pl.col("points") > pl.col("base")).sort("points", "incident", descending=[True, False])
    return [
        {
            "incident": row["incident"],
            "associate": case.identity(row["person"]),
            "points": row["points"],
            "more": row["points"] - row["base"],
            "sentence": say_possible(row["points"], row["base"]),
        }
        for row in more.iter_rows(named=True)
    ]


def _hubs(case: Case, crowded: pl.DataFrame) -> list[dict[str, Any]]:
    limit = case.policy.limits.hub_degree
    return [
        {
            "kind": TIE_NODE[thing["tie"]].value,
            "key": thing["key"],
            "label": case.label(thing),
            "degree": thing["people"],
            "limit": limit,
            "why": say_hub(case.label(thing), thing["people"], limit),
        }
        for thing in crowded.iter_rows(named=True)
    ]


def _details(case: Case) -> list[dict[str, Any]]:
    return [
        {
            "event": row["event"],
            "incident": row["incident"],
            "date": day_of(row["day"]).isoformat(),
            "is_dated": row["is_dated"],
            "code": row["code"],
            "event_type": row["event_type"],
            "category": row["category"],
            "severity": row["severity"],
            "status": row["status"],
            "standing": row["standing"],
            "record": case.assessment.evidence.records[row["record"]],
            "sentence": say_standing(row["standing"]),
        }
        for row in case.own_events.sort("day", "event").iter_rows(named=True)
    ]
