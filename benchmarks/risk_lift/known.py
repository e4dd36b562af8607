"""The graph of a cut world, with the identities our own linkage found in it and with the true ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from api.intake import intake
from fixtures.world.layout import loads
from graph.project import ProjectedGraph, desired
from linkage.model import load_model
from linkage.pipeline import Change, Previous, resolve
from linkage.schema import FACTS, MEMBERSHIP, PERSON, SCORED_PAIR, Kind
from linkage.sources import ReadOptions, load_manifest

Facts = Mapping[Kind, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Identities:
    """Who is who.

    Args:
        name: found or true.
        memberships: frame MEMBERSHIP.
        possible: frame SCORED_PAIR, pairs across two identities that may be one.
    """

    name: str
    memberships: pl.DataFrame
    possible: pl.DataFrame


def read_facts(world: Path, day: date) -> Facts:
    """Every file of the world read and standardised as `crosslane load` does, current facts by kind."""
    found: dict[Kind, list[pl.DataFrame]] = {}
    for number, (path, source) in enumerate(loads(world)):
        taken = intake(path, load_manifest(source), ReadOptions(), (number, day))
        for kind, frame in taken.facts.items():
            found.setdefault(kind, []).append(frame.select(FACTS[kind].without("raw")))
    return {
        kind: pl.concat(frames).unique("key", keep="last", maintain_order=True).sort("key")
        for kind, frames in found.items()
    }


def find_identities(persons: pl.DataFrame) -> Identities:
    """The identities of one run from nothing with the shipped model; loads in any order end in the same ones."""
    nothing = Previous(MEMBERSHIP.empty(), SCORED_PAIR.empty(), frozenset())
    change = Change(frozenset(persons["key"]), PERSON.empty().drop("raw"))
    found = resolve(persons, change, nothing, load_model())
    return Identities("found", found.memberships, found.pairs)


def true_identities(persons: pl.DataFrame, truth: pl.DataFrame) -> Identities:
    """The identities the world was made of.

    Args:
        truth: frame record_key, entity.
    """
    held = persons.select(record_key="key").join(truth, on="record_key")
    memberships = held.select("record_key", identity_id="entity", confidence=pl.lit(1.0))
    return Identities("true", memberships, SCORED_PAIR.empty())


def graph_of(facts: Facts, identities: Identities) -> ProjectedGraph:
    """The graph that a workspace with these facts and identities would hold."""
    return ProjectedGraph(desired(facts, identities.memberships, identities.possible))
