"""Gaps in coverage put to partner countries, their answers taken in, late ones chased."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from api.also import Also
from api.exchange import Act, Ask, chase, export, request_gaps
from api.exchange_list import list_requests
from api.exchange_rows import take_rows
from api.http.idempotent import OnceDependency
from api.http.models.days import DayParameter
from api.http.models.exchange import AskPartner, Chase, ExportPackets, RequestList, RequestPage, TakeAnswers, Taken
from api.http.paging import CursorParameter, LimitParameter, page_of
from api.http.problems import documented
from api.http.service import CallerDependency, Service, ServiceDependency
from api.roles import Caller
from eligibility.exchange import State
from eligibility.exchange_packets import PacketFile

router = APIRouter(prefix="/api/v1/exchange", tags=["exchange"], responses=documented())
CREATED = 201


@router.get("", response_model=RequestPage)
def list_exchange(  # noqa: PLR0913, PLR0917 - one parameter each
    service: ServiceDependency,
    caller: CallerDependency,
    state: Annotated[State | None, Query(description="In one state.")] = None,
    as_of: DayParameter = None,
    cursor: CursorParameter = None,
    limit: LimitParameter = 100,
) -> dict[str, Any]:
    """Requests to partners and how each stands, with the answers to them that were set aside."""
    document = list_requests(service.workspace, as_of, state)
    page = page_of("exchange", document["rows"], lambda row: (row["request_id"],), (str,), cursor, limit)
    shown = {row["request_id"] for row in page["rows"]}
    aside = [row for row in document["set_aside"] if row["request_id"] in shown]
    return _told(service, caller, "exchange list", document | page | {"set_aside": aside})


@router.post("/requests", response_model=RequestList, status_code=CREATED)
def ask_partner(
    asked: AskPartner, service: ServiceDependency, caller: CallerDependency, once: OnceDependency
) -> dict[str, Any]:
    """Gaps of enrolled drivers are put to a partner, the oldest first, each with its packet."""
    ask = Ask(asked.partner, asked.record_type, asked.driver, asked.limit)

    def do(also: Also) -> dict[str, Any]:
        return request_gaps(service.workspace, ask, Act(caller.actor, asked.reason, asked.today, also))

    return _told(service, caller, "exchange request", _listed(service, once(do, CREATED)))


@router.post("/chases", response_model=RequestList)
def chase_partner(
    asked: Chase, service: ServiceDependency, caller: CallerDependency, once: OnceDependency
) -> dict[str, Any]:
    """Overdue requests are due again on a later day."""

    def do(also: Also) -> dict[str, Any]:
        return chase(service.workspace, Act(caller.actor, asked.reason, asked.today, also), asked.partner)

    return _told(service, caller, "exchange chase", _listed(service, once(do)))


# In full: a partner finds nobody by a masked number. Like unmasking, it takes a reason, which the trail keeps.
@router.post("/packets", response_model=PacketFile, response_class=JSONResponse)
def export_packets(asked: ExportPackets, service: ServiceDependency, caller: CallerDependency) -> Any:
    """The packets of requests, and that they were told to the partner is on record."""
    act = Act(caller.actor, asked.reason, asked.today)
    packets, rows = export(service.workspace, act, asked.partner, asked.request_ids)
    people = dict.fromkeys(row["identity_id"] for row in rows)
    service.audit(caller, "exchange export", people or [None], f"to {asked.partner}")
    return packets


@router.post("/answers", response_model=Taken)
def answer(asked: TakeAnswers, service: ServiceDependency, caller: CallerDependency) -> dict[str, Any]:
    """A partner's answers are taken in; the same ones again bring nothing, so that no key is needed."""
    rows = [row.model_dump() for row in asked.answers]
    document = take_rows(service.workspace, rows, Act(caller.actor, asked.reason, asked.today))
    return _told(service, caller, "exchange answer", document)


def _listed(service: Service, document: dict[str, Any]) -> dict[str, Any]:
    """The requests as they stand now, where a write that was done before tells their ids only."""
    if "rows" in document:
        return document
    more = {name: value for name, value in document.items() if name != "request_ids"}
    return list_requests(service.workspace, only=document["request_ids"]) | more


def _told(service: Service, caller: Caller, action: str, document: dict[str, Any]) -> dict[str, Any]:
    people = dict.fromkeys(row["identity_id"] for row in document["rows"])
    service.audit(caller, action, people or [None], f"{len(document['rows'])} requests")
    return document
