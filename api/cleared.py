"""Events that only cleared reviewers may see, left out of every document that others are shown.

A cleared reviewer sees them in the review that they belong to, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from eligibility.matters import Audience
from eligibility.policy import EligibilityPolicy
from eligibility.policy_file import load_eligibility_policy


def for_everybody(events: Iterable[Mapping[str, Any]], policy: EligibilityPolicy | None = None) -> list[dict[str, Any]]:
    """The events that everybody may see.

    Args:
        events: with `code` and `event_type`.
        policy: says which; the shipped one by default.
    """
    grounds = policy or load_eligibility_policy()
    return [dict(event) for event in events if is_for_everybody(event.get("code"), event.get("event_type"), grounds)]


def is_for_everybody(code: str | None, event_type: str | None, policy: EligibilityPolicy) -> bool:
    """Whether everybody may know that somebody has an event of this code and type."""
    return policy.ground(code, event_type).audience is Audience.GENERAL


def risk_for_everybody(document: dict[str, Any]) -> dict[str, Any]:
    """A `risk` document without such events; they carry no points, so that no figure changes."""
    details = for_everybody(document["own_event_details"])
    seen = {event["event"] for event in details}
    own = document["own"] | {
        "contributions": [
            item | {"corroboration": [one for one in item["corroboration"] if one["event"] in seen]}
            for item in document["own"]["contributions"]
        ]
    }
    events = [event for event in document["own_events"] if event in seen]
    return document | {"own": own, "own_events": events, "own_event_details": details}
