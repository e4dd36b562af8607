"""The pages and their assets in the application."""

from __future__ import annotations

from importlib import resources

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api.http.problems import problem_of
from api.web import (
    audit_pages,
    case_pages,
    case_report_pages,
    connect_pages,
    coverage_pages,
    driver_pages,
    explore_pages,
    focus_pages,
    link_pages,
    load_pages,
    match_pages,
    measure_pages,
    pattern_pages,
    policy_pages,
    port_pages,
    reject_pages,
    review_pages,
    review_paper_pages,
    risk_pages,
    search_pages,
    sign_in_pages,
    thing_pages,
    view_pages,
    watch_pages,
    work_pages,
)
from api.web.visit import failed_request

_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain",
}
KEPT = "public, max-age=31536000, immutable"
"""An asset's name changes with its content, so a browser may keep it for ever."""


def mount_pages(app: FastAPI) -> None:
    """The application has the pages."""
    for module in (
        sign_in_pages,
        work_pages,
        search_pages,
        driver_pages,
        risk_pages,
        explore_pages,
        focus_pages,
        thing_pages,
        review_pages,
        review_paper_pages,
        coverage_pages,
        port_pages,
        audit_pages,
        case_pages,
        case_report_pages,
        connect_pages,
        view_pages,
        watch_pages,
        link_pages,
        load_pages,
        reject_pages,
        match_pages,
        measure_pages,
        policy_pages,
        pattern_pages,
    ):
        app.include_router(module.router)
    for status in (404, 405):
        app.add_exception_handler(status, _missing)
    app.add_api_route("/static/{name}", asset, methods=["GET"], include_in_schema=False)


async def _missing(request: Request, error: Exception) -> Response:
    """Nothing is there: whoever reads pages gets one, a program gets a problem document."""
    is_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")
    if is_page:
        return await run_in_threadpool(failed_request, request, error)
    return problem_of(request, error)


def asset(name: str) -> Response:
    """A built script, style, font or picture."""
    found = resources.files("api") / "static" / "dist" / name
    suffix = name[name.rfind(".") :] if "." in name else ""
    if "/" in name or "\\" in name or suffix not in _TYPES or not found.is_file():
        raise HTTPException(404)
    return Response(found.read_bytes(), headers={"content-type": _TYPES[suffix], "cache-control": KEPT})
