"""Why one person has the risk they have: contributions whose points add up, with routes, records and words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from graph.association import tie_rows
from graph.evidence import BOTH, FAR, read_around
from graph.labels import TIE_NODE, Labels
from graph.policy import RiskPolicy
from graph.report import Contribution, Part, RiskReport, Step, Tie
from graph.risk import Assessment, assess, tabulate
from graph.schema import NodeKind
from graph.sentences import Span, say_crowd, say_event, say_hub, say_points, say_standing, say_tie
from graph.store import GraphReader

_EPOCH = dt.date(1970, 1, 1)


def risk_of(reader: GraphReader, policy: RiskPolicy, identity_id: str, as_of: dt.date) -> RiskReport:
    """The risk of one person with its reasons; the figures are those of `score_all`, bit for bit.

    Raises:
        UnknownIdentity: the graph has no such identity.
    """
    evidence = read_around(reader, policy, [identity_id], as_of)
    person = evidence.people.index(identity_id)
    only = pl.Series("only", [person], pl.UInt32)
    assessment = assess(evidence, policy, only)
    row = tabulate(assessment, policy, only).row(0, named=True)
    case = _Case.open(reader, policy, assessment, person)
    own = _by_weight([_own(case, item) for item in case.own.iter_rows(named=True)])
    linked = _by_weight(_linked(case))
    return RiskReport(
        identity_id=identity_id,
        score=row["score"],
        band=row["band"],
        own=Part(row["own"], row["own_points"], own),
        linked=Part(row["linked"], row["linked_points"], linked),
        linked_band=row["linked_band"],
        linked_with_possible=row["linked_with_possible"],
        possible=_possible(case),
        associates=_associates(case, linked),
        events_counted=sorted({item.event for item in linked}),
        own_events=case.own_events["event"].to_list(),
        own_event_details=_details(case),
        discounted_hubs=_hubs(case),
        as_of=as_of,
        policy=policy.name,
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """One person's assessment with the rows and labels an explanation needs."""

    policy: RiskPolicy
    assessment: Assessment
    person: int
    own: pl.DataFrame
    own_events: pl.DataFrame
    linked: pl.DataFrame
    ties: pl.DataFrame
    things: pl.DataFrame
    labels: Labels

    @classmethod
    def open(cls, reader: GraphReader, policy: RiskPolicy, assessment: Assessment, person: int) -> _Case:
        evidence, tables = assessment.evidence, assessment.tables
        cases = tables.cases.select("row", "event", "day", "weight", record_e="record", confidence_e="confidence")
        linked = assessment.linked.join(cases, on="row", maintain_order="left")
        order = ["row", "tie", "thing", "hold_p", "hold_x"]
        ties = pl.concat(list(tie_rows(tables))).sort(order, descending=[False, True, False, False, False])
        mine = evidence.holds.filter(pl.col("person") == person)["thing"].unique()
        things = evidence.things.filter(pl.col("thing").is_in(mine.implode()))
        own_events = assessment.judged.events.filter(pl.col("person") == person)
        wanted: dict[NodeKind, set[str]] = {kind: set() for kind in TIE_NODE.values()}
        for tie, key, other in things.select("tie", "key", "other").iter_rows():
            wanted[TIE_NODE[tie]] |= {key, other} - {None}
        events = {*own_events["event"].to_list(), *linked["event"].to_list()}
        labels = Labels.read(reader, {**wanted, NodeKind.EVENT: events})
        own = assessment.own.filter(pl.col("person") == person)
        return cls(policy, assessment, person, own, own_events, linked, ties, things, labels)

    def identity(self, place: int) -> str:
        return self.assessment.evidence.people[place]

    def label(self, thing: dict[str, Any]) -> str:
        name = self.labels.thing(thing["tie"], thing["key"])
        return f"{name} and {self.labels.thing(thing['tie'], thing['other'])}" if thing["other"] else name

    def crowd(self, thing: int, day: int) -> set[int]:
        """People on the thing within the window around the day."""
        window = self.policy.limits.window_days
        holds = self.assessment.evidence.holds.filter(pl.col("thing") == thing)
        near = holds.filter((pl.col("first") - window <= day) & (pl.col("last") + window >= day))
        return set(near["person"].to_list())


def _by_weight(contributions: list[Contribution]) -> list[Contribution]:
    return sorted(contributions, key=lambda item: (-item.points, item.incident))


def _day(days: int) -> dt.date:
    return _EPOCH + dt.timedelta(days=int(days))


def _span(hold: dict[str, Any]) -> Span:
    first = None if hold["first"] == -FAR else _day(hold["first"])
    last = None if hold["last"] == FAR else _day(hold["last"])
    return Span(first, last, hold["days"] or None)


def _event_factors(event: dict[str, Any]) -> dict[str, float]:
    names = ("s", "decay", "age_days", "half_life_years", "confidence")
    return {name: event[name] for name in names}


def _own(case: _Case, item: dict[str, Any]) -> Contribution:
    events = case.own_events.filter(pl.col("incident") == item["incident"])
    event = events.filter(pl.col("event") == item["event"]).row(0, named=True)
    others = events.filter(pl.col("event") != item["event"])
    what = case.labels.event(item["event"])
    words = [
        say_event(what, _day(event["day"]), _age(case, event["day"]), of_other=False),
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


def _linked(case: _Case) -> list[Contribution]:
    contributions = []
    for _, reached in case.linked.group_by("incident", maintain_order=True):
        first = reached.row(0, named=True)
        rows = case.ties.filter(pl.col("row") == first["row"]).unique("group", keep="first", maintain_order=True)
        ties = [_tie(case, first, row) for row in rows.iter_rows(named=True)]
        events = case.assessment.judged.events.filter(
            (pl.col("person") == first["person"]) & (pl.col("event") == first["event"])
        )
        what = case.labels.event(first["event"])
        event = events.row(0, named=True)
        words = [tie.sentence for tie in ties]
        words.append(say_event(what, _day(event["day"]), _age(case, event["day"]), of_other=True))
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
                corroboration=_corroboration(case, reached, first["person"]),
                records=list(dict.fromkeys(record for tie in ties for record in tie.records)),
                sentence=" ".join(words),
            )
        )
    return contributions


def _corroboration(case: _Case, reached: pl.DataFrame, counted: int) -> list[dict[str, Any]]:
    others = reached.filter(pl.col("person") != counted).unique("person", keep="first", maintain_order=True)
    return [
        {"associate": case.identity(row["person"]), "event": row["event"], "strength": row["strength"]}
        for row in others.iter_rows(named=True)
    ]


def _tie(case: _Case, first: dict[str, Any], row: dict[str, Any]) -> Tie:
    evidence, tables = case.assessment.evidence, case.assessment.tables
    thing = evidence.things.row(row["thing"], named=True)
    hold_p, hold_x = (tables.holds.row(row[name], named=True) for name in ("hold_p", "hold_x"))
    crowd = case.crowd(row["thing"], first["day"]) - {case.person, first["person"]}
    nothing = len(crowd - set(evidence.events["person"].to_list()))
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
    words = [
        say_tie(thing["tie"], case.label(thing), _span(hold_p), _span(hold_x)),
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
        sentence=" ".join(words),
    )


def _age(case: _Case, day: int) -> int:
    return int((case.assessment.evidence.as_of - _day(day)).days)


def _possible(case: _Case) -> list[dict[str, Any]]:
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
        }
        for row in more.iter_rows(named=True)
    ]


def _associates(case: _Case, linked: list[Contribution]) -> list[dict[str, Any]]:
    holds = case.assessment.evidence.holds
    hubs = [thing["thing"] for thing, _ in _crowded(case)]
    mine = holds.filter((pl.col("person") == case.person) & ~pl.col("thing").is_in(hubs))
    met = mine.join(holds, on="thing", suffix="_x").filter(
        (pl.col("person_x") != case.person)
        & ((pl.col("side") != pl.col("side_x")) | (pl.col("side") == BOTH))
        & (pl.col("confidence") * pl.col("confidence_x") >= case.policy.limits.review_threshold)
    )
    shared: dict[str, list[dict[str, str]]] = {item.associate: [] for item in linked if item.associate}
    pairs = met.select("person_x", "thing").unique().sort("person_x", "thing")
    for person, thing in pairs.iter_rows():
        said = case.assessment.evidence.things.row(thing, named=True)
        entry = {"tie": said["tie"], "kind": TIE_NODE[said["tie"]].value, "key": said["key"]}
        shared.setdefault(case.identity(person), []).append(entry)
    return [
        {"identity_id": identity, "distance": 1, "count": len(things), "things": things}
        for identity, things in sorted(shared.items())
    ]


def _crowded(case: _Case) -> list[tuple[dict[str, Any], int]]:
    """The person's things that too many people were on around the person's own time, with how many."""
    window = case.policy.limits.window_days
    today = (case.assessment.evidence.as_of - _EPOCH).days
    holds = case.assessment.evidence.holds
    crowded = []
    for thing in case.things.iter_rows(named=True):
        here = holds.filter(pl.col("thing") == thing["thing"])
        mine = here.filter(pl.col("person") == case.person)
        first = int(np.min(mine["first"].to_numpy()))
        last = int(np.max(mine["last"].to_numpy()))
        if last == FAR and first > -FAR:  # still there: up to the day asked about
            last = max(first, today)
        near = here.filter((pl.col("first") - window <= last) & (pl.col("last") + window >= first))
        people = near["person"].n_unique()
        if people > case.policy.limits.hub_degree:
            crowded.append((thing, people))
    return crowded


def _hubs(case: _Case) -> list[dict[str, Any]]:
    limit = case.policy.limits.hub_degree
    return [
        {
            "kind": TIE_NODE[thing["tie"]].value,
            "key": thing["key"],
            "label": case.label(thing),
            "degree": people,
            "limit": limit,
            "why": say_hub(case.label(thing), people, limit),
        }
        for thing, people in _crowded(case)
    ]


def _details(case: _Case) -> list[dict[str, Any]]:
    return [
        {
            "event": row["event"],
            "incident": row["incident"],
            "date": _day(row["day"]).isoformat(),
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
