"""Judgements on two records, and taking them back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse

from api.also import Also
from api.decide import decide, people_of, undo
from api.http.idempotent import OnceDependency
from api.http.jobs import limits_of
from api.http.models.acts import MAX_NUMBER
from api.http.models.decisions import DecisionAnswer, DecisionRequest, UndoRequest
from api.http.models.loads import JobView
from api.http.problems import documented
from api.http.service import CallerDependency, Service, ServiceDependency
from api.jobs.acceptance import accept_judgement
from api.jobs.document import job_document
from api.jobs.states import JobKind
from api.kept_answers import Kept
from api.progress import Silent
from api.projection import follow_up
from api.roles import Caller

_LATER: dict[int | str, dict[str, Any]] = {
    202: {"model": JobView, "description": "A long load runs: taken on, and done in its turn. See Location."}
}
router = APIRouter(prefix="/api/v1", tags=["decisions"], responses=documented() | _LATER)
CREATED = 201
ACCEPTED = 202


@router.post("/decisions", response_model=DecisionAnswer, status_code=CREATED)
def judge(
    asked: DecisionRequest,
    request: Request,
    service: ServiceDependency,
    caller: CallerDependency,
    once: OnceDependency,
) -> Any:
    """Two records are one person, or two; identities, graph, scores and reviews follow at once."""

    def do(also: Also) -> dict[str, Any]:
        pair, wait_s = (asked.a, asked.b, asked.judgement.value), limits_of(request).wait_s
        return decide(service.workspace, *pair, asked.reason, caller.actor, asked.today, also, wait_s)

    def later(also: Also) -> dict[str, Any]:
        words = asked.model_dump(mode="json")
        return job_document(accept_judgement(service.workspace, JobKind.DECISION, words, caller.actor, also))

    return _answer(service, caller, asked.judgement.value, once.now_or_later(do, CREATED, later))


@router.delete("/decisions/{n}", response_model=DecisionAnswer)
def take_back(  # noqa: PLR0913, PLR0917 - one parameter each
    n: Annotated[int, Path(ge=1, le=MAX_NUMBER, description="Number of the decision.")],
    asked: UndoRequest,
    request: Request,
    service: ServiceDependency,
    caller: CallerDependency,
    once: OnceDependency,
) -> Any:
    """The decision no longer stands; it stays on record as taken back."""

    def do(also: Also) -> dict[str, Any]:
        wait_s = limits_of(request).wait_s
        return undo(service.workspace, n, caller.actor, asked.today, asked.reason, also, wait_s)

    def later(also: Also) -> dict[str, Any]:
        words = asked.model_dump(mode="json") | {"n": n}
        return job_document(accept_judgement(service.workspace, JobKind.UNDO, words, caller.actor, also))

    return _answer(service, caller, "undo", once.now_or_later(do, 200, later))


def _answer(service: Service, caller: Caller, action: str, kept: Kept) -> Any:
    document = kept.document
    if kept.status == ACCEPTED:
        service.audit(caller, f"{action} accepted", [None], f"job {document['job_id']}")
        place = {"Location": f"/api/v1/decisions/jobs/{document['job_id']}"}
        return JSONResponse(JobView.model_validate(document).model_dump(mode="json"), ACCEPTED, place)
    told = document | follow_up(service.workspace, service.store, Silent())
    service.audit(caller, action, people_of(told) or [None], f"decision {told['decision']['n']}")
    return told
