"""Saved views: kept, opened by anybody who may explore, and told what changed since."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from api.casework.pictured import pictured
from api.casework.views import Views
from api.explore import people_of
from api.web.explore_pages import FIRST_FILTERS, Origin, explorer, veils_of
from api.web.site import render
from api.web.visit import FormDependency, PageRoute, VisitDependency, field

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/views")
def views_page(here: VisitDependency) -> Response:
    """Every saved view."""
    with here.service.workspace.reading() as connection:
        rows = Views(connection).all()
    return render("views.html", here.at("explore"), rows=rows)


@router.post("/views")
def save_view(here: VisitDependency, form: FormDependency) -> Response:
    """What is shown is kept, and its address is next."""
    with here.service.workspace.transaction() as connection:
        view_id = Views(connection).save(field(form, "name"), here.caller.actor, here.page.as_of, field(form, "state"))
    here.audit("view saved", [None], f"view {view_id}")
    return RedirectResponse(f"/views/{view_id}", 303)


@router.get("/views/{view_id}")
def view_page(view_id: str, here: VisitDependency) -> Response:
    """The same picture, as the graph has it now."""
    with here.service.workspace.reading() as connection:
        view = Views(connection).get(view_id)
    picture = pictured(here.service.workspace, view, veils_of(here), here.service.store)
    here.audit("view opened", people_of(picture) or [None], f"view {view_id}")
    since_saved = {"gone": len(picture["gone"]), "moved": len(picture["moved"])}
    return explorer(here, picture, filters_of(view.state), Origin(view, since_saved))


@router.post("/views/{view_id}/notes")
def note_on_view(view_id: str, here: VisitDependency, form: FormDependency) -> Response:
    """A note stands on the view."""
    with here.service.workspace.transaction() as connection:
        Views(connection).note(view_id, field(form, "text"), here.caller.actor)
    here.audit("view note", [None], f"view {view_id}")
    return RedirectResponse(f"/views/{view_id}", 303)


def filters_of(state: dict[str, Any]) -> dict[str, Any]:
    """The filters that a view was saved under, those that it lacks as they are at first."""
    kept = state["filters"]
    return FIRST_FILTERS | {
        "kinds": [kind for kind in kept["kinds"] if kind in FIRST_FILTERS["kinds"]],
        "least": f"{kept.get('least', 0):g}",
        "possible": bool(kept.get("possible", True)),
        "from": str(kept.get("from", "")),
        "to": str(kept.get("to", "")),
    }
