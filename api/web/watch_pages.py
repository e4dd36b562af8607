"""Watches: set from a page, told where something material changed, and acknowledged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from api.casework.watches import Fired, Watches, WatchKind
from api.web.site import render
from api.web.visit import FormDependency, PageRoute, Visit, VisitDependency, field
from linkage.errors import SettingsError

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/watches")
def watches_page(here: VisitDependency) -> Response:
    """What the person watches, what changed first."""
    fired = _watches(here).look()
    here.audit("watches page", people_of(fired) or [None], f"{len(fired)} watches")
    return render("watches.html", here.at("work"), fired=fired)


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
    watched = here.service.workspace.resolve_id(field(form, "ref")) if kind == WatchKind.DRIVER else None
    here.audit("watch set", [watched], f"watch {number}")
    return RedirectResponse("/watches", 303)


@router.post("/watches/{number}/acknowledge")
def acknowledge(number: int, here: VisitDependency, _: FormDependency) -> Response:
    """What changed was seen."""
    _watches(here).acknowledge(number)
    here.audit("watch seen", [None], f"watch {number}")
    return RedirectResponse("/watches", 303)


@router.post("/watches/{number}/end")
def end(number: int, here: VisitDependency, _: FormDependency) -> Response:
    """It is watched no more."""
    _watches(here).end(number)
    here.audit("watch ended", [None], f"watch {number}")
    return RedirectResponse("/watches", 303)


def people_of(fired: Sequence[Fired]) -> list[str]:
    """Identity ids of the watches, each once, for the audit."""
    return list(dict.fromkeys(person for one in fired for person in one.people))


def _watches(here: Visit) -> Watches:
    return Watches(here.service.workspace, here.caller.actor, here.service.store)
