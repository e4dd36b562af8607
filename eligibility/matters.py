"""What a review is about: the matters that screening finds and a person decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Trigger(StrEnum):
    """Why a driver comes before a reviewer."""

    OWN_EVENT = "own_event"
    LINKED_BAND = "linked_band"
    MERGED = "merged"
    SPLIT = "split"
    POSSIBLE = "possible"
    LICENCE_WITHDRAWN = "licence_withdrawn"
    ENROLMENT_EXPIRED = "enrolment_expired"
    COVERAGE_EXPIRED = "coverage_expired"
    REQUESTED = "requested"  # a person asks for it; screening never does


class Audience(StrEnum):
    """Who may see a review: what concerns terrorism is for cleared reviewers."""

    GENERAL = "general"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing about one enrolled driver that a person should look at.

    Args:
        identity_id: the driver's id today.
        trigger: why.
        key: what it is about, free of identity ids, so that it outlives merges: `incident:CBP/123`, `linked_band`,
            `possible:US/1~COURT/9`, `enrolment:FAST/77:2026-05-01`, `coverage:MX`, `requested`.
        anchor: key of the person record it rests on; says whose it is after a split.
        shown: what a reviewer would see, each with a level that grows with its weight.
        priority: 0-100; only orders the queue.
        reason: one sentence without personal data.
        audience: who may see it.
        happened_on: the day of the earliest of what is new, where known.
        received_on: the day the earliest of what is new became known here.
    """

    identity_id: str
    trigger: Trigger
    key: str
    anchor: str
    shown: tuple[tuple[str, float], ...]
    priority: float
    reason: str
    audience: Audience = Audience.GENERAL
    happened_on: date | None = None
    received_on: date | None = None


def own_item(incident: str) -> str:
    """The item that stands for an incident in which the driver has an event; its level: EligibilityPolicy.level."""
    return f"incident:{incident}"


def linked_item(incident: str) -> str:
    """The item that stands for an incident of others that reaches the driver; its level: the points it adds."""
    return f"linked:{incident}"
