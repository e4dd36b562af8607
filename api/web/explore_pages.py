"""The explorer: its page, one step further, saved views and exports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from babel.dates import get_month_names
from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from api.casework.drawn import KIND as DRAWN
from api.casework.drawn import drawn_among
from api.casework.views import MOST_THINGS, View, Views, checked
from api.explore import Expansion, Veils, expand, people_of, restore, start_at
from api.explore.analytics import analytics
from api.explore.export import PictureFormat, write_picture
from api.things import numbers_of
from api.web.shortcuts import CANVAS
from api.web.site import render
from api.web.texts import Catalogue
from api.web.views.driver import href
from api.web.visit import FormDependency, PageRoute, Visit, VisitDependency, field
from graph.schema import EdgeKind, NodeKind
from linkage.errors import SettingsError

router = APIRouter(route_class=PageRoute, include_in_schema=False)
KINDS = ("Identity", "Vehicle", "Carrier", "Phone", "Address", "Event", "Port")
FIRST_FILTERS: dict[str, Any] = {"kinds": [*KINDS], "least": "0", "possible": True, "from": "", "to": ""}


Key = Annotated[str, Field(max_length=1000)]
Ids = Annotated[list[str], Field(max_length=MOST_THINGS)]


class Step(BaseModel):
    """What is to be expanded, and how it is narrowed."""

    model_config = ConfigDict(extra="forbid")

    kind: NodeKind
    key: Key
    shown: Ids = []
    kinds: list[NodeKind] = []
    since: date | None = None
    until: date | None = None
    least: Annotated[float, Field(ge=0, lt=1)] = 0.0
    text: Annotated[str, Field(max_length=100)] = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a picture comes from: nothing here, where it begins at a driver.

    Args:
        view: the saved view that it is.
        since_saved: how many of its things are `gone`, and how many drivers `moved` to another id.
        answer: address of the answer of a pattern that it shows, to go back to.
    """

    view: View | None = None
    since_saved: Mapping[str, int] | None = None
    answer: str = ""


@router.get("/drivers/{identity_id}/explore")
def explorer_page(identity_id: str, here: VisitDependency) -> Response:
    """What is around a driver, the strongest ties first."""
    started = start_at(here.service.workspace, identity_id, None, here.service.store)
    here.audit("explorer", people_of(started))
    return explorer(here, started, FIRST_FILTERS)


def explorer(
    here: Visit,
    started: dict[str, Any],
    filters: dict[str, Any],
    origin: Origin = Origin(),
) -> Response:
    """The explorer's page with a picture to begin with."""
    t = here.page.t
    start = told(here, started)
    focus = next(node for node in start["nodes"] if node["id"] == start["focus"])
    with here.service.workspace.reading() as connection:
        notes = Views(connection).notes(origin.view.view_id) if origin.view else []
    return render(
        "explorer.html",
        here.at("explore"),
        start=start,
        words=_words(t, here),
        kinds=KINDS,
        keys=[(keys, t(f"explorer_key.{name}")) for name, keys in CANVAS],
        filters=filters,
        name=focus["label"],
        is_driver=focus["kind"] == NodeKind.IDENTITY,
        href=origin.answer or focus.get("href", ""),
        answer=origin.answer,
        view=origin.view,
        notes=notes,
        since_saved=origin.since_saved,
    )


@router.post("/explore/expand")
def expand_step(step: Step, here: VisitDependency, _: FormDependency) -> dict[str, Any]:
    """One step from a thing or a person."""
    veils = veils_of(here)
    asked = Expansion(
        step.kind,
        veils.known(step.kind, step.key),
        frozenset(veils.things(step.shown)),
        frozenset(step.kinds),
        step.since,
        step.until,
        step.least,
        step.text,
    )
    document = expand(here.service.workspace, asked, None, here.service.store)
    here.audit("explorer step", people_of(document) or [None])
    return told(here, document, asked.shown)


def told(here: Visit, document: Mapping[str, Any], shown: Iterable[str] = ()) -> dict[str, Any]:
    """A picture's document as the script gets it: with addresses, with what analysts drew, numbers of phones veiled.

    Args:
        shown: ids of nodes that are there already.
    """
    there = {*shown, *(node["id"] for node in document["nodes"])}
    with here.service.workspace.reading() as connection:
        numbers = numbers_of(connection, [(node["kind"], node["key"]) for node in document["nodes"]])
        drawn = drawn_among(connection, there)
    nodes = [node | _addressed(node, numbers) for node in document["nodes"]]
    veiled = veils_of(here).over({**document, "nodes": nodes})
    return veiled | {"edges": [*veiled["edges"], *drawn]}  # their ends are drivers, which need no veil


def _addressed(node: Mapping[str, Any], numbers: Mapping[tuple[str, str], int]) -> dict[str, str]:
    """The address of the node's own page, where it has one."""
    if node["kind"] == NodeKind.IDENTITY:
        return {"href": href(node["key"])}
    number = numbers.get((node["kind"], node["key"]))
    return {} if number is None else {"href": f"/things/{number}"}


def veils_of(here: Visit) -> Veils:
    """What hides the ids of things from the browser, and knows them again."""
    return Veils.of_key(here.masker.key)


def _words(t: Catalogue, here: Visit) -> dict[str, Any]:
    """What the script says."""
    return {
        **t.plain("explorer_js."),
        "months": list(get_month_names("abbreviated", locale=t.locale).values()),
        "kinds": {kind: str(t(f"kind.{kind}")) for kind in KINDS},
        "ties": {kind: str(t(f"tie.{kind}")) for kind in (*EdgeKind, DRAWN) if t.has(f"tie.{kind}")},
        "certainty": {name: str(t(f"tie_certainty.{name}")) for name in ("confirmed", "possible", "declared", "drawn")},
        "picture_foot": f"{here.page.workspace} · {here.page.stated_purpose} · {here.page.as_of or ''}",
    }


@router.post("/explore/export")
def export_picture(here: VisitDependency, form: FormDependency) -> Response:
    """What is shown, as a file for another program."""
    picture = _pictured(here, form)
    here.audit("explorer export", people_of(picture) or [None], field(form, "format"))
    if field(form, "format") not in set(PictureFormat):
        raise SettingsError("choose one of the formats")
    file = write_picture(picture, PictureFormat(field(form, "format")))
    headers = {"content-disposition": f'attachment; filename="{file.name}"'}
    return Response(file.content, media_type=file.media_type, headers=headers)


@router.post("/explore/analytics")
def count_picture(here: VisitDependency, form: FormDependency) -> Response:
    """How the picture hangs together: components, what is most between, communities."""
    picture = _pictured(here, form)
    here.audit("explorer analytics", people_of(picture) or [None])
    names = {node["id"]: node for node in picture["nodes"]}
    return render("analytics.html", here.at("explore"), found=analytics(picture), names=names)


def _pictured(here: Visit, form: dict[str, list[str]]) -> dict[str, Any]:
    """The things of a sent state that are not hidden, as the graph has them now."""
    state = checked(field(form, "state"))
    hidden, veils = set(state["hidden"]), veils_of(here)
    things = veils.things(name for name in state["things"] if name not in hidden)
    (focus,) = veils.things([state["focus"]])
    picture = restore(here.service.workspace, focus, things, here.service.store)
    with here.service.workspace.reading() as connection:
        drawn = drawn_among(connection, {node["id"] for node in picture["nodes"]})
    return picture | {"edges": [*picture["edges"], *drawn]}
