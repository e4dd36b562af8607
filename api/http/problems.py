"""Every error of the API as a problem document (RFC 9457), which never repeats what the caller sent."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from eligibility.reviews.states import NotAllowed
from graph.errors import StoreDamaged, StoreUnavailable, UnknownIdentity
from linkage.errors import (
    FileDamaged,
    LedgerError,
    LinkageError,
    Outlived,
    SettingsError,
    SourceError,
    UnknownRecord,
    WriterBusy,
)

MEDIA_TYPE = "application/problem+json"
BUSY_AGAIN_S = 30
"""Seconds after which a write is worth sending again, where another one took long."""
STATUSES = (400, 401, 403, 404, 409, 410, 413, 415, 422, 429, 503)
"""What any route of the API may answer instead of what was asked."""


class FieldProblem(BaseModel):
    """One field that cannot be used."""

    field: str
    message: str


class Problem(BaseModel):
    """A problem document."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Not Found",
                    "status": 404,
                    "detail": "no such driver: give an identity id, a former id or source/record_id",
                }
            ]
        }
    )

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] | None = None


def documented() -> dict[int | str, dict[str, Any]]:
    """The problems of a route, for its description."""
    return {status: described(HTTPStatus(status).phrase) for status in STATUSES}


def described(when: str) -> dict[str, Any]:
    """A problem in the description of a route.

    By reference and not by `model`, for which FastAPI would build a validator for each status of each route.
    """
    return {"description": when, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def install(app: FastAPI) -> None:
    """Every exception of a route ends as a problem document."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, problem_of)
    app.add_exception_handler(LinkageError, _known)
    app.add_exception_handler(Exception, _unexpected)


def problem(status: int, detail: str, errors: list[FieldProblem] | None = None) -> JSONResponse:
    """A response that holds a problem document."""
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=errors)
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else None
    return JSONResponse(body.model_dump(exclude_none=True), status, headers, MEDIA_TYPE)


def status_of(error: LinkageError) -> int:
    """The HTTP status that an error of ours has."""
    if isinstance(error, UnknownRecord | UnknownIdentity):
        return HTTPStatus.NOT_FOUND
    if error.retryable:
        return HTTPStatus.SERVICE_UNAVAILABLE
    return next((status for kinds, status in _STATUS_OF if isinstance(error, kinds)), HTTPStatus.INTERNAL_SERVER_ERROR)


_STATUS_OF: tuple[tuple[tuple[type[LinkageError], ...], int], ...] = (
    ((LedgerError, FileDamaged, StoreUnavailable, StoreDamaged), HTTPStatus.SERVICE_UNAVAILABLE),
    ((SettingsError,), HTTPStatus.BAD_REQUEST),
    ((SourceError,), HTTPStatus.UNPROCESSABLE_ENTITY),
    ((Outlived,), HTTPStatus.GONE),
    ((NotAllowed,), HTTPStatus.CONFLICT),
)


def _known(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, LinkageError)
    status = status_of(error)
    if isinstance(error, WriterBusy):
        answer = problem(status, "somebody else writes for long, such as a load; nothing was changed, so send it again")
        answer.headers["Retry-After"] = str(BUSY_AGAIN_S)
        return answer
    # What went wrong inside is for the log of whoever runs the service; it may name files of theirs.
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return problem(status, "the workspace cannot answer now; ask whoever runs this service")
    return problem(status, _told(error))


def _told(error: LinkageError) -> str:
    """What the caller is told; of a file, what is wrong and where, not what it was called here."""
    if isinstance(error, SourceError):
        place = "" if error.line is None else f"line {error.line}: "
        return f"{place}{error.message} [{error.rule}]"
    return str(error)


def problem_of(request: Request, error: Exception) -> JSONResponse:
    """The problem document of an HTTPException."""
    assert isinstance(error, HTTPException)
    answer = problem(error.status_code, str(error.detail))
    answer.headers.update(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        answer.headers["Allow"] = ", ".join(_methods(request))
    return answer


def _methods(request: Request) -> list[str]:
    """What may be done at the path of a request, by all routes there together; a fixed path goes before a pattern."""
    found: dict[str, set[str]] = {}
    for context in iter_route_contexts(request.app.routes):
        template = str(context.path)
        if context.methods and compile_path(template)[0].match(request.scope["path"]):
            found.setdefault(template, set()).update(context.methods)
    return sorted(found[min(found, key=lambda template: template.count("{"))]) if found else []


def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [
        FieldProblem(field=".".join(str(part) for part in item["loc"]), message=str(item["msg"]))
        for item in error.errors()
    ]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "the request does not fit; see errors", errors)


def _unexpected(_: Request, error: Exception) -> JSONResponse:
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, f"an unexpected {type(error).__name__}")
