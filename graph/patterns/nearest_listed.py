"""The shortest tie to a listed person: somebody with a derogatory record or an event of a given type."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import orjson
import polars as pl

from graph.neighbours import edges_at, places_of
from graph.patterns.names import names
from graph.patterns.parameters import HOPS, HUB_EDGES, MAX_EDGES, MAX_NODES, POSSIBLE
from graph.patterns.question import Asked, Cut, Found, Parameter, ParameterKind, Pattern, PatternGraph
from graph.patterns.reading import judged_events
from graph.patterns.steps import ROUTE_COLUMNS, reach_of, route_rows, walkable
from graph.policy import fold
from graph.routes import Ground, Place, Route, RouteList
from graph.schema import EdgeKind, NodeKind
from graph.store import Reach
from linkage.schema import FrameSchema

RECORD = "derogatory-record"
COLUMNS = FrameSchema(
    "nearest_listed",
    {"listed": pl.String, "listed_name": pl.String, "because": pl.List(pl.String), **ROUTE_COLUMNS},
)
_OVER = ("cleared", "lifted", "replaced", "expired")
"""Events that a later disposition or the passing of time ended list nobody."""


def find(reader: PatternGraph, asked: Asked) -> Found:
    """Rows of the nearest listed people, all at one distance, by id; each with its first route in order of places."""
    start = Place(NodeKind.IDENTITY, asked.person("person"))
    walk = _Walk(reader, asked)
    listed = walk.nearest(start)
    limit = asked.number("limit")
    routes = walk.routes(start, sorted(listed)[:limit])
    steps = {step for route in routes for step in pairwise(route)}
    rows = route_rows(routes, walk.ground.edges_along(steps), asked)
    called = dict(names(reader, NodeKind.IDENTITY, [route[-1].key for route in routes]).iter_rows())
    told = [
        {"listed": end.key, "listed_name": called.get(end.key), "because": listed[end.key], **row}
        for (*_, end), row in zip(routes, rows, strict=True)
    ]
    cuts = [*walk.cuts, *([Cut.LIMIT] if len(listed) > limit else [])]
    return Found(pl.DataFrame(told, schema=COLUMNS.columns, orient="row"), tuple(cuts))


@dataclass
class _Walk:
    """Looks around somebody, a layer at a time, until it meets listed people.

    Args:
        reader: the graph.
        asked: whom to look for and how far.
    """

    reader: PatternGraph
    asked: Asked
    ground: Ground = field(init=False)
    hops: int = 0
    cuts: list[Cut] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ground = Ground(walkable(self.reader, self.asked), reach_of(self.asked))

    def nearest(self, start: Place) -> dict[str, list[str]]:
        """Why they are listed, by identity, of those met first; a layer that would pass a limit is not begun."""
        self.ground.look_at([start])
        seen = frontier = {start} & self.ground.degree.keys()
        met_hub = False
        listed: dict[str, list[str]] = {}
        while frontier and not listed:
            if cut := self._reached(frontier):
                self.cuts.append(cut)
                break
            self.ground.walk(sorted(frontier))
            self.hops += 1
            new = {near for place in frontier for near in self.ground.around[place]} - seen
            seen = seen | new
            listed = _listed(self.reader, self.asked, [p.key for p in new if p.kind is NodeKind.IDENTITY])
            frontier = {place for place in new if not self.ground.is_hub(place)}
            met_hub |= len(frontier) < len(new)
        if met_hub:
            self.cuts.append(Cut.HUB)
        return listed

    def routes(self, start: Place, listed: list[str]) -> list[Route]:
        """The first route to each, but for those to whom putting one together takes too many steps."""
        ends = (Place(NodeKind.IDENTITY, person) for person in listed)
        firsts = [next(RouteList(self.ground, start, end).of_length(self.hops), None) for end in ends]
        if None in firsts:
            self.cuts.append(Cut.STEPS)
        return [route for route in firsts if route]

    def _reached(self, frontier: set[Place]) -> Cut | None:
        if self.hops >= self.asked.number("hops"):
            return Cut.HOPS
        if len(self.ground.degree) >= self.asked.number("max_nodes"):
            return Cut.NODES
        if self.ground.edges_read + self.ground.cost(frontier) > self.asked.number("max_edges"):
            return Cut.EDGES
        return None


def _listed(reader: PatternGraph, asked: Asked, people: list[str]) -> dict[str, list[str]]:
    """Why those of the people who are listed are."""
    if not people:
        return {}
    kinds = frozenset({EdgeKind.COMMITTED, EdgeKind.RECORD_OF})
    places = places_of((NodeKind.IDENTITY, person) for person in people)
    edges = edges_at(reader, places, Reach(kinds=kinds, as_of=asked.as_of))
    by = {fold(word) for word in asked.words("listed_by")}
    because: dict[str, list[str]] = {}
    if fold(RECORD) in by:
        records = edges.filter(
            pl.col("kind") == EdgeKind.RECORD_OF.value,
            pl.col("confidence") >= asked.policy.limits.review_threshold,
        )
        for record, person in _derogatory(reader, records):
            because.setdefault(person, []).append(f"derogatory record {record}")
    committed = edges.filter(pl.col("kind") == EdgeKind.COMMITTED.value)
    events = judged_events(committed, reader.nodes(NodeKind.EVENT, committed["dst"].unique().to_list()), asked)
    for event in events.filter(pl.col("confidence") >= asked.policy.limits.review_threshold).iter_rows(named=True):
        if event["standing"] not in _OVER and fold(event["event_type"] or "") in by:
            because.setdefault(event["person"], []).append(f"{event['event_type']} {event['day'].isoformat()}")
    return because


def _derogatory(reader: PatternGraph, records: pl.DataFrame) -> list[tuple[str, str]]:
    """Derogatory records with the people they are of, by record."""
    nodes = reader.nodes(NodeKind.RECORD, records["src"].unique().to_list())
    bad = {key for key, props in nodes.select("key", "props").iter_rows() if _is_derogatory(props)}
    pairs = records.select("src", "dst").unique().sort("src", "dst")
    return [(record, person) for record, person in pairs.iter_rows() if record in bad]


def _is_derogatory(props: str | None) -> bool:
    said = orjson.loads(props) if props else {}
    return isinstance(said, dict) and said.get("is_derogatory") is True


NEAREST_LISTED = Pattern(
    name="nearest-listed",
    title="Shortest tie to a listed person",
    question="Who is the nearest person with a derogatory record or an event of a given type, and over what?",
    beware=(
        "Contact with a listed person is weak evidence, and weaker with each step. Somebody is always the nearest. "
        "Events that were dismissed, replaced, lifted or have expired list nobody, but a derogatory record stays one "
        "whatever became of it: read it. Unknown is not clean."
    ),
    parameters=(
        Parameter("person", ParameterKind.PERSON, "where the look begins"),
        Parameter(
            "listed_by",
            ParameterKind.WORDS,
            f"what lists a person: {RECORD}, or types of events such as SEIZURE",
            (RECORD,),
        ),
        HOPS,
        HUB_EDGES,
        POSSIBLE,
        MAX_NODES,
        MAX_EDGES,
        Parameter("limit", ParameterKind.NUMBER, "people at most", 20, least=1, most=1_000),
    ),
    columns=COLUMNS,
    people=("listed", "people"),
    find=find,
)
