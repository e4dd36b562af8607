"""What lies around a driver, and between two."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.around import around, between, people_around
from api.http.models.days import DayParameter
from api.http.models.graph import Around, PathsView
from api.http.problems import documented
from api.http.scores import DriverParameter
from api.http.service import CallerDependency, ServiceDependency
from graph.paths import Search
from graph.patterns.steps import WALKED
from graph.schema import EdgeKind
from graph.store import WALKED_KINDS, Reach

router = APIRouter(prefix="/api/v1", tags=["graph"], responses=documented())
MAX_NODES = 500
KindsParameter = Annotated[
    list[EdgeKind] | None, Query(max_length=len(EdgeKind), description="Kinds of edges to walk; the usual by default.")
]
ReferenceParameter = Annotated[
    str, Query(min_length=1, max_length=1000, description="Identity id, former id or source/record_id.")
]


@router.get("/drivers/{identity_id:path}/graph", response_model=Around)
def look_around(  # noqa: PLR0913, PLR0917 - one parameter each
    identity_id: DriverParameter,
    service: ServiceDependency,
    caller: CallerDependency,
    hops: Annotated[int, Query(ge=0, le=6, description="Edges walked from the driver.")] = 2,
    limit: Annotated[int, Query(ge=1, le=MAX_NODES, description="Nodes at most.")] = 150,
    kind: KindsParameter = None,
    as_of: DayParameter = None,
) -> dict[str, Any]:
    """Nodes and edges around a driver, nearest first; hubs are shown and not walked through."""
    reach = Reach(hops, frozenset(kind) if kind else WALKED_KINDS, limit, as_of=as_of)
    document = around(service.workspace, identity_id, reach, service.store)
    service.audit(caller, "graph", people_around(service.workspace, document), f"{hops} hops")
    return document


@router.get("/paths", response_model=PathsView)
def find_routes(  # noqa: PLR0913, PLR0917 - one parameter each
    service: ServiceDependency,
    caller: CallerDependency,
    start: Annotated[ReferenceParameter, Query(alias="from")],
    end: Annotated[ReferenceParameter, Query(alias="to")],
    hops: Annotated[int, Query(ge=1, le=8, description="Edges of a route at most.")] = 6,
    limit: Annotated[int, Query(ge=1, le=200, description="Routes at most.")] = 20,
    kind: KindsParameter = None,
    as_of: DayParameter = None,
) -> dict[str, Any]:
    """The shortest routes between two drivers; none goes through a hub."""
    walked = frozenset(kind) if kind else WALKED  # a possible link, a source or a port joins nobody unasked
    reach = replace(Search().reach, hops=hops, kinds=walked, as_of=as_of)
    document = between(service.workspace, (start, end), Search(reach, max_routes=limit), service.store)
    service.audit(caller, "paths", people_around(service.workspace, document))
    return document
