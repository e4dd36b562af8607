"""OpenRefine's reconciliation protocol: manifest, queries, suggestions and a preview.

What names a person stands in bodies only: queries come by POST, and the `prefix` of a suggestion is that of a
property or type. Only identity ids are parts of URLs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from api.http.match import MatcherDependency, in_time
from api.http.models.reconcile import Batch, Manifest, QueryProperty, ReconAnswer, RowQuery, Suggested
from api.http.problems import documented
from api.http.service import CallerDependency, ServiceDependency
from api.reconcile import PERSON_TYPE, driver_line, properties, reconcile

PATH = "/api/v1/reconcile"
BATCH = 50
"""Rows that a client is asked to send at a time."""
_PLACES = frozenset({*RowQuery.model_fields, *QueryProperty.model_fields})
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            _JSON: {"schema": {"$ref": "#/components/schemas/Batch"}},
            _FORM: {
                "schema": {
                    "type": "object",
                    "properties": {
                        "queries": {
                            "type": "string",
                            "contentMediaType": _JSON,
                            "contentSchema": {"$ref": "#/components/schemas/Batch"},
                        }
                    },
                    "required": ["queries"],
                }
            },
        },
    }
}
_PAGE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A page.", "content": {"text/html": {"schema": {"type": "string"}}}}
}
router = APIRouter(prefix="/api/v1", tags=["reconcile"], responses=documented())


@router.get("/reconcile", response_model=Manifest)
def manifest(request: Request) -> dict[str, Any]:
    """What the service is. It takes queries by POST only, since a query names a person and a URL must not."""
    if "queries" in request.query_params or "query" in request.query_params:
        raise HTTPException(400, "send queries in the body of a POST; a URL is kept in logs and histories")
    server = str(request.base_url).rstrip("/")
    base = server + PATH
    return {
        "versions": ["0.2"],
        "name": "Crosslane drivers",
        "identifierSpace": f"{base}/driver",
        "schemaSpace": f"{base}/schema",
        "defaultTypes": [PERSON_TYPE],
        "batchSize": BATCH,
        "authentication": {"type": "apiKey", "name": "Authorization", "in": "header"},
        "view": {"url": f"{server}/drivers/{{{{id}}}}"},
        "preview": {"url": f"{base}/preview/{{{{id}}}}", "width": 400, "height": 120},
        "suggest": {
            "property": {"service_url": base, "service_path": "/suggest/property"},
            "type": {"service_url": base, "service_path": "/suggest/type"},
        },
    }


@router.post("/reconcile", response_model=ReconAnswer, openapi_extra=_BODY)
async def queries(
    request: Request, service: ServiceDependency, caller: CallerDependency, matcher: MatcherDependency
) -> Any:
    """The people that each row may be, as OpenRefine asks; by form (`queries`) or as JSON. Nothing is stored."""
    batch = await _batch(request)

    def answer() -> dict[str, Any]:
        known = frozenset(item["id"] for item in properties(matcher.reader.columns))
        asked = {key: query.asked(known) for key, query in batch.root.items()}
        with in_time():
            found = reconcile(service.workspace, matcher, asked, datetime.now(UTC).date())
        service.audit(caller, "reconcile", found.people or [None], f"{len(asked)} rows")
        return found.results

    return await run_in_threadpool(answer)


@router.get("/reconcile/suggest/{what}", response_model=Suggested)
def suggest(
    what: Annotated[str, Path(pattern="^(property|type)$")],
    caller: CallerDependency,
    matcher: MatcherDependency,
    prefix: Annotated[str, Query(max_length=100, description="Beginning of a property's or type's name.")] = "",
) -> dict[str, Any]:
    """Properties or types whose id or name holds the text; tells of no person."""
    offered = properties(matcher.reader.columns) if what == "property" else [PERSON_TYPE]
    wanted = prefix.strip().casefold()
    return {"result": [item for item in offered if wanted in item["name"].casefold() or wanted in item["id"]]}


@router.get("/reconcile/preview/{identity_id:path}", response_class=HTMLResponse, responses=_PAGE)
def preview(
    identity_id: Annotated[str, Path(max_length=1000)], service: ServiceDependency, caller: CallerDependency
) -> HTMLResponse:
    """A few lines on one driver, to be shown beside a candidate."""
    driver = driver_line(service.workspace, identity_id)
    service.audit(caller, "preview", [driver.identity_id])
    told = (driver.birth_date or "no birth date", ", ".join(driver.countries), f"records: {driver.records}")
    lines = "".join(f"<p>{escape(line)}</p>" for line in told if line)
    page = (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Driver</title><h1>{escape(driver.name)}</h1>{lines}"
    )
    return HTMLResponse(page)


async def _batch(request: Request) -> Batch:
    """The queries of the body, in whichever of the two forms.

    Raises:
        RequestValidationError: they are none.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == _FORM:
        async with request.form(max_files=0, max_fields=10) as form:
            if "extend" in form:
                raise HTTPException(400, "data extension is not offered; reconcile, then ask for the driver")
            text: str | bytes = str(form.get("queries", ""))
    elif kind == _JSON:
        text = await request.body()
    else:
        raise HTTPException(400, f"send queries as {_FORM} or {_JSON}")
    try:
        return Batch.model_validate_json(text)
    except ValidationError as error:
        raise RequestValidationError([_told(item) for item in error.errors(include_input=False)]) from None


def _told(error: Mapping[str, Any]) -> dict[str, Any]:
    """The error with the places that are ours; keys and names of the client's choice are not repeated."""
    place = [part for part in error["loc"] if isinstance(part, int) or part in _PLACES]
    return {**error, "loc": ("body", "queries", *place)}
