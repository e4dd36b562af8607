"""What connects 2 to 50 drivers, and more of them where they come from a list."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.around import between
from api.connect import MOST_OF_A_LIST, Between, connect
from api.joined import ROWS, STEPS
from api.web.site import render
from api.web.views.routes import people_on, routes_told
from api.web.visit import PageRoute, Visit, VisitDependency
from graph.paths import Search
from graph.store import Reach

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PAIR = 2


@router.get("/connect")
def connect_page(here: VisitDependency, people: Annotated[str, Query(max_length=12_000)] = "") -> Response:
    """Which things they share, those of most of them first."""
    named = people.split()
    if not named:
        return render("connect.html", here.at("explore"), found=None, people="")
    found = connect(here.service.workspace, Between(named, MOST_OF_A_LIST), here.service.store)
    shown = [driver["identity_id"] for driver in found["people"]]
    routes = _routes(here, shown)
    here.audit("connect page", list(dict.fromkeys([*shown, *people_on(routes or [])])))
    names = {driver["identity_id"]: driver["name"] for driver in found["people"]}
    return render(
        "connect.html", here.at("explore"), found=found, people=" ".join(shown), names=names, routes=routes, steps=STEPS
    )


def _routes(here: Visit, people: list[str]) -> list[list[dict[str, Any]]] | None:
    """The shortest routes between two drivers, none through a hub; None where more are asked about."""
    if len(people) != PAIR:
        return None
    search = Search(Reach(hops=STEPS, max_nodes=10_000), max_routes=ROWS)
    return routes_told(between(here.service.workspace, (people[0], people[1]), search, here.service.store))
