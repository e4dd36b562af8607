"""Judgements on two records, and taking them back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path

from api.also import Also
from api.decide import decide, people_of, undo
from api.http.idempotent import OnceDependency
from api.http.models.acts import MAX_NUMBER
from api.http.models.decisions import DecisionAnswer, DecisionRequest, UndoRequest
from api.http.problems import documented
from api.http.service import CallerDependency, Service, ServiceDependency
from api.progress import Silent
from api.projection import follow_up

router = APIRouter(prefix="/api/v1", tags=["decisions"], responses=documented())
CREATED = 201


@router.post("/decisions", response_model=DecisionAnswer, status_code=CREATED)
def judge(
    asked: DecisionRequest, service: ServiceDependency, caller: CallerDependency, once: OnceDependency
) -> dict[str, Any]:
    """Two records are one person, or two; identities, graph, scores and reviews follow at once."""

    def do(also: Also) -> dict[str, Any]:
        pair = (asked.a, asked.b, asked.judgement.value)
        return decide(service.workspace, *pair, asked.reason, caller.actor, asked.today, also)

    document = _followed(service, once(do, CREATED))
    service.audit(caller, asked.judgement.value, people_of(document) or [None], f"decision {document['decision']['n']}")
    return document


@router.delete("/decisions/{n}", response_model=DecisionAnswer)
def take_back(
    n: Annotated[int, Path(ge=1, le=MAX_NUMBER, description="Number of the decision.")],
    asked: UndoRequest,
    service: ServiceDependency,
    caller: CallerDependency,
    once: OnceDependency,
) -> dict[str, Any]:
    """The decision no longer stands; it stays on record as taken back."""

    def do(also: Also) -> dict[str, Any]:
        return undo(service.workspace, n, caller.actor, asked.today, asked.reason, also)

    document = _followed(service, once(do))
    service.audit(caller, "undo", people_of(document) or [None], f"decision {n}")
    return document


def _followed(service: Service, document: dict[str, Any]) -> dict[str, Any]:
    """The graph's server has it too, where one follows."""
    return document | follow_up(service.workspace, service.store, Silent())
