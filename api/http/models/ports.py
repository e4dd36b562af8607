"""Requests and answers about ports of entry; no person is in them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from api.http.models.acts import Because, NameText
from api.http.models.days import Day
from eligibility.ports.actions import ActionKind, Outcome


class PortRow(BaseModel):
    """One port: its traffic, and FAST against other trucks in random examinations."""

    model_config = ConfigDict(extra="allow")

    port_code: str
    port_name: str | None
    border: str | None
    volume: dict[str, Any]
    verdict: str | None


class ActionView(BaseModel):
    """What is done about an alarm."""

    model_config = ConfigDict(extra="allow")

    action: int
    signal: str
    port_code: str
    state: str
    owner: str
    outcome: str | None
    changed_by: str
    changed_at: str
    reason: str


class PortsView(BaseModel):
    """FAST against other trucks at every port, what stands out, and what was done about it."""

    model_config = ConfigDict(extra="allow")

    as_of: str | None
    rows: list[PortRow]
    signals: list[dict[str, Any]]
    actions: list[ActionView]
    open_actions: int
    quarters: list[str]


class ActionList(BaseModel):
    """Actions, the oldest first; follow `next_cursor` until it is null."""

    rows: list[ActionView]
    next_cursor: str | None
    total: int
    as_of: str


class OpenAction(Because):
    """An alarm gets an owner."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"signal": "2506:fast-above-other:2026Q1", "owner": "ana", "reason": "first seen in May"}]
        }
    )

    signal: Annotated[str, Field(min_length=1, max_length=200)]
    owner: NameText
    due_on: Day | None = None


class TakeAction(Because):
    """What was done, and the day from which it holds."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"kind": "raise-random-rate", "on": "2026-04-01", "reason": "twice as many random exams"}]
        }
    )

    kind: ActionKind
    on: Day


class MeasureAction(Because):
    """Measure again after what was done."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "a quarter has gone by"}]})

    until: Day | None = None


class CloseAction(Because):
    """How an action ended."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"outcome": "resolved", "reason": "rates agree again"}]})

    outcome: Outcome
