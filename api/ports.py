"""The `ports` document, and what people do about its alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from statistics import median
from typing import Any

import apsw
import polars as pl

from api.also import Also, nothing
from api.general_graph import cleared_events
from eligibility.ports.actions import Action, ActionKind, Author, Outcome, PortActions, State
from eligibility.ports.cells import Counted, between, count_cells
from eligibility.ports.comparison import compare_all, compare_ports, same_over
from eligibility.ports.displacement import People, days_to_seizure, displacement
from eligibility.ports.quarters import quarter_name
from eligibility.ports.rates import Interval
from eligibility.ports.remeasure import Period, measure, remeasure, up_to
from eligibility.ports.rules import RULES
from eligibility.ports.signals import Signal, find_signals
from eligibility.ports.standing import standing_signals
from eligibility.ports.volume import volumes
from linkage.errors import SettingsError
from linkage.ledger import Workspace
from linkage.schema import PORT_VOLUME, Kind

_COLUMNS = ("date", "port_code", "is_fast", "exam", "result", "is_laden", "commodity")
_NO_TRAFFIC = {"port_name": None, "border": None}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the measurement is wanted.

    Args:
        port: one port's code; None = all.
        since: quarters that begin on this day or later; None = all. `until` likewise, and nothing later is known.
        findings: kinds of result that count, in lower case; empty = all.
        interval: of proportions.
    """

    port: str | None = None
    since: date | None = None
    until: date | None = None
    findings: frozenset[str] = frozenset()
    interval: Interval = Interval.WILSON


@dataclass(frozen=True, slots=True)
class Who:
    """Who says that something was done.

    Args:
        actor: the person.
        reason: why, in words that others can check.
        also: what else is written with it.
    """

    actor: str
    reason: str
    also: Also = nothing

    def told(self, connection: apsw.Connection, action: Action) -> Action:
        """The action itself, once whatever else is to be written with it is."""
        self.also(connection, action.document())
        return action

    def author(self) -> Author:
        """The same for the tables, now."""
        return Author(self.actor, _now(), self.reason)


def ports_document(workspace: Workspace, asked: Asked) -> dict[str, Any]:
    """FAST against other trucks at every port, what stands out, and what was done about it.

    Raises:
        SettingsError: the port is not in the data, or the period is empty.
    """
    crossings = _crossings(workspace, asked.until)
    counted = count_cells(crossings, asked.findings)
    traffic = volumes(workspace.facts(Kind.PORT_VOLUME, PORT_VOLUME.without("raw")), crossings)
    known = set(traffic["port_code"])
    if asked.port is not None and asked.port not in known:
        raise SettingsError("--port: nothing is known of this port; codes have four digits, such as 0901")
    shown = between(counted.cells, asked.since, asked.until)
    compared = {port: found.document() for port, found in compare_ports(shown, asked.interval).items()}
    rows = [
        {"port_code": port} | _named(held) | (compared.get(port) or {"verdict": None})
        for held in traffic.iter_rows(named=True)
        if (port := held["port_code"]) == (asked.port or port)
    ]
    rows.sort(key=lambda row: (-_crossed(row), -(row["volume"]["trucks"] or 0), row["port_code"]))
    return {
        "as_of": counted.last_day and counted.last_day.isoformat(),
        "exam": "random",
        "interval": asked.interval.value,
        "findings": sorted(asked.findings),
        "quarters": [quarter_name(day) for day in shown["quarter"].unique().sort()],
        "rows": rows,
        "all_ports": compare_all(shown, asked.interval).document(),
        "homogeneity": [test.document() for test in same_over(shown)],
        "left_out": counted.left_out,
        "displacement": _displacement(workspace, counted.last_day),
    } | _alarms(workspace, counted, asked)


def list_actions(workspace: Workspace) -> dict[str, Any]:
    """Every action, oldest first."""
    with workspace.reading() as connection:
        return {"rows": [action.document() for action in PortActions(connection).all()], "as_of": _now()[:10]}


def open_action(workspace: Workspace, signal: str, owner: str, due_on: date | None, who: Who) -> Action:
    """Somebody owns an alarm that the data raises.

    Args:
        who: says so.

    Raises:
        SettingsError: the data raises no such alarm, or the action cannot be opened.
    """

    def look() -> dict[str, Signal]:
        return {one.key: one for one in _signals(count_cells(_crossings(workspace, None)))}

    with workspace.considered(look) as (connection, found):
        if signal not in found:
            raise SettingsError("the data raises no such alarm; see: crosslane ports")
        return who.told(connection, PortActions(connection).open(found[signal].document(), owner, due_on, who.author()))


def take_action(workspace: Workspace, n: int, kind: ActionKind, on: date, who: Who) -> Action:
    """Something was done at the port; the measurement up to then is kept.

    Raises:
        SettingsError: the action cannot be taken now.
    """

    def look() -> dict[str, Any]:
        with workspace.reading() as connection:
            action = PortActions(connection).get(n)
        return measure(_crossings(workspace, None), action.port_code, _before(action, on))

    with workspace.considered(look) as (connection, before):
        return who.told(connection, PortActions(connection).take(n, kind, on, before, who.author()))


def measure_action(workspace: Workspace, n: int, until: date | None, who: Who) -> Action:
    """What came of an action by a day, the newest one of the data by default.

    Raises:
        SettingsError: nothing was done yet, or the data holds no day after it.
    """

    def look() -> dict[str, Any]:
        with workspace.reading() as connection:
            action = PortActions(connection).get(n)
        if action.taken_on is None:
            raise SettingsError(f"action {n} is {action.state}; say what was done first: crosslane ports action take")
        crossings = _crossings(workspace, until)
        last = crossings["date"].max()
        end = until or (last if isinstance(last, date) else action.taken_on)
        if end < action.taken_on or not isinstance(last, date) or last < action.taken_on:
            raise SettingsError(f"no crossing is known from {action.taken_on} on; load newer ones first")
        before, after = _before(action, action.taken_on), Period(action.taken_on, end)
        return remeasure(crossings, action.port_code, before, after)

    with workspace.considered(look) as (connection, found):
        return who.told(connection, PortActions(connection).measure(n, found, who.author()))


def close_action(workspace: Workspace, n: int, outcome: Outcome, who: Who) -> Action:
    """An action is over.

    Raises:
        SettingsError: it cannot be closed so now.
    """
    with workspace.transaction() as connection:
        return who.told(connection, PortActions(connection).close(n, outcome, who.author()))


def _crossings(workspace: Workspace, until: date | None) -> pl.DataFrame:
    facts = workspace.facts(Kind.CROSSING, _COLUMNS)
    return facts if until is None else facts.filter(pl.col("date").is_null() | (pl.col("date") <= until))


def _signals(counted: Counted, until: date | None = None) -> list[Signal]:
    last = until or counted.last_day
    return find_signals(counted.cells, last) if last else []


def _alarms(workspace: Workspace, counted: Counted, asked: Asked) -> dict[str, Any]:
    with workspace.reading() as connection:
        actions = PortActions(connection).all()
    found = _signals(counted, asked.until)
    raised = {signal.key for signal in found}
    listed = [action.document() | {"is_raised": action.signal in raised} for action in actions]
    return {
        "signals": [row for row in standing_signals(found, actions) if asked.port in {None, row["port_code"]}],
        "actions": [row for row in listed if asked.port in {None, row["port_code"]}],
        "open_actions": sum(action.state is not State.CLOSED for action in actions),
        "false_discoveries": RULES.false_discoveries,
    }


def _displacement(workspace: Workspace, until: date | None) -> dict[str, Any] | None:
    """Seizures of members by year; None without a crossing, whose newest day is the day all is told for."""
    if until is None:
        return None
    events = workspace.facts(Kind.EVENT, ("key", "record_key", "incident_id", "event_type", "event_date"))
    with workspace.reading() as connection:
        hidden = cleared_events(workspace, connection)
    events = events.filter(~pl.col("key").is_in(sorted(hidden)))
    enrolments = workspace.facts(Kind.ENROLMENT, ("record_key", "enrolled_on", "expires_on"))
    people = People(events, enrolments, workspace.memberships(), until)
    days = days_to_seizure(people)
    return {
        "years": [year.document() for year in displacement(people)],
        "members_seized": len(days),
        "median_days_to_seizure": median(days) if days else None,
    }


def _named(held: Mapping[str, Any]) -> dict[str, Any]:
    figures: Sequence[str] = [name for name in held if name not in {"port_code", *_NO_TRAFFIC}]
    return {name: held[name] for name in _NO_TRAFFIC} | {"volume": {name: held[name] for name in figures}}


def _crossed(row: Mapping[str, Any]) -> int:
    return sum(row[side]["crossings"] for side in ("fast", "other") if side in row)


def _before(action: Action, taken_on: date) -> Period:
    return up_to(taken_on, date.fromisoformat(action.raised["from"]))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
