"""Factors of the driver's own: one an incident, judged by the weightiest record of it that still stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from eligibility.matters import Audience, own_item
from eligibility.policy import Consequence, EligibilityPolicy, Ground
from eligibility.trace import Evidence, Factor, FactorKind
from graph.days import known_by
from graph.incidents import EVENT_ROW, judge
from graph.policy import RiskPolicy
from linkage.schema import EVENT

_FIELDS = ["key", "source", "record_key", "incident_id", "event_type", "code", "event_date", "severity", "status"]
_FIELDS += ["known_on", "quality"]


def own_factors(
    events: pl.DataFrame,
    confidences: Mapping[str, float],
    when: tuple[date, Audience],
    policies: tuple[EligibilityPolicy, RiskPolicy],
) -> list[Factor]:
    """One factor an incident in which the driver has a record, weightiest first.

    Args:
        events: frame EVENT, of the driver's records.
        confidences: probability that a record is the driver's, by record key.
        when: the day, and who looks: what is for cleared reviewers is not there for others.
        policies: what a ground means, and what a status does to what was recorded before it.
    """
    (as_of, audience), (policy, risk) = when, policies
    known = EVENT.conform(events).filter(known_by(as_of), pl.col("record_key").is_in(list(confidences)))
    day = pl.coalesce("event_date", "known_on")
    rows = known.filter(day.is_null() | (day <= as_of)).select(_FIELDS)
    grounds = {row["key"]: policy.ground(row["code"], row["event_type"]) for row in rows.iter_rows(named=True)}
    rows = rows.filter(pl.col("key").is_in([key for key, ground in grounds.items() if _may_see(ground, audience)]))
    judged = judge(_event_rows(rows, confidences, as_of), risk, as_of).events
    standing = {row["event"]: (row["standing"], row["age_days"]) for row in judged.iter_rows(named=True)}
    incidents: dict[str, list[Evidence]] = {}  # what only the cleared may see is a factor of its own
    for row in rows.iter_rows(named=True):
        told = _evidence(row, grounds[row["key"]], standing[row["key"]], policy)
        incident = own_item(row["incident_id"] or row["key"])
        factor = f"cleared:{incident}" if grounds[row["key"]].audience is Audience.CLEARED else incident
        incidents.setdefault(factor, []).append(replace(told, confidence=confidences[row["record_key"]]))
    made = [_factor(factor, evidence) for factor, evidence in incidents.items()]
    return sorted(made, key=lambda factor: (-factor.level, factor.factor))


def _may_see(ground: Ground, audience: Audience) -> bool:
    return audience is Audience.CLEARED or ground.audience is Audience.GENERAL


def _event_rows(rows: pl.DataFrame, confidences: Mapping[str, float], as_of: date) -> pl.DataFrame:
    """The rows in the form in which incidents are judged, of one person."""
    day = pl.coalesce("event_date", "known_on", pl.lit(as_of))
    made = rows.select(
        person=pl.lit(0),
        event="key",
        incident=pl.coalesce("incident_id", "key"),
        record=pl.lit(0),
        confidence=pl.col("record_key").replace_strict(dict(confidences), default=None, return_dtype=pl.Float64),
        day=day.to_physical(),
        is_dated=pl.col("event_date").is_not_null(),
        code="code",
        event_type="event_type",
        severity="severity",
        status="status",
        known_on=pl.coalesce("known_on", pl.lit(as_of)).to_physical(),
    )
    return made.select(pl.col(name).cast(dtype) for name, dtype in EVENT_ROW.items())


def _evidence(row: Mapping[str, Any], ground: Ground, judged: tuple[str, int], policy: EligibilityPolicy) -> Evidence:
    standing = _standing(ground, *judged)
    counts = standing == "in_scope"
    return Evidence(
        event=row["key"],
        source=row["source"],
        record=row["record_key"],
        code=ground.code,
        description=ground.description,
        consequence=ground.consequence,
        lookback=ground.lookback.text,
        authority=ground.authority,
        policy_source=ground.source,
        points=ground.points,
        event_date=row["event_date"].isoformat() if row["event_date"] else None,
        known_on=row["known_on"].isoformat() if row["known_on"] else None,
        status=row["status"],
        quality=row["quality"],
        confidence=0.0,
        standing=standing,
        level=policy.level(ground.consequence, row["status"]) if counts else 0.0,
        reason_code=ground.reason_code if counts else None,
    )


def _standing(ground: Ground, judged: str, age_days: int) -> str:
    """What still stands is held against the look-back of this policy, not of the one that scores."""
    if judged in ("replaced", "cleared", "lifted"):
        return judged
    if not ground.opens_review:
        return "context"
    return "in_scope" if ground.lookback.reaches(age_days) else "expired"


def _factor(factor: str, evidence: list[Evidence]) -> Factor:
    ordered = sorted(evidence, key=lambda item: (-item.level, item.event))
    first = ordered[0]
    codes = dict.fromkeys(item.reason_code for item in ordered if item.reason_code)
    counts = first.standing == "in_scope"
    items = {f"{factor}#{item.code}": item.level for item in reversed(ordered) if item.standing == "in_scope"}
    return Factor(
        factor=factor,
        kind=FactorKind.OWN,
        says=first.description,
        consequence=first.consequence if counts else Consequence.NONE,
        points=first.points,
        level=first.level,
        must_resolve=counts,
        reason_codes=tuple(codes),
        evidence=tuple(ordered),
        items=((factor, first.level), *sorted(items.items())) if counts else (),
    )
