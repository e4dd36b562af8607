"""Paths between two people, the shortest first, none through a hub."""

from __future__ import annotations

import polars as pl

from graph.paths import find_paths
from graph.patterns.parameters import HOPS, HUB_EDGES, MAX_EDGES, MAX_NODES, POSSIBLE
from graph.patterns.question import Asked, Cut, Found, Parameter, ParameterKind, Pattern, PatternGraph
from graph.patterns.steps import CUTS, ROUTE_COLUMNS, reach_of, route_rows, walkable
from graph.routes import Place, Search
from graph.schema import NodeKind
from linkage.schema import FrameSchema

COLUMNS = FrameSchema("paths", {"route": pl.Int64, **ROUTE_COLUMNS})


def find(reader: PatternGraph, asked: Asked) -> Found:
    """Rows by length, then by the kinds and keys along the route."""
    start, end = (Place(NodeKind.IDENTITY, asked.person(name)) for name in ("from", "to"))
    reach = reach_of(asked)
    search = Search(reach, asked.number("limit"), asked.number("max_edges"), asked.flag("longer"))
    found = find_paths(walkable(reader, asked), start, end, search)
    rows = route_rows(found.routes, found.edges, asked)
    numbered = [{"route": number, **row} for number, row in enumerate(rows, start=1)]
    cuts = [CUTS[cap] for cap in found.caps]
    if found.hubs.height:
        cuts.append(Cut.HUB)
    if not (rows or found.caps or found.unknown or found.is_exhausted):
        cuts.append(Cut.HOPS)
    return Found(pl.DataFrame(numbered, schema=COLUMNS.columns, orient="row"), tuple(cuts))


PATHS = Pattern(
    name="paths",
    title="Paths between two people",
    question="How are two people joined by trucks, carriers, phones, homes and events, by the fewest steps?",
    beware=(
        "Anybody is a few steps from anybody: a route through a second person says that they may have met, no more. "
        "That none is found within the limits does not say that there is none."
    ),
    parameters=(
        Parameter("from", ParameterKind.PERSON, "where routes start"),
        Parameter("to", ParameterKind.PERSON, "where they end"),
        HOPS,
        Parameter("longer", ParameterKind.FLAG, "longer routes too, not the shortest only", default=False),
        HUB_EDGES,
        POSSIBLE,
        MAX_NODES,
        MAX_EDGES,
        Parameter("limit", ParameterKind.NUMBER, "routes at most", 20, least=1, most=1_000),
    ),
    columns=COLUMNS,
    people=("people",),
    find=find,
)
