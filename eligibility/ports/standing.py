"""How each alarm stands: nobody's, somebody's, acted on, or done with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from eligibility.ports.actions import Action, Outcome, State
from eligibility.ports.signals import Signal

UNASSIGNED = "unassigned"
BACK = "back after the action"


def standing_signals(signals: Sequence[Signal], actions: Sequence[Action]) -> list[dict[str, Any]]:
    """Every alarm with its state and its last action, those still open first.

    An alarm leaves the open ones only by an action closed as resolved or as a false alarm, and comes back when a
    test that looks only at days after a resolving action fails again.
    """
    last = {action.signal: action for action in sorted(actions, key=lambda action: action.n)}
    rows = []
    for signal in signals:
        action = last.get(signal.key)
        state = _state(signal, action)
        is_done = state in {Outcome.RESOLVED, Outcome.FALSE_ALARM}
        held = {"state": state, "is_open": not is_done, "action": action and action.n, "owner": action and action.owner}
        rows.append(signal.document() | held)
    return sorted(rows, key=lambda row: (not row["is_open"], row["adjusted"], row["signal"]))


def _state(signal: Signal, action: Action | None) -> str:
    if action is None:
        return UNASSIGNED
    if action.state is not State.CLOSED or action.outcome is None:
        return action.state.value
    is_back = action.outcome is Outcome.RESOLVED and action.taken_on and _fails_after(signal, action.taken_on)
    return BACK if is_back else action.outcome.value


def _fails_after(signal: Signal, day: date) -> bool:
    return any(test.since >= day for test in signal.looks)
