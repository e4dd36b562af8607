"""What every answer carries for a browser's sake, and what becomes of an error that nobody expected."""

from __future__ import annotations

import logging
import os
import traceback
from typing import Literal

from fastapi import Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import problem
from api.loopback import is_loopback

LOGGER = "crosslane.error"
POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""Content-Security-Policy of an answer that sets none: it is data, and a browser that shows it fetches nothing."""
_HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
_OVER_TLS = (b"strict-transport-security", b"max-age=31536000")
COOKIE = "crosslane"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Shield:
    """Sets the headers that an answer did not set itself, and answers for errors without telling what they quote."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._log = logging.getLogger(LOGGER)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_started = False
        more = (*_HEADERS, _OVER_TLS) if scope.get("scheme") == "https" else _HEADERS

        async def shielded(message: Message) -> None:
            nonlocal is_started
            if message["type"] == "http.response.start":
                is_started = True
                given = list(message.get("headers", ()))
                names = {name.lower() for name, _ in given}
                message["headers"] = given + [header for header in more if header[0] not in names]
            await send(message)

        try:
            await self._app(scope, receive, shielded)
        except Exception as error:
            self._log.error(place(error))
            if is_started:
                raise ConnectionAbortedError("the answer broke off") from None
            await problem(500, f"an unexpected {type(error).__name__}")(scope, receive, shielded)


def place(error: Exception) -> str:
    """The kind of an error and where it came from, for a log."""
    # The text of a foreign error may quote data, so only its kind and place are told.
    if os.environ.get("CROSSLANE_DEBUG"):
        return "".join(traceback.format_exception(error))
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "?"
    return f"an unexpected {type(error).__name__} at {place}"


def cookie_name(request: Request, name: str = COOKIE) -> str:
    """The cookie's name as this browser knows it: one that only this host can have set, but for a machine's own."""
    return name if _stays_here(request) else f"__Host-{name}"


def set_cookie(  # noqa: PLR0913 - one setting each
    request: Request,
    response: Response,
    token: str,
    life_s: float,
    *,
    name: str = COOKIE,
    samesite: Literal["lax", "strict"] = "strict",
) -> None:
    """The browser holds the token, out of reach of scripts, other sites and, but on loopback, plain HTTP."""
    response.set_cookie(
        cookie_name(request, name),
        token,
        max_age=int(life_s),
        path="/",
        secure=not _stays_here(request),
        httponly=True,
        samesite=samesite,
    )


def drop_cookie(request: Request, response: Response) -> None:
    """The browser forgets the token."""
    response.delete_cookie(
        cookie_name(request),
        path="/",
        secure=not _stays_here(request),
        httponly=True,
        samesite="strict",
    )


def _stays_here(request: Request) -> bool:
    """Whether the browser is on this machine, and so may do without TLS; a proxy says otherwise by its headers."""
    return request.url.scheme == "http" and is_loopback(request.url.hostname or "")


def comes_from_another_site(request: Request) -> bool:
    """Whether a browser says that a page of somebody else's sent this."""
    return request.headers.get("sec-fetch-site") in {"cross-site", "same-site"}
