"""Drivers put beside the one that the explorer began at: found by what is typed, added, and joined to each other."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.connect import MOST
from api.explore import people_of, start_at
from api.explore.picture import node_id
from api.joined import Joining, Way, joined
from api.search import Query
from api.web.explore_pages import Ids, Key, told, veils_of
from api.web.search_pages import found_by
from api.web.visit import FormDependency, PageRoute, VisitDependency
from graph.schema import NodeKind

router = APIRouter(route_class=PageRoute, include_in_schema=False)
HITS = 8


class Typed(BaseModel):
    """What is looked for."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=400)]


class Added(BaseModel):
    """The driver to be added to what is shown."""

    model_config = ConfigDict(extra="forbid")

    key: Key
    shown: Ids = []


class Asked(BaseModel):
    """Who is to be joined, and by what."""

    model_config = ConfigDict(extra="forbid")

    way: Way
    people: Annotated[list[Key], Field(max_length=MOST)]
    shown: Ids = []
    let_in: Ids = []


@router.post("/explore/find")
def find_driver(typed: Typed, here: VisitDependency, _: FormDependency) -> dict[str, Any]:
    """The drivers that fit best, to choose one from."""
    found = found_by(here, Query(text=typed.text.strip()), HITS)
    if found is None:
        return {"hits": [], "total": 0}
    hits = [
        {
            "id": node_id(NodeKind.IDENTITY, driver.identity_id),
            "key": driver.identity_id,
            "label": driver.name,
            "birth_date": driver.birth_date,
            "countries": driver.countries,
        }
        for driver in (hit.driver for hit in found.hits)
    ]
    return {"hits": hits, "total": found.total}


@router.post("/explore/add")
def add_driver(added: Added, here: VisitDependency, _: FormDependency) -> dict[str, Any]:
    """The driver and what is strongest around, with every tie to what is shown."""
    veils = veils_of(here)
    shown = frozenset(veils.things(added.shown))
    document = start_at(here.service.workspace, added.key, None, here.service.store, shown)
    here.audit("explorer focus", list(dict.fromkeys([document["focus"].partition(":")[2], *people_of(document)])))
    return told(here, document, shown)


@router.post("/explore/join")
def join_drivers(asked: Asked, here: VisitDependency, _: FormDependency) -> dict[str, Any]:
    """Routes between two drivers, or what several share."""
    veils = veils_of(here)
    shown, let_in = (frozenset(veils.things(ids)) for ids in (asked.shown, asked.let_in))
    document = joined(here.service.workspace, Joining(asked.way, asked.people, shown, let_in), here.service.store)
    here.audit("explorer join", list(dict.fromkeys([*document["people"], *people_of(document)])), asked.way)
    return told(here, document, shown)
