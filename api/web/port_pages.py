"""FAST against other trucks at the ports: the figures with their bases first, the picture second."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.ports import Asked, ports_document
from api.web.site import render
from api.web.views.ports import chart_data, forest
from api.web.visit import PageRoute, VisitDependency

router = APIRouter(route_class=PageRoute, include_in_schema=False)
FIRST = 25


@router.get("/ports")
def ports_page(here: VisitDependency, everything: Annotated[str, Query(alias="all", max_length=1)] = "") -> Response:
    """All ports."""
    document = ports_document(here.service.workspace, Asked())
    here.audit("ports page", [None])
    rows = document["rows"] if everything else document["rows"][:FIRST]
    return render(
        "ports.html",
        here.at("ports"),
        document=document,
        rows=rows,
        all=document["all_ports"],
        cut=len(rows) < len(document["rows"]),
        forest=forest(here.page.t, rows, document["all_ports"]),
    )


@router.get("/ports/{port}")
def port_page(port: str, here: VisitDependency) -> Response:
    """One port, quarter by quarter."""
    document = ports_document(here.service.workspace, Asked(port))
    here.audit("port page", [None], f"port {port}" if port.isdigit() else None)
    row = document["rows"][0]
    return render(
        "port.html",
        here.at("ports"),
        row=row,
        document=document,
        charts=[(side, chart_data(here.page.t, row[side]["chart"])) for side in ("fast", "other") if row.get(side)],
    )
