"""Watches: set from a page, told where something material changed, and acknowledged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from api.casework.watches import Fired, Watches, WatchKind
from api.pattern_given import parameters_told
from api.pattern_refs import asked_by
from api.web.site import render
from api.web.visit import FormDependency, Number, PageRoute, Visit, VisitDependency, field
from linkage.errors import SettingsError

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/watches")
def watches_page(here: VisitDependency) -> Response:
    """What the person watches, what changed first."""
    fired = _watches(here).look()
    here.audit("watches page", people_of(fired) or [None], f"{len(fired)} watches")
    return render("watches.html", here.at("work"), fired=fired, asked=_asked(here, fired))


@router.post("/watches")
def set_watch(here: VisitDependency, form: FormDependency) -> Response:
    """One more watch."""
    kind = field(form, "kind")
    if kind not in set(WatchKind):
        raise SettingsError("this cannot be watched")
    try:
        until = date.fromisoformat(field(form, "expires_on"))
    except ValueError:
        raise SettingsError("say until when it is watched") from None
    number = _watches(here).add(WatchKind(kind), field(form, "ref"), field(form, "reason"), until)
    here.audit("watch set", _watched(here, kind, field(form, "ref")) or [None], f"watch {number}")
    return RedirectResponse("/watches", 303)


@router.post("/watches/{number}/acknowledge")
def acknowledge(number: Number, here: VisitDependency, _: FormDependency) -> Response:
    """What changed was seen."""
    _watches(here).acknowledge(number)
    here.audit("watch seen", [None], f"watch {number}")
    return RedirectResponse("/watches", 303)


@router.post("/watches/{number}/end")
def end(number: Number, here: VisitDependency, _: FormDependency) -> Response:
    """It is watched no more."""
    _watches(here).end(number)
    here.audit("watch ended", [None], f"watch {number}")
    return RedirectResponse("/watches", 303)


def people_of(fired: Sequence[Fired]) -> list[str]:
    """Identity ids of the watches, each once, for the audit."""
    return list(dict.fromkeys(person for one in fired for person in one.people))


def _watched(here: Visit, kind: str, ref: str) -> list[str]:
    """Identity ids that a watch names."""
    if kind == WatchKind.DRIVER:
        return [here.service.workspace.resolve_id(ref)]
    if kind == WatchKind.PATTERN:
        told = parameters_told(here.service.workspace, asked_by(ref)[0])
        return [person["identity_id"] for one in told for person in one["people"]]
    return []


def _asked(here: Visit, fired: Sequence[Fired]) -> dict[int, dict[str, Any]]:
    """By number of a watch the question that it asks, where there is one still."""
    found = {}
    for one in fired:
        if one.watch.kind is WatchKind.PATTERN and one.href:
            request, _ = asked_by(one.watch.ref)
            told = parameters_told(here.service.workspace, request)
            found[one.watch.watch_id] = {"name": request.name, "given": request.given, "told": told}
    return found


def _watches(here: Visit) -> Watches:
    return Watches(here.service.workspace, here.caller.actor, here.service.store)
