"""What was done about an alarm: who owns it, what was done when, and what was measured before and after.

assigned -> taken -> measured (as often as wanted) -> closed. An alarm stays on the page until an action on it is
closed as resolved or as a false alarm; an action closed as not resolved leaves it open for the next one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import apsw

from eligibility.trail import Step, Trail
from linkage.errors import SettingsError, UnknownRecord


class ActionKind(StrEnum):
    """What was done."""

    RAISE_RANDOM_RATE = "raise-random-rate"  # examine more trucks at random
    REVET_COHORT = "revet-cohort"  # vet the drivers again who use the lane
    CHANGE_LANE_RULE = "change-lane-rule"
    OTHER = "other"


class Outcome(StrEnum):
    """How an action ended."""

    RESOLVED = "resolved"
    NOT_RESOLVED = "not-resolved"
    FALSE_ALARM = "false-alarm"


class State(StrEnum):
    """How far an action has come."""

    ASSIGNED = "assigned"
    TAKEN = "taken"
    MEASURED = "measured"
    CLOSED = "closed"


_COLUMNS = (
    "n",
    "signal",
    "port_code",
    "state",
    "owner",
    "due_on",
    "kind",
    "taken_on",
    "raised",
    "before_",
    "after_",
    "outcome",
    "opened_by",
    "opened_at",
    "changed_by",
    "changed_at",
    "reason",
)
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM port_action"  # noqa: S608 - names of our own columns
_OPEN = (
    "INSERT INTO port_action (signal, port_code, state, owner, due_on, raised, opened_by, opened_at, changed_by, "
    "changed_at, reason) VALUES (?1, ?2, 'assigned', ?3, ?4, ?5, ?6, ?7, ?6, ?7, ?8)"
)
_TAKE = (
    "UPDATE port_action SET state = 'taken', kind = ?2, taken_on = ?3, before_ = ?4, changed_by = ?5, "
    "changed_at = ?6, reason = ?7 WHERE n = ?1"
)
_MEASURE = (
    "UPDATE port_action SET state = 'measured', after_ = ?2, changed_by = ?3, changed_at = ?4, reason = ?5 WHERE n = ?1"
)
_CLOSE = (
    "UPDATE port_action SET state = 'closed', outcome = ?2, changed_by = ?3, changed_at = ?4, reason = ?5 WHERE n = ?1"
)


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes an action, when and why; neither person nor reason may be blank."""

    actor: str
    at: str
    reason: str

    def __post_init__(self) -> None:
        if not self.actor.strip():
            raise SettingsError("an action needs a person: set CROSSLANE_ACTOR to a name")
        if not self.reason.strip():
            raise SettingsError("an action needs a reason: say --reason TEXT")


@dataclass(frozen=True, slots=True)
class Action:
    """One action as it stands.

    Args:
        raised: the alarm as it was when the action was opened.
        before: measured up to the day it was taken; `after` from that day on.
        reason: of the last change.
    """

    n: int
    signal: str
    port_code: str
    state: State
    owner: str
    due_on: date | None
    kind: ActionKind | None
    taken_on: date | None
    raised: Mapping[str, Any]
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    outcome: Outcome | None
    opened_by: str
    opened_at: str
    changed_by: str
    changed_at: str
    reason: str

    def document(self) -> dict[str, Any]:
        """The action as JSON values."""
        return {
            "action": self.n,
            "signal": self.signal,
            "port_code": self.port_code,
            "state": self.state.value,
            "owner": self.owner,
            "due_on": self.due_on and self.due_on.isoformat(),
            "kind": self.kind and self.kind.value,
            "taken_on": self.taken_on and self.taken_on.isoformat(),
            "raised": dict(self.raised),
            "before": self.before and dict(self.before),
            "after": self.after and dict(self.after),
            "outcome": self.outcome and self.outcome.value,
            "opened_by": self.opened_by,
            "opened_at": self.opened_at,
            "changed_by": self.changed_by,
            "changed_at": self.changed_at,
            "reason": self.reason,
        }


class PortActions:
    """The table of actions; each change writes its row of the trail in the caller's transaction."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def all(self) -> list[Action]:
        """Every action, oldest first."""
        return [_action(row) for row in self._connection.execute(f"{_SELECT} ORDER BY n")]

    def get(self, n: int) -> Action:
        """Action `n`.

        Raises:
            UnknownRecord: there is none.
        """
        row = self._connection.execute(f"{_SELECT} WHERE n = ?", (n,)).fetchone()
        if row is None:
            raise UnknownRecord(f"there is no action {n}; see: crosslane ports action list")
        return _action(row)

    def open(self, raised: Mapping[str, Any], owner: str, due_on: date | None, by: Author) -> Action:
        """Somebody owns an alarm.

        Args:
            raised: the alarm's document.

        Raises:
            SettingsError: nobody is named, no reason is given, or somebody owns it already.
        """
        signal = str(raised["signal"])
        if not owner.strip():
            raise SettingsError("--owner: name the person who will see to it")
        held = [action for action in self.all() if action.signal == signal and action.state is not State.CLOSED]
        if held:
            raise SettingsError(f"action {held[0].n} is at this alarm already; close it before another one is opened")
        values = (signal, raised["port_code"], owner.strip(), due_on and due_on.isoformat(), _json(raised))
        self._connection.execute(_OPEN, (*values, by.actor, by.at, by.reason))
        n = self._connection.last_insert_rowid()
        self._tell(n, "port action opened", by, {"signal": signal})
        return self.get(n)

    def take(self, n: int, kind: ActionKind, on: date, before: Mapping[str, Any], by: Author) -> Action:
        """Something was done on a day.

        Raises:
            SettingsError: the action is past that, or not open.
        """
        self._require(n, State.ASSIGNED)
        self._connection.execute(_TAKE, (n, kind.value, on.isoformat(), _json(before), by.actor, by.at, by.reason))
        self._tell(n, "port action taken", by, {"kind": kind.value, "on": on.isoformat()})
        return self.get(n)

    def measure(self, n: int, after: Mapping[str, Any], by: Author) -> Action:
        """What came of it is on record.

        Raises:
            SettingsError: nothing was done yet, or the action is closed.
        """
        self._require(n, State.TAKEN, State.MEASURED)
        self._connection.execute(_MEASURE, (n, _json(after), by.actor, by.at, by.reason))
        self._tell(n, "port action measured", by, {"from": after["from"], "to": after["to"]})
        return self.get(n)

    def close(self, n: int, outcome: Outcome, by: Author) -> Action:
        """The action is over.

        Raises:
            SettingsError: it was closed before, or called resolved without a measurement.
        """
        if outcome is Outcome.FALSE_ALARM:
            self._require(n, State.ASSIGNED, State.TAKEN, State.MEASURED)
        elif outcome is Outcome.RESOLVED:
            self._require(n, State.MEASURED)
        else:
            self._require(n, State.TAKEN, State.MEASURED)
        self._connection.execute(_CLOSE, (n, outcome.value, by.actor, by.at, by.reason))
        self._tell(n, "port action closed", by, {"outcome": outcome.value})
        return self.get(n)

    def _require(self, n: int, *states: State) -> None:
        state = self.get(n).state
        if state not in states:
            raise SettingsError(f"action {n} is {state}; this can be done while it is {' or '.join(states)}")

    def _tell(self, n: int, what: str, by: Author, detail: Mapping[str, Any]) -> None:
        Trail(self._connection).append(Step(by.actor, what, f"port action:{n}", by.reason, detail), by.at)


def _action(row: tuple[Any, ...]) -> Action:
    held = dict(zip(_COLUMNS, row, strict=True))
    for name, kind in (("state", State), ("kind", ActionKind), ("outcome", Outcome)):
        held[name] = held[name] and kind(held[name])
    for name in ("due_on", "taken_on"):
        held[name] = held[name] and date.fromisoformat(held[name])
    held["before"], held["after"] = (text and json.loads(text) for text in (held.pop("before_"), held.pop("after_")))
    return Action(**held | {"raised": json.loads(held["raised"])})


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, sort_keys=True)
