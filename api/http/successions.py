"""Carriers that may be another one reopened, and a person's word on them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from api.also import Also
from api.http.idempotent import OnceDependency
from api.http.models.acts import MAX_NUMBER, Because
from api.http.models.successions import RulingAnswer, RulingRequest, SuccessionPage
from api.http.paging import CursorParameter, LimitParameter, page_of
from api.http.problems import documented
from api.http.service import CallerDependency, Service, ServiceDependency
from api.progress import Silent
from api.projection import follow_up
from api.roles import Caller
from api.successions import list_successions, rule, undo_ruling

router = APIRouter(prefix="/api/v1/successions", tags=["successions"], responses=documented())
CREATED = 201
_UNWEIGHED = -1e9
"""Bits of a pair that a person ruled on and comparing does not find: the last of the list."""


@router.get("", response_model=SuccessionPage)
def list_pairs(
    service: ServiceDependency,
    caller: CallerDependency,
    everything: Annotated[  # noqa: FBT002 - a query parameter has a name
        bool, Query(alias="all", description="Likely ones and those that a person ruled on, too.")
    ] = False,
    cursor: CursorParameter = None,
    limit: LimitParameter = 50,
) -> dict[str, Any]:
    """What waits for a person, the likeliest first."""
    document = list_successions(service.workspace, with_settled=everything)
    page = page_of("successions", document["rows"], _place, (float, str, str), cursor, limit)
    service.audit(caller, "succession list", [None], f"{len(page['rows'])} pairs")
    return document | page


@router.post("/rulings", response_model=RulingAnswer, status_code=CREATED)
def rule_on(
    asked: RulingRequest, service: ServiceDependency, caller: CallerDependency, once: OnceDependency
) -> dict[str, Any]:
    """The word stands, and the graph and every score it moves follow at once."""

    def do(also: Also) -> dict[str, Any]:
        pair = (asked.older, asked.younger)
        return rule(service.workspace, *pair, asked.ruling, asked.reason, caller.actor, also)

    return _told(service, caller, f"succession {asked.ruling.value}", once(do, CREATED))


@router.delete("/rulings/{n}", response_model=RulingAnswer)
def take_back(
    n: Annotated[int, Path(ge=1, le=MAX_NUMBER, description="Number of the ruling.")],
    asked: Because,
    service: ServiceDependency,
    caller: CallerDependency,
    once: OnceDependency,
) -> dict[str, Any]:
    """The ruling no longer stands; it stays on record as taken back."""

    def do(also: Also) -> dict[str, Any]:
        return undo_ruling(service.workspace, n, caller.actor, asked.reason, also)

    return _told(service, caller, "succession undo", once(do))


def _told(service: Service, caller: Caller, action: str, document: dict[str, Any]) -> dict[str, Any]:
    """The graph's server has it too, where one follows."""
    service.audit(caller, action, [None], f"ruling {document['ruling']['n']}")
    return document | follow_up(service.workspace, service.store, Silent())


def _place(row: dict[str, Any]) -> tuple[float, str, str]:
    return -(row["bits"] if row["bits"] is not None else _UNWEIGHED), row["older"], row["younger"]
