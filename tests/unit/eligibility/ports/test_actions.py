"""Actions on alarms: one owner at a time, in order, with person, time and reason in the trail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import apsw
import pytest

from eligibility.ports.actions import ActionKind, Author, Outcome, PortActions, State
from eligibility.ports.signals import Look, Signal, SignalKind
from eligibility.ports.standing import BACK, UNASSIGNED, standing_signals
from eligibility.trail import Trail
from linkage.errors import SettingsError, UnknownRecord

RAISED = {"signal": "2506:fast-rose:2025Q4", "port_code": "2506", "from": "2025-10-01"}
BY = Author("R. Ortiz", "2026-07-01T09:00:00+00:00", "rate doubled")
MEASURED = {"from": "2026-07-01", "to": "2026-09-30"}


@pytest.fixture
def actions(ledger: apsw.Connection) -> PortActions:
    return PortActions(ledger)


def a_signal(*quarters: date) -> Signal:
    tests = [Look("2506", SignalKind.FAST_ROSE, day, day, 9, 99, 9, 99, 0.001, 0.01) for day in quarters]
    return Signal(tuple(tests))


def test_an_action_goes_from_an_owner_to_its_end(actions: PortActions, ledger: apsw.Connection) -> None:
    opened = actions.open(RAISED, " M. Chan ", date(2026, 8, 1), BY)
    assert (opened.state, opened.owner, opened.due_on) == (State.ASSIGNED, "M. Chan", date(2026, 8, 1))
    taken = actions.take(opened.n, ActionKind.REVET_COHORT, date(2026, 7, 1), {"from": "x", "to": "y"}, BY)
    assert (taken.state, taken.kind, taken.taken_on) == (State.TAKEN, ActionKind.REVET_COHORT, date(2026, 7, 1))
    actions.measure(opened.n, MEASURED | {"verdict": "cannot tell"}, BY)
    again = actions.measure(opened.n, MEASURED | {"verdict": "fell"}, BY)
    assert again.after == MEASURED | {"verdict": "fell"}
    closed = actions.close(opened.n, Outcome.RESOLVED, BY)
    assert (closed.state, closed.outcome) == (State.CLOSED, Outcome.RESOLVED)
    steps = Trail(ledger).of(f"port action:{opened.n}")
    assert [step.action.removeprefix("port action ") for step in steps] == [
        "opened", "taken", "measured", "measured", "closed",
    ]  # fmt: skip
    assert {(step.actor, step.at, step.reason) for step in steps} == {(BY.actor, BY.at, BY.reason)}
    assert Trail(ledger).verify() == []


def test_two_people_are_not_at_one_alarm(actions: PortActions) -> None:
    first = actions.open(RAISED, "M. Chan", None, BY)
    with pytest.raises(SettingsError, match=f"action {first.n} is at this alarm already"):
        actions.open(RAISED, "L. Roy", None, BY)
    actions.close(first.n, Outcome.FALSE_ALARM, BY)
    assert actions.open(RAISED, "L. Roy", None, BY).n == first.n + 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda actions: actions.measure(1, MEASURED, BY), "is assigned"),
        (lambda actions: actions.close(1, Outcome.RESOLVED, BY), "while it is measured"),
        (lambda actions: actions.close(1, Outcome.NOT_RESOLVED, BY), "is assigned"),
        (lambda actions: actions.take(7, ActionKind.OTHER, date(2026, 7, 1), {}, BY), "there is no action 7"),
        (lambda actions: actions.open(RAISED | {"signal": "x"}, "  ", None, BY), "name the person"),
    ],
)
def test_steps_come_in_order(actions: PortActions, change: Callable[[PortActions], Any], message: str) -> None:
    actions.open(RAISED, "M. Chan", None, BY)
    with pytest.raises((SettingsError, UnknownRecord), match=message):
        change(actions)


@pytest.mark.parametrize(("actor", "reason"), [(" ", "why"), ("R. Ortiz", " ")])
def test_nothing_changes_without_person_and_reason(ledger: apsw.Connection, actor: str, reason: str) -> None:
    with pytest.raises(SettingsError, match="needs a"):
        PortActions(ledger).open(RAISED, "M. Chan", None, Author(actor, BY.at, reason))
    with pytest.raises(apsw.ConstraintError):  # nor past this class
        ledger.execute(
            "INSERT INTO port_action (signal, port_code, state, owner, raised, opened_by, opened_at, changed_by, "
            "changed_at, reason) VALUES ('s', '1', 'assigned', 'o', '{}', ?1, ?2, ?1, ?2, ?3)",
            (actor, BY.at, reason),
        )


def test_an_action_stays_on_record(actions: PortActions, ledger: apsw.Connection) -> None:
    actions.open(RAISED, "M. Chan", None, BY)
    with pytest.raises(apsw.ConstraintError, match="stay on record"):
        ledger.execute("DELETE FROM port_action")


def test_an_alarm_stays_on_the_page_until_it_is_resolved(actions: PortActions) -> None:
    signal = a_signal(date(2025, 10, 1))

    def state() -> tuple[str, bool]:
        (row,) = standing_signals([signal], actions.all())
        return row["state"], row["is_open"]

    assert state() == (UNASSIGNED, True)
    first = actions.open(RAISED, "M. Chan", None, BY)
    assert state() == ("assigned", True)
    actions.take(first.n, ActionKind.CHANGE_LANE_RULE, date(2026, 1, 5), {}, BY)
    actions.close(first.n, Outcome.NOT_RESOLVED, BY)
    assert state() == ("not-resolved", True)
    second = actions.open(RAISED, "L. Roy", None, BY)
    actions.take(second.n, ActionKind.REVET_COHORT, date(2026, 3, 1), {}, BY)
    actions.measure(second.n, MEASURED, BY)
    actions.close(second.n, Outcome.RESOLVED, BY)
    assert state() == ("resolved", False)


def test_an_alarm_that_goes_on_after_it_was_resolved_is_back(actions: PortActions) -> None:
    n = actions.open(RAISED, "M. Chan", None, BY).n
    actions.take(n, ActionKind.REVET_COHORT, date(2026, 1, 1), {}, BY)
    actions.measure(n, MEASURED, BY)
    actions.close(n, Outcome.RESOLVED, BY)
    (row,) = standing_signals([a_signal(date(2025, 10, 1), date(2026, 1, 1))], actions.all())
    assert (row["state"], row["is_open"]) == (BACK, True)
