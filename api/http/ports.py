"""FAST against other trucks at each port of entry, and what is done about an alarm."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from api.also import Also
from api.http.idempotent import OnceDependency
from api.http.models.acts import MAX_NUMBER
from api.http.models.days import Day
from api.http.models.ports import (
    ActionList,
    ActionView,
    CloseAction,
    MeasureAction,
    OpenAction,
    PortsView,
    TakeAction,
)
from api.http.paging import CursorParameter, LimitParameter, page_of
from api.http.problems import documented
from api.http.service import CallerDependency, Service, ServiceDependency
from api.ports import Asked, Who, close_action, list_actions, measure_action, open_action, ports_document, take_action
from api.roles import Caller
from eligibility.ports.quarters import first_day
from eligibility.ports.rates import Interval

router = APIRouter(prefix="/api/v1/ports", tags=["ports"], responses=documented())
CREATED = 201
NumberParameter = Annotated[int, Path(ge=1, le=MAX_NUMBER, description="Number of the action.")]
Finding = Annotated[str, Query(max_length=60)]


@router.get("", response_model=PortsView)
def compare_ports(  # noqa: PLR0913, PLR0917 - one parameter each
    service: ServiceDependency,
    caller: CallerDependency,
    port: Annotated[str | None, Query(pattern="^[0-9]{4}$", description="One port's code.")] = None,
    since: Annotated[Day | None, Query(alias="from", description="First quarter, by a day of it.")] = None,
    until: Annotated[Day | None, Query(alias="to", description="Last day to look at.")] = None,
    finding: Annotated[list[Finding] | None, Query(max_length=20, description="Count these findings only.")] = None,
    interval: Annotated[Interval, Query(description="How intervals of rates are made.")] = Interval.WILSON,
) -> dict[str, Any]:
    """What random examinations find in FAST and in other trucks, port by port, with every alarm."""
    findings = frozenset(word.strip().lower() for word in finding or ())
    asked = Asked(port, first_day(since) if since else None, until, findings, interval)
    document = ports_document(service.workspace, asked)
    service.audit(caller, "ports", [None], f"{len(document['rows'])} ports")
    return document


@router.get("/actions", response_model=ActionList)
def list_port_actions(
    service: ServiceDependency, caller: CallerDependency, cursor: CursorParameter = None, limit: LimitParameter = 100
) -> dict[str, Any]:
    """Every action with its alarm, owner and state."""
    document = list_actions(service.workspace)
    page = page_of("port actions", document["rows"], lambda row: (row["action"],), (int,), cursor, limit)
    service.audit(caller, "ports action list", [None], f"{len(page['rows'])} actions")
    return document | page


@router.post("/actions", response_model=ActionView, status_code=CREATED)
def begin(
    asked: OpenAction, service: ServiceDependency, caller: CallerDependency, once: OnceDependency
) -> dict[str, Any]:
    """An alarm that the data raises has an owner."""

    def do(also: Also) -> dict[str, Any]:
        who = Who(caller.actor, asked.reason, also)
        return open_action(service.workspace, asked.signal, asked.owner, asked.due_on, who).document()

    return _told(service, caller, once(do, CREATED))


@router.post("/actions/{n}/take", response_model=ActionView)
def take(
    n: NumberParameter, asked: TakeAction, service: ServiceDependency, caller: CallerDependency, once: OnceDependency
) -> dict[str, Any]:
    """What was done is on record, with the measurement before it."""

    def do(also: Also) -> dict[str, Any]:
        who = Who(caller.actor, asked.reason, also)
        return take_action(service.workspace, n, asked.kind, asked.on, who).document()

    return _told(service, caller, once(do))


@router.post("/actions/{n}/measure", response_model=ActionView)
def measure(
    n: NumberParameter, asked: MeasureAction, service: ServiceDependency, caller: CallerDependency, once: OnceDependency
) -> dict[str, Any]:
    """What came of it was measured again."""

    def do(also: Also) -> dict[str, Any]:
        return measure_action(service.workspace, n, asked.until, Who(caller.actor, asked.reason, also)).document()

    return _told(service, caller, once(do))


@router.post("/actions/{n}/close", response_model=ActionView)
def close(
    n: NumberParameter, asked: CloseAction, service: ServiceDependency, caller: CallerDependency, once: OnceDependency
) -> dict[str, Any]:
    """The action is over; one that did not resolve its alarm leaves it on the page."""

    def do(also: Also) -> dict[str, Any]:
        return close_action(service.workspace, n, asked.outcome, Who(caller.actor, asked.reason, also)).document()

    return _told(service, caller, once(do))


def _told(service: Service, caller: Caller, document: dict[str, Any]) -> dict[str, Any]:
    service.audit(caller, "ports action", [None], f"action {document['action']} {document['state']}")
    return document
