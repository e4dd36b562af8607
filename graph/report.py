"""The risk of one person with everything it rests on, as plain values that become one JSON document."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """One node of a route.

    Args:
        kind: node kind.
        key: node key.
        label: how to call it, without a person's name.
    """

    kind: str
    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Tie:
    """What two people share.

    Args:
        group: kind of tie: truck, carrier, successor, phone, home.
        strength: in [0, 1).
        route: person, thing or things, other person, event.
        factors: what the strength is the product of: r, hub (with k and k0), gap (with days), distance (with days), q.
        records: records it rests on.
        people: how many share the thing, these two included.
        others: people on it besides these two.
        others_with_nothing_recorded: how many of the others have no event at all.
        succession: for a reopened carrier, the link between the two carriers: is_declared, ruling, confidence, since,
            says, reasons, sentence; None for other ties, and where further carriers lie between.
        sentence: the same in words.
    """

    group: str
    strength: float
    route: list[Step]
    factors: dict[str, float]
    records: list[str]
    people: int
    others: int
    others_with_nothing_recorded: int
    succession: dict[str, Any] | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Contribution:
    """One incident that counts.

    Args:
        incident: incident key.
        associate: whose event it is; None for an own incident.
        event: event key that counts.
        points: what it adds.
        strength: 1 - exp(-points).
        association: strength of all ties together; 1 for an own incident.
        factors: s, decay, age_days, half_life_years, confidence of the event.
        ties: strongest of each independent group, strongest first; none for an own incident.
        corroboration: others tied to the same incident, or further events of an own one, that add nothing.
        records: all records it rests on.
        sentence: the same in words.
    """

    incident: str
    associate: str | None
    event: str
    points: float
    strength: float
    association: float
    factors: dict[str, float]
    ties: list[Tie]
    corroboration: list[dict[str, Any]]
    records: list[str]
    sentence: str


@dataclass(frozen=True, slots=True)
class Part:
    """Own or linked risk.

    Args:
        score: 0-100.
        points: sum of the contributions' points.
        contributions: one an incident, most points first.
    """

    score: float
    points: float
    contributions: list[Contribution]


@dataclass(frozen=True, slots=True)
class Context:
    """What stands beside the figures and is in none of them.

    Args:
        declared: ties that sources declare: shown, withheld (with reasons, without names), left_out.
        carriers: large and reopened carriers of the person: shown, counted_on, left_out.
        second_person: routes over a second person to an event: shown, left_out, not_walked, is_truncated.
    """

    declared: dict[str, Any]
    carriers: dict[str, Any]
    second_person: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RiskReport:
    """Risk of one person on one day.

    Args:
        identity_id: the person.
        score: 0-100, orders queues, decides nothing.
        band: band of the score.
        own: from the person's own events.
        linked: from incidents of others.
        linked_band: band of linked risk alone.
        linked_with_possible: linked risk, 0-100, if links not yet judged count at their probability.
        possible: incidents that weigh more with possible links: incident, associate, points, more, sentence.
        associates: other people who share a thing that is no hub: identity_id, distance in people, things, count.
        events_counted: events of others that count.
        own_events: all own events known.
        own_event_details: the same with what became of them.
        discounted_hubs: things left out: kind, key, label, degree, limit, why.
        context: what carries no points.
        as_of: the day.
        policy: name of the policy.
    """

    identity_id: str
    score: float
    band: str
    own: Part
    linked: Part
    linked_band: str
    linked_with_possible: float
    possible: list[dict[str, Any]]
    associates: list[dict[str, Any]]
    events_counted: list[str]
    own_events: list[str]
    own_event_details: list[dict[str, Any]]
    discounted_hubs: list[dict[str, Any]]
    context: Context
    as_of: dt.date
    policy: str

    def to_document(self) -> dict[str, Any]:
        """The JSON document of `risk ID`; coverage is added beside it by the caller."""
        plain: dict[str, Any] = _plain(self)
        return plain | {"as_of": self.as_of.isoformat()}


def _plain(value: Any) -> Any:
    """What `dataclasses.asdict` gives, without a copy of every text and number: a fifth of the time."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    names = _NAMES.get(type(value))
    return value if names is None else {name: _plain(getattr(value, name)) for name in names}


_NAMES = {
    kind: tuple(field.name for field in fields(kind)) for kind in (Step, Tie, Contribution, Part, Context, RiskReport)
}
