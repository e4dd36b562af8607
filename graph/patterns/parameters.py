"""Parameters that several patterns have."""

from __future__ import annotations

from graph.patterns.question import Parameter, ParameterKind

HUB_PEOPLE = 60
"""People on a thing beyond which it ties nobody: as `limits.hub_degree` of the risk policy, and assumed like that."""

HUB = Parameter(
    "hub", ParameterKind.NUMBER, "a thing that more people share than this is a hub", HUB_PEOPLE, least=1, most=1_000
)
HUB_EDGES = Parameter(
    "hub",
    ParameterKind.NUMBER,
    "a node with more edges than this is a hub and not walked through",
    HUB_PEOPLE,
    least=1,
    most=1_000,
)
LIMIT = Parameter("limit", ParameterKind.NUMBER, "rows at most", 200, least=1, most=10_000)
SHOW = Parameter("show", ParameterKind.NUMBER, "people named in a row at most", 20, least=0, most=1_000)
POSSIBLE = Parameter(
    "possible",
    ParameterKind.FLAG,
    "walk through links that are only possible too, and mark what rests on one",
    default=False,
)
HOPS = Parameter("hops", ParameterKind.NUMBER, "edges walked at most", 6, least=1, most=8)
MAX_NODES = Parameter("max_nodes", ParameterKind.NUMBER, "nodes looked at, about", 10_000, least=1, most=100_000)
MAX_EDGES = Parameter("max_edges", ParameterKind.NUMBER, "edges read at most", 50_000, least=1, most=500_000)
