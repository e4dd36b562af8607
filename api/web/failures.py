"""Errors as pages: what happened, whether anything was saved, what to do, and a code to quote to whoever helps."""

from __future__ import annotations

import logging
from http import HTTPStatus

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup
from starlette.exceptions import HTTPException

from api.http.problems import MEDIA_TYPE, status_of
from api.http.security import LOGGER, SAFE_METHODS, place
from api.web.site import Page, render
from api.web.texts import Catalogue
from linkage.errors import LinkageError, WriterBusy

STALE_FORM = "stale_form"
"""Detail of a refusal of a form whose token is not that of the session."""
_TEXTS = {403: "forbidden", 404: "not_found", 405: "not_found", 429: "too_many", 503: "unavailable"}


def failed(request: Request, page: Page, error: Exception) -> Response:
    """The page of an error; only its message where a script asked for a part of a page.

    Args:
        page: the frame; without a person where nobody may be named.
    """
    status = _status(error)
    if not isinstance(error, LinkageError | HTTPException | RequestValidationError):
        logging.getLogger(LOGGER).error(place(error))
    template = "parts/failed.html" if is_part(request) else "error.html"
    return render(template, page, status, text=_text(page.t, error, status), code=code_of(request))


def signed_out(request: Request, *, had_session: bool) -> Response:
    """On to the sign-in page; a script gets told, since it cannot show that page in place of a part.

    Args:
        had_session: whether the browser had one, which is over.
    """
    where = request.url.path if request.method in SAFE_METHODS else "/"
    to = f"/sign-in?next={where}" + ("&ended=1" if had_session else "")
    if is_part(request):
        return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={"hx-redirect": to})
    if "json" in request.headers.get("content-type", ""):
        return Response(status_code=HTTPStatus.UNAUTHORIZED, media_type=MEDIA_TYPE)
    return RedirectResponse(to, 303)


def is_part(request: Request) -> bool:
    """Whether a script of ours asks for a part of a page (htmx says so)."""
    return "hx-request" in request.headers


def code_of(request: Request) -> str:
    """Name of the request in the access log."""
    return str(getattr(request.state, "request_id", ""))


def _status(error: Exception) -> int:
    if isinstance(error, RequestValidationError):
        return HTTPStatus.UNPROCESSABLE_ENTITY
    if isinstance(error, HTTPException):
        return error.status_code
    return status_of(error) if isinstance(error, LinkageError) else HTTPStatus.INTERNAL_SERVER_ERROR


def _text(t: Catalogue, error: Exception, status: int) -> Markup:
    if isinstance(error, WriterBusy):
        return t("error.busy")
    if isinstance(error, HTTPException) and error.detail == STALE_FORM:
        return t("error.stale_form")
    if isinstance(error, RequestValidationError):
        return t("error.unreadable")
    if key := _TEXTS.get(status):
        return t(f"error.{key}")
    # What an error of the server says may name files of whoever runs it, or quote data.
    return (
        t("error.unexpected") if status >= HTTPStatus.INTERNAL_SERVER_ERROR else t("error.invalid", detail=str(error))
    )
