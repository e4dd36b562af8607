"""The review desk: groups by urgency, and what each person may do to a review in each state."""

from __future__ import annotations

from typing import Any

import pytest

from api.roles import Caller, Role
from api.web.views.review import OVERDUE_DAYS, WEEK_DAYS, agreement_of, groups_of, may_do, reason_codes
from eligibility.policy_file import load_eligibility_policy
from eligibility.reviews.states import ALLOWED, Action, State

ANA, BEN = Caller("ana", Role.REVIEWER, "review"), Caller("ben", Role.SUPERVISOR, "review")
FIELDS = ("assign", "note", "ask", "answer", "resolve", "decide", "sign", "appeal")


def a_case(state: State, assignee: str | None = "ana", proposed_by: str | None = None) -> dict[str, Any]:
    proposals = [{"by": proposed_by}] if proposed_by else []
    return {"state": state.value, "assignee": assignee, "proposals": proposals, "outcome": None}


def allowed(case: dict[str, Any], caller: Caller, *, role_may: bool = True) -> set[str]:
    may = may_do(case, caller, lambda _: role_may)
    return {name for name in FIELDS if getattr(may, name)}


@pytest.mark.parametrize("state", list(State))
def test_nobody_may_do_what_the_state_or_the_role_forbids(state: State) -> None:
    found = allowed(a_case(state, "ana", "ana" if state is State.PROPOSED else None), ANA)
    assert all(state in ALLOWED[Action(name)] for name in found)
    assert allowed(a_case(state), ANA, role_may=False) == set()


def test_only_whoever_has_the_review_works_on_it() -> None:
    mine, theirs = a_case(State.ASSIGNED), a_case(State.ASSIGNED, "cyd")
    assert {"resolve", "decide"} <= allowed(mine, ANA)
    assert not {"resolve", "decide", "ask", "answer"} & allowed(theirs, ANA)
    assert "assign" in allowed(theirs, ANA)
    assert "assign" not in allowed(mine, ANA)


def test_whoever_proposed_does_not_sign() -> None:
    assert "sign" not in allowed(a_case(State.PROPOSED, "ana", "ana"), ANA)
    assert "sign" in allowed(a_case(State.PROPOSED, "ana", "ana"), BEN)


def test_rows_are_grouped_by_urgency_in_the_order_of_the_queue_and_none_is_lost() -> None:
    days = [0, OVERDUE_DAYS, WEEK_DAYS, WEEK_DAYS - 1, OVERDUE_DAYS - 1, 400]
    rows = [{"waiting_days": day, "n": number} for number, day in enumerate(days)]
    found = {group.name: [row["n"] for row in group.rows] for group in groups_of(rows)}
    assert found == {"overdue": [1, 5], "week": [2, 4], "later": [0, 3]}
    assert [group.name for group in groups_of(rows)] == ["overdue", "week", "later"]
    assert groups_of([]) == []


def test_an_adverse_code_is_offered_where_a_factor_supports_it() -> None:
    policy = load_eligibility_policy()
    bound = sorted(code for code, reason in policy.reasons.items() if reason.categories)
    assert bound
    without = {code for group in reason_codes(policy, []) for code in group.codes}
    assert not without & set(bound)
    withal = {code for group in reason_codes(policy, [{"reason_codes": bound[:1]}]) for code in group.codes}
    assert withal - without == {bound[0]}


def test_an_attribute_that_one_record_has_neither_agrees_nor_differs() -> None:
    said = [
        {"attribute": "surname", "agrees": True, "values": [{"records": ["US/1", "MX/2"]}]},
        {"attribute": "birth_date", "agrees": False, "values": [{"records": ["US/1"]}, {"records": ["MX/2"]}]},
        {"attribute": "phone", "agrees": True, "values": [{"records": ["MX/2"]}]},
    ]
    found = agreement_of(said)
    assert (found.agree, found.differ, found.alone) == (["surname"], ["birth_date"], ["phone"])
