"""Questions to the graph by name: chosen, asked under a token, answered as a table, a file and a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import RedirectResponse, Response

from api.casework.watches import Watches, WatchKind
from api.explore import people_of, restore
from api.pattern_file import pattern_csv
from api.pattern_given import parameters_told, settled
from api.pattern_refs import asked_by, ref_of
from api.pattern_rows import Row, rows_shown
from api.patterns import PatternRequest, list_patterns, people_in, run_pattern
from api.web.explore_pages import FIRST_FILTERS, Origin, explorer
from api.web.searches import Searches
from api.web.site import render
from api.web.texts import Catalogue
from api.web.views import pattern as view
from api.web.visit import FormDependency, PageRoute, Visit, VisitDependency, field
from linkage.errors import UnknownRecord

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PAGE = 50
MOST_DRAWN = 150
"""Things that a picture begins with: more is hard to read (ui.md section 4)."""
_FLAG, _WORDS = "flag", "words"


@router.get("/patterns")
def patterns_page(here: VisitDependency) -> Response:
    """Every question that has a name, and those that the person watches."""
    watches = Watches(here.service.workspace, here.caller.actor, here.service.store).all()
    watched = [asked_by(one.ref)[0] for one in watches if one.kind is WatchKind.PATTERN]
    told = [parameters_told(here.service.workspace, one) for one in watched]
    people = [person["identity_id"] for one in told for part in one for person in part["people"]]
    here.audit("patterns page", list(dict.fromkeys(people)) or [None])
    rows = [{"request": request, "told": one} for request, one in zip(watched, told, strict=True)]
    return render("patterns.html", here.at("explore"), patterns=list_patterns()["patterns"], watched=rows)


@router.get("/patterns/{name}")
def pattern_page(name: str, here: VisitDependency) -> Response:
    """What can be set before it is asked, with the defaults."""
    pattern = _described(name)
    given = {parameter["name"]: view.written(parameter) for parameter in pattern["parameters"]}
    return _form(here, pattern, given, {}, "")


@router.post("/patterns/{name}")
def ask(name: str, here: VisitDependency, form: FormDependency) -> Response:
    """The question is kept for the session, and its answer is next."""
    pattern = _described(name)
    given = {parameter["name"]: _typed(parameter, form) for parameter in pattern["parameters"]}
    typed_day = field(form, "as_of")
    day = _day(typed_day)
    request, faults = settled(here.service.workspace, PatternRequest(name, given, day))
    if typed_day and day is None:
        faults["as_of"] = "day"
    if faults:
        return _form(here, pattern, given, faults, typed_day)
    token = Searches(here.service.workspace.path).keep_pattern(here.caller.actor, ref_of(request))
    return RedirectResponse(f"/patterns/asked/{token}", 303)


@router.get("/patterns/asked/{token}")
def answer_page(token: str, here: VisitDependency, offset: Annotated[int, Query(ge=0, le=10_000)] = 0) -> Response:
    """The answer as the graph gives it now, some rows a page."""
    request, document = _asked(here, token)
    rows = rows_shown(here.service.workspace, document, here.service.store, offset, PAGE)
    told = parameters_told(here.service.workspace, request)
    _audit(here, "pattern page", document, rows)
    more = offset + len(rows)
    return render(
        "pattern_found.html",
        here.at("explore"),
        pattern=(pattern := _described(request.name)),
        choices=_choices(pattern),
        request=request,
        told=told,
        found=document,
        headings=view.headings(request.name),
        is_number=view.is_number,
        rows=view.table(request.name, rows),
        token=token,
        ref=ref_of(request),
        pinned_choices=_pinnable(here.page.t, request, rows),
        offset=offset,
        more=more if more < document["total_shown"] else None,
    )


@router.get("/patterns/asked/{token}/rows.csv")
def answer_file(token: str, here: VisitDependency) -> Response:
    """All rows, as a file."""
    request, document = _asked(here, token)
    rows = rows_shown(here.service.workspace, document, here.service.store)
    _audit(here, "pattern export", document, rows)
    headers = {"content-disposition": f'attachment; filename="crosslane-{request.name}.csv"'}
    return Response(pattern_csv(document, rows), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/patterns/asked/{token}/explore")
def answer_picture(
    token: str, here: VisitDependency, row: Annotated[int | None, Query(ge=1, le=10_000)] = None
) -> Response:
    """The first rows, or one, as a picture in the explorer."""
    request, document = _asked(here, token)
    offset, count = (row - 1, 1) if row else (0, MOST_DRAWN)
    rows = rows_shown(here.service.workspace, document, here.service.store, offset, count)
    if not rows:
        raise UnknownRecord("the answer has no such row")
    nodes, drawn = _drawn(rows)
    found = restore(here.service.workspace, nodes[0], nodes, here.service.store)
    if not any(node["id"] == found["focus"] for node in found["nodes"]):
        raise UnknownRecord("what the row was about is gone")
    here.audit("explorer", people_of(found) or [None], f"pattern {request.name}")
    key = "pattern.drawn_row" if row else "pattern.drawn"
    page = here.told(key, "", count=drawn, all=document["total_shown"], number=row or 0)
    return explorer(replace(here, page=page), found, FIRST_FILTERS, Origin(answer=f"/patterns/asked/{token}"))


def _pinnable(t: Catalogue, request: PatternRequest, rows: list[Row]) -> list[tuple[str, str]]:
    """What can be pinned: the whole answer, or a row of the page."""
    each = [(ref_of(request, row.digest), str(t("pattern.pin_row", number=row.number))) for row in rows]
    return [(ref_of(request), str(t("pattern.pin_all"))), *each]


def _drawn(rows: list[Row]) -> tuple[list[str], int]:
    """Nodes of the first rows that fit into a picture, and how many rows they are; the first fits always."""
    nodes: dict[str, None] = dict.fromkeys(rows[0].nodes)
    for number, one in enumerate(rows[1:], start=1):
        more = nodes | dict.fromkeys(one.nodes)
        if len(more) > MOST_DRAWN:
            return list(nodes), number
        nodes = more
    return list(nodes), len(rows)


def _asked(here: Visit, token: str) -> tuple[PatternRequest, dict[str, Any]]:
    request, _ = asked_by(Searches(here.service.workspace.path).pattern_of(here.caller.actor, token))
    return request, run_pattern(here.service.workspace, request, here.service.store)


def _audit(here: Visit, action: str, document: dict[str, Any], rows: list[Row]) -> None:
    people = [*people_in(document | {"rows": []}), *(person for row in rows for person in row.people)]
    here.audit(action, list(dict.fromkeys(people)) or [None], f"{document['pattern']}: {len(rows)} rows")


def _described(name: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = list_patterns()["patterns"]
    for pattern in found:
        if pattern["name"] == name:
            return pattern
    raise HTTPException(404)


def _typed(parameter: dict[str, Any], form: dict[str, list[str]]) -> str:
    if parameter["kind"] == _FLAG:
        return "true" if field(form, parameter["name"]) == "true" else "false"
    if parameter["kind"] == _WORDS:
        return ",".join(form.get(parameter["name"], []))[:400]
    return field(form, parameter["name"])[:400]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _form(here: Visit, pattern: dict[str, Any], given: dict[str, str], faults: dict[str, str], as_of: str) -> Response:
    here.audit("patterns page", [None])
    return render(
        "pattern.html",
        here.at("explore"),
        pattern=pattern,
        given=given,
        faults=faults,
        choices=_choices(pattern),
        as_of=as_of,
    )


def _choices(pattern: dict[str, Any]) -> dict[str, Sequence[str]]:
    return {one["name"]: view.choices_of(one) for one in pattern["parameters"]}
