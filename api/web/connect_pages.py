"""What connects 2 to 50 drivers, and more of them where they come from a list."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.connect import MOST_OF_A_LIST, Between, connect
from api.web.site import render
from api.web.visit import PageRoute, VisitDependency

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/connect")
def connect_page(here: VisitDependency, people: Annotated[str, Query(max_length=12_000)] = "") -> Response:
    """Which things they share, those of most of them first."""
    named = people.split()
    if not named:
        return render("connect.html", here.at("explore"), found=None, people="")
    found = connect(here.service.workspace, Between(named, MOST_OF_A_LIST), here.service.store)
    shown = [driver["identity_id"] for driver in found["people"]]
    here.audit("connect page", shown)
    names = {driver["identity_id"]: driver["name"] for driver in found["people"]}
    return render("connect.html", here.at("explore"), found=found, people=" ".join(shown), names=names)
