"""FAST against other trucks at the ports: the figures with their bases first, the picture second."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from markupsafe import Markup

from api.port_map import mapped_ports, port_name
from api.ports import Asked, ports_document
from api.web.site import render
from api.web.texts import Catalogue
from api.web.views.control_chart import control_chart, outside_of
from api.web.views.port_map import port_map
from api.web.views.port_marks import reading_text
from api.web.views.ports import forest
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
        map=port_map(mapped_ports(document), here.page.t),
        reading_text=reading_text,
        forest=forest(here.page.t, rows, document["all_ports"]),
        port_name=port_name,
        charts=_charts(here.page.t, document["all_ports"]),
        outside_of=outside_of,
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
        name=port_name(row),
        charts=_charts(here.page.t, row),
        outside_of=outside_of,
    )


def _charts(t: Catalogue, row: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any], Markup]]:
    """Each side that has a control chart: its name, the chart and the picture of it."""
    charts = [(side, row[side]["chart"]) for side in ("fast", "other") if row.get(side) and row[side]["chart"]]
    return [(side, chart, control_chart(chart, t(f"ports.side_{side}"), t)) for side, chart in charts]
