"""A list of names against the workspace, and what connects those that are known."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api.drivers import drivers_of
from api.http.match import matcher_of
from api.match import Matcher
from api.match_list import MOST_BYTES, match_list, read_list
from api.spreadsheet import csv_text
from api.web.searches import Searches
from api.web.site import render
from api.web.visit import FormDependency, PageRoute, Visit, VisitDependency
from linkage.errors import SettingsError

router = APIRouter(route_class=PageRoute, include_in_schema=False)
MatcherDependency = Annotated[Matcher, Depends(matcher_of)]
_EXPORTED = ("row", "given", "state", "identity_id", "name", "born", "probability")


@router.get("/match-list")
def list_page(here: VisitDependency, token: Annotated[str, Query(max_length=40)] = "") -> Response:
    """An empty page, or a list that was matched."""
    found = Searches(here.service.workspace.path).list_of(here.caller.actor, token) if token else None
    names = _names(here, found) if found else {}
    here.audit("match list page", list(names) or [None])
    return render("match_list.html", here.at("explore"), found=found, names=names, token=token)


@router.post("/match-list")
async def match_page(
    request: Request, here: VisitDependency, matcher: MatcherDependency, _: FormDependency
) -> Response:
    """The list is matched and kept for the session; nothing of it is stored in the workspace."""
    file = (await request.form()).get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise SettingsError("choose a file first")
    data = await file.read(MOST_BYTES + 1)
    token = await run_in_threadpool(_matched, here, matcher, data)
    return RedirectResponse(f"/match-list?token={token}", 303)


@router.get("/match-list.csv")
def list_file(here: VisitDependency, token: Annotated[str, Query(max_length=40)]) -> Response:
    """What was found, as a file."""
    found = Searches(here.service.workspace.path).list_of(here.caller.actor, token)
    names = _names(here, found)
    here.audit("match list export", list(names) or [None])
    rows = []
    for number, row in enumerate(found["rows"], 1):
        first = row["candidates"][0] if row["candidates"] else {}
        driver = names.get(first.get("identity_id", ""), {})
        given = " ".join(row["given"].values())
        told = (driver.get("name"), driver.get("birth_date"), first.get("probability"))
        rows.append([number, given, row["state"], first.get("identity_id"), *told])
    headers = {"content-disposition": 'attachment; filename="crosslane-matches.csv"'}
    return Response(csv_text(_EXPORTED, rows), media_type="text/csv; charset=utf-8", headers=headers)


def _matched(here: Visit, matcher: Matcher, data: bytes) -> str:
    found = match_list(matcher, read_list(data, matcher.reader.columns), date.today())
    people = dict.fromkeys(one["identity_id"] for row in found["rows"] for one in row["candidates"])
    here.audit("match list", list(people) or [None], f"{len(found['rows'])} rows")
    return Searches(here.service.workspace.path).keep_list(here.caller.actor, found)


def _names(here: Visit, found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Drivers that the list shows, by id."""
    people = dict.fromkeys(one["identity_id"] for row in found["rows"] for one in row["candidates"])
    with here.service.workspace.reading() as connection:
        return {driver.identity_id: driver.document() for driver in drivers_of(connection, list(people))}
