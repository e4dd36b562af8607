"""The states of a review, what leads from one to the next, and the outcomes that need two people."""

from __future__ import annotations

from enum import StrEnum

from linkage.errors import LinkageError


class State(StrEnum):
    """Where a review stands; a reopened one is open again in its next round."""

    OPEN = "open"
    ASSIGNED = "assigned"
    WAITING = "waiting"  # for information that was asked for
    PROPOSED = "proposed"  # an adverse outcome waits for the second signature
    CLOSED = "closed"


class Outcome(StrEnum):
    """What a person decides about a membership; the software decides none of them."""

    RETAIN = "retain"
    CONDITIONS = "conditions"
    SUSPEND = "suspend"
    REVOKE = "revoke"
    REFER = "refer"


ADVERSE = frozenset({Outcome.CONDITIONS, Outcome.SUSPEND, Outcome.REVOKE})
"""Outcomes that a second person signs."""


class Action(StrEnum):
    """What a person does to a review."""

    ASSIGN = "assign"
    NOTE = "note"
    ASK = "ask"
    ANSWER = "answer"
    RESOLVE = "resolve"
    DECIDE = "decide"  # closes, or proposes where the outcome is adverse
    SIGN = "sign"
    RETURN = "return"  # the second person does not sign
    APPEAL = "appeal"
    OPINE = "opine"


ALLOWED: dict[Action, frozenset[State]] = {
    Action.ASSIGN: frozenset(
        {State.OPEN, State.ASSIGNED, State.WAITING, State.PROPOSED}
    ),  # overtakes what was proposed
    Action.NOTE: frozenset(State),
    Action.ASK: frozenset({State.ASSIGNED, State.WAITING}),
    Action.ANSWER: frozenset({State.WAITING}),
    Action.RESOLVE: frozenset({State.ASSIGNED, State.WAITING}),
    Action.DECIDE: frozenset({State.ASSIGNED}),
    Action.SIGN: frozenset({State.PROPOSED}),
    Action.RETURN: frozenset({State.PROPOSED}),
    Action.APPEAL: frozenset({State.CLOSED}),
    Action.OPINE: frozenset({State.CLOSED}),
}
"""In which states an action may be done."""


class NotAllowed(LinkageError):
    """The review's state, or who asks, does not allow it; nothing was changed."""

    exit_code = 2


def require(action: Action, state: State) -> None:
    """The action may be done in that state.

    Raises:
        NotAllowed: it may not.
    """
    if state not in ALLOWED[action]:
        allowed = " or ".join(sorted(ALLOWED[action]))
        raise NotAllowed(f"review {action}: the review is {state}; it must be {allowed}")
