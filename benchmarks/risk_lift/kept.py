"""Worlds that were made, cut and resolved once, kept on disk: another policy then only has to score.

They know nothing of later changes to the world, the linkage or the graph: after such a one, take another folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from benchmarks.risk_lift.cut import Outcomes, make_world
from benchmarks.risk_lift.known import Identities, find_identities, graph_of, read_facts, true_identities
from graph.project import ProjectedGraph
from graph.schema import Projection
from linkage.schema import Kind

_DAY = "day.txt"  # written last: a folder that has it is whole


@dataclass(frozen=True, slots=True)
class World:
    """A world as known on the day it was cut.

    Args:
        seed: of the world.
        day: of the cut.
        persons: frame key: person records known then.
        outcomes: what happened later.
        found: identities as our own linkage found them; `true` as they are.
        graphs: what a workspace would hold with either, in that order.
    """

    seed: int
    day: date
    persons: pl.DataFrame
    outcomes: Outcomes
    found: Identities
    true: Identities
    graphs: tuple[ProjectedGraph, ProjectedGraph]


def kept_world(people: int, seed: int, keep: Path) -> World:
    """The world, read from under `keep` if it is there, else made and written."""
    folder = keep / f"{people}-{seed}"
    if not (folder / _DAY).exists():
        folder.mkdir(parents=True, exist_ok=True)
        _make(people, seed, folder)
    return _read(seed, folder)


def _make(people: int, seed: int, folder: Path) -> None:
    with TemporaryDirectory() as scratch:
        known, day, outcomes = make_world(people, seed, Path(scratch))
        facts = read_facts(known, day)
    persons = facts[Kind.PERSON]
    found, true = find_identities(persons), true_identities(persons, outcomes.persons)
    for identities in (found, true):
        held = graph_of(facts, identities).held
        held.nodes.write_parquet(folder / f"nodes_{identities.name}.parquet")
        held.edges.write_parquet(folder / f"edges_{identities.name}.parquet")
    found.memberships.write_parquet(folder / "memberships.parquet")
    found.possible.write_parquet(folder / "possible.parquet")
    persons.select("key").write_parquet(folder / "persons.parquet")
    outcomes.persons.write_parquet(folder / "truth.parquet")
    for name, entities in (("caught", outcomes.caught), ("members", outcomes.members)):
        pl.DataFrame({"entity": sorted(entities)}, schema={"entity": pl.String}).write_parquet(
            folder / f"{name}.parquet"
        )
    (folder / _DAY).write_text(day.isoformat(), "utf-8")


def _read(seed: int, folder: Path) -> World:
    def frame(name: str) -> pl.DataFrame:
        return pl.read_parquet(folder / f"{name}.parquet")

    def graph(name: str) -> ProjectedGraph:
        return ProjectedGraph(Projection(frame(f"nodes_{name}"), frame(f"edges_{name}")))

    caught, members = (frozenset(frame(name)["entity"]) for name in ("caught", "members"))
    outcomes = Outcomes(frame("truth"), caught, members)
    persons = frame("persons")
    return World(
        seed=seed,
        day=date.fromisoformat((folder / _DAY).read_text("utf-8")),
        persons=persons,
        outcomes=outcomes,
        found=Identities("found", frame("memberships"), frame("possible")),
        true=true_identities(persons, outcomes.persons),
        graphs=(graph("found"), graph("true")),
    )
