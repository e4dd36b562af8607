"""The two ways to a score, each giving plain rows by person, so that one test asks both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import pytest
from hypothesis import HealthCheck, settings

from graph.policy import RiskPolicy
from graph.risk import score_all, score_one
from graph.schema import NodeKind
from graph.testing.memory import MemoryStore
from graph.testing.strategies import AS_OF, PEOPLE
from graph.testing.worlds import Happening, Hold, World

FIGURES = ("own_points", "linked_points", "linked_with_possible", "score")
CLOSE = 1e-12

Graph = World | MemoryStore
Rows = Mapping[str, dict[str, Any]]

modest = settings(max_examples=16, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))


class Scores(Protocol):
    """A way to the scores of a graph."""

    def __call__(self, graph: Graph, policy: RiskPolicy, as_of: dt.date = AS_OF) -> Rows:
        """Rows of frame SCORE by person."""
        ...


def batch(graph: Graph, policy: RiskPolicy, as_of: dt.date = AS_OF) -> Rows:
    """Everybody at once."""
    frame = score_all(_store(graph), policy, as_of)
    return {row["identity_id"]: row for row in frame.iter_rows(named=True)}


def one_by_one(graph: Graph, policy: RiskPolicy, as_of: dt.date = AS_OF) -> Rows:
    """Each person from what lies around them alone, when asked for; walking through the rows gives one of them."""
    return _EachAlone(_store(graph), policy, as_of)


both = pytest.mark.parametrize("scores", [batch, one_by_one], ids=["batch", "one"])
"""A test of the batch kernel and of the per-driver path."""


@dataclass(frozen=True, slots=True)
class _EachAlone(Mapping[str, dict[str, Any]]):
    store: MemoryStore
    policy: RiskPolicy
    as_of: dt.date

    def __getitem__(self, person: str) -> dict[str, Any]:
        if not self.store.nodes(NodeKind.IDENTITY, [person]).height:
            raise KeyError(person)
        return score_one(self.store, self.policy, person, self.as_of).row(0, named=True)

    def __iter__(self) -> Iterator[str]:
        people = self.store.nodes(NodeKind.IDENTITY)["key"].to_list()
        yield people[self.store.held.edges.height % len(people)]

    def __len__(self) -> int:
        return 1


def incident_of(event: Happening) -> str:
    """The incident an event belongs to: its own where none is named."""
    return event.incident or event.event


def with_everybody(world: World) -> World:
    """Everybody is there from the start, so that a change adds and removes no person."""
    return world.adding(*(Hold(person, "phone", f"own-{person}") for person in PEOPLE))


def known(world: World, day: dt.date) -> World:
    """What of the world was known, and had happened, by the day."""
    holds = tuple(hold for hold in world.holds if hold.known_on <= day)
    events = tuple(e for e in world.events if e.known_on <= day and (e.day or e.known_on) <= day)
    return replace(world, holds=holds, events=events)


def _store(graph: Graph) -> MemoryStore:
    return graph.to_store() if isinstance(graph, World) else graph
