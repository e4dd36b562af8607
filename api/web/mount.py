"""The pages and their assets in the application."""

from __future__ import annotations

from importlib import resources

from fastapi import FastAPI
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from api.web import (
    audit_pages,
    case_pages,
    case_report_pages,
    connect_pages,
    coverage_pages,
    driver_pages,
    explore_pages,
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
    search_pages,
    sign_in_pages,
    thing_pages,
    view_pages,
    watch_pages,
    work_pages,
)

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
        explore_pages,
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
    app.add_api_route("/static/{name}", asset, methods=["GET"], include_in_schema=False)


def asset(name: str) -> Response:
    """A built script, style, font or picture."""
    found = resources.files("api") / "static" / "dist" / name
    suffix = name[name.rfind(".") :] if "." in name else ""
    if "/" in name or "\\" in name or suffix not in _TYPES or not found.is_file():
        raise HTTPException(404)
    return Response(found.read_bytes(), headers={"content-type": _TYPES[suffix], "cache-control": KEPT})
