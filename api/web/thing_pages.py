"""Pages of carriers, trucks, phones, homes and events; each driver that one names is audited first."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.http.models.acts import MAX_NUMBER
from api.things import PAGE, thing_document
from api.web.site import render
from api.web.visit import Number, PageRoute, VisitDependency

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/things/{number}")
def thing_page(
    number: Number, here: VisitDependency, offset: Annotated[int, Query(ge=0, le=MAX_NUMBER)] = 0
) -> Response:
    """Who used it, and when."""
    document = thing_document(here.service.workspace, number, offset, here.service.store)
    here.audit("thing page", [row["identity_id"] for row in document["enrolled"]] or [None], f"thing {number}")
    more = offset + PAGE if document["enrolled_total"] > offset + PAGE else None
    return render("thing.html", here.at("explore"), thing=document, more=more)
