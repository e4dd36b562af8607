"""One line a request: route template, status and time. Never a path as sent, a query, a body or a key."""

from __future__ import annotations

import logging
import secrets
import time
from dataclasses import dataclass
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.logs import OURS, say, where
from api.http.metrics import METHODS, UNMATCHED, Metrics
from api.http.problems import problem

LOGGER = f"{OURS}.access"
REQUEST_ID = b"x-request-id"
MAX_BODY = 1_000_000  # bytes; requests here are a few fields
_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


@dataclass(slots=True)
class _Seen:
    """What is known of one request.

    Args:
        request_id: made here and sent back, so that a caller can name the line of the log.
        status: of the answer; 500 until there is one.
        read: bytes of the body that came in.
        sent: bytes of the answer's body.
    """

    request_id: str
    status: int = HTTPStatus.INTERNAL_SERVER_ERROR
    read: int = 0
    sent: int = 0
    is_started: bool = False


class AccessLog:
    """Logs and counts each request, refuses bodies over MAX_BODY, and keeps answers out of caches.

    An exception that nobody expected ends here. Its text may hold a value of a person: the caller gets a problem
    document, the log the type and the line that raised it.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        self._log = logging.getLogger(LOGGER)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, seen = time.perf_counter(), _Seen(secrets.token_hex(8))

        async def limited() -> Message:
            message = await receive()
            seen.read += len(message.get("body", b""))
            return {"type": "http.disconnect"} if seen.read > MAX_BODY else message

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status, seen.is_started = message["status"], True
                own = (REQUEST_ID, seen.request_id.encode())
                message["headers"] = [*message.get("headers", ()), *_HEADERS, own]
            seen.sent += len(message.get("body", b""))
            await send(message)

        try:
            if _declared_length(scope) > MAX_BODY:
                await problem(413, f"the body is over {MAX_BODY} bytes")(scope, receive, noted)
            else:
                await self._app(scope, limited, noted)
        except Exception as error:
            await self._failed(error, seen, (scope, receive, noted))
        finally:
            self._tell(scope, seen, time.perf_counter() - started)

    async def _failed(self, error: Exception, seen: _Seen, connection: tuple[Scope, Receive, Send]) -> None:
        kind, line = type(error).__name__, where(error.__traceback__)
        say(self._log, "unexpected error", logging.ERROR, id=seen.request_id, error=kind, where=line)
        if not seen.is_started:
            await problem(HTTPStatus.INTERNAL_SERVER_ERROR, f"an unexpected {kind}")(*connection)

    def _tell(self, scope: Scope, seen: _Seen, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", None)
        method = scope["method"] if scope["method"] in METHODS else "other"
        self._metrics.answered(method, route, seen.status, seconds)
        say(
            self._log,
            "request",
            id=seen.request_id,
            method=method,
            route=route or UNMATCHED,
            status=seen.status,
            ms=round(seconds * 1000, 1),
            bytes_in=seen.read,
            bytes_out=seen.sent,
        )


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
