"""Search: typed, sent in a form, and kept under a token, so that no name is part of an address."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from api.search import LIMIT, Found, Query, search
from api.web.searches import Searches
from api.web.site import render
from api.web.visit import FormDependency, PageRoute, Visit, VisitDependency, field

router = APIRouter(route_class=PageRoute, include_in_schema=False)
MOST = 50


@router.get("/search")
def search_page(here: VisitDependency) -> Response:
    """An empty search."""
    return render("search.html", here.at("explore"), found=None, query=Query())


@router.post("/search")
def start_search(here: VisitDependency, form: FormDependency) -> Response:
    """What was typed is kept, and its page is next."""
    token = Searches(here.service.workspace.path).keep(here.caller.actor, _query(form))
    return RedirectResponse(f"/s/{token}", 303)


@router.get("/s/{token}")
def found_page(token: str, here: VisitDependency) -> Response:
    """What a search finds now."""
    query = Searches(here.service.workspace.path).find(here.caller.actor, token)
    return render("search.html", here.at("explore"), found=found_by(here, query, MOST), query=query)


@router.post("/search/hits")
def hits(here: VisitDependency, form: FormDependency) -> Response:
    """The hits alone, while somebody types."""
    return render("parts/hits.html", here.page, found=found_by(here, _query(form), LIMIT))


def _query(form: dict[str, list[str]]) -> Query:
    return Query(text=field(form, "text")[:400], birth_date=field(form, "birth_date")[:10])


def found_by(here: Visit, query: Query, limit: int) -> Found | None:
    """Who fits best, in the audit first; None where nothing is asked."""
    if query == Query():
        return None
    with here.service.workspace.reading() as connection:
        found = search(connection, query, limit)
    here.audit("search", [hit.driver.identity_id for hit in found.hits] or [None], f"{found.total} hits")
    return found
