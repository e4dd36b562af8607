"""The review desk: the queue in groups, and what may be done to a review by whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.roles import Caller
from eligibility.policy import EligibilityPolicy
from eligibility.reviews.states import ALLOWED, Action, State

REASONS = 5
"""Others' incidents that a review tells; the rest are on the page of linked risk."""
OVERDUE_DAYS = 30
WEEK_DAYS = 23
"""Days of waiting from which a review is overdue, and from which it is due within the week."""


@dataclass(frozen=True, slots=True)
class Group:
    """Reviews of one urgency, in the order of the queue."""

    name: str
    rows: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class May:
    """What the person may do to the review as it stands."""

    assign: bool
    note: bool
    ask: bool
    answer: bool
    resolve: bool
    decide: bool
    sign: bool
    appeal: bool


def groups_of(rows: Sequence[Mapping[str, Any]]) -> list[Group]:
    """The rows by urgency, without empty groups."""
    named: dict[str, list[Mapping[str, Any]]] = {"overdue": [], "week": [], "later": []}
    for row in rows:
        days = row["waiting_days"]
        named["overdue" if days >= OVERDUE_DAYS else "week" if days >= WEEK_DAYS else "later"].append(row)
    return [Group(name, held) for name, held in named.items() if held]


def may_do(case: Mapping[str, Any], caller: Caller, may_open: Callable[[str], bool]) -> May:
    """What the state of the review, whose it is and the role allow.

    Args:
        may_open: whether the role may call a route.
    """
    state, is_mine = State(case["state"]), case["assignee"] == caller.actor
    may_act = may_open("/reviews/{number}/{act}")

    def allows(action: Action) -> bool:
        return may_act and state in ALLOWED[action]

    proposed_by = case["proposals"][-1]["by"] if case["proposals"] else None
    return May(
        assign=allows(Action.ASSIGN) and not is_mine and state is not State.PROPOSED,
        note=allows(Action.NOTE),
        ask=allows(Action.ASK) and is_mine,
        answer=allows(Action.ANSWER) and is_mine,
        resolve=allows(Action.RESOLVE) and is_mine,
        decide=allows(Action.DECIDE) and is_mine,
        sign=allows(Action.SIGN) and proposed_by != caller.actor,
        appeal=allows(Action.APPEAL) and bool(case["outcome"]),
    )


@dataclass(frozen=True, slots=True)
class Agreement:
    """Attributes on which the records of a driver agree or differ, and those that one record alone has."""

    agree: Sequence[str]
    differ: Sequence[str]
    alone: Sequence[str]


def agreement_of(attributes: Sequence[Mapping[str, Any]]) -> Agreement:
    """The attributes of a `show` document by whether its records agree on them; what one record says is neither."""
    named: dict[str, list[str]] = {"agree": [], "differ": [], "alone": []}
    for row in attributes:
        records = {key for value in row["values"] for key in value["records"]}
        named["alone" if len(records) < 2 else "agree" if row["agrees"] else "differ"].append(row["attribute"])
    return Agreement(**named)


@dataclass(frozen=True, slots=True)
class CodeGroup:
    """Reason codes for one kind of outcome."""

    name: str
    codes: Sequence[str]


def reason_codes(policy: EligibilityPolicy, factors: Sequence[Mapping[str, Any]]) -> list[CodeGroup]:
    """The policy's reason codes by kind of outcome; of the adverse ones those that a factor here can support."""
    supported = {code for factor in factors for code in factor["reason_codes"]}
    named: dict[str, list[str]] = {}
    for code, reason in sorted(policy.reasons.items()):
        if not reason.categories or code in supported:
            named.setdefault(reason.outcomes, []).append(code)
    return [CodeGroup(name, codes) for name, codes in sorted(named.items())]
