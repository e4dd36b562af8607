"""The audit as a page: who saw or changed what, and whether the trail is whole."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.web.site import render
from api.web.visit import FormDependency, PageRoute, Visit, VisitDependency
from eligibility.trail import Trail

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PAGE = 100


@router.get("/audit")
def audit_page(
    here: VisitDependency,
    identity_id: Annotated[str, Query(max_length=200)] = "",
    actor: Annotated[str, Query(max_length=100)] = "",
    shown: Annotated[int, Query(ge=1, le=10_000)] = PAGE,
) -> Response:
    """The newest first, of one identity or of one person where that is asked."""
    return _audit(here, {"identity_id": identity_id, "actor": actor}, shown, None)


@router.post("/audit/verify")
def verify(here: VisitDependency, _: FormDependency) -> Response:
    """The trail's chain of hashes is followed from its first row."""
    with here.service.workspace.reading() as connection:
        chain = Trail(connection).verify()
    here.audit("audit verify", [None], f"{len(chain)} faults")
    return _audit(here, {"identity_id": "", "actor": ""}, PAGE, chain)


def _audit(here: Visit, asked: dict[str, Any], shown: int, chain: list[str] | None) -> Response:
    here.audit("audit page", [None])
    found = here.service.log.entries(asked["identity_id"] or None, shown + 1)
    rows = [entry for entry in found if not asked["actor"] or entry.actor == asked["actor"]]
    more = f"?identity_id={asked['identity_id']}&actor={asked['actor']}&shown={shown + PAGE}"
    return render(
        "audit.html",
        here.at("audit"),
        rows=rows[:shown],
        asked=asked,
        chain=chain,
        next=more if len(found) > shown else None,
    )
