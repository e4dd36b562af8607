"""One line a request: route template, status and time. Never a path as sent, a query, a body or a key."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.metrics import METHODS, UNMATCHED, Metrics
from api.http.problems import problem
from api.logs import OURS, say

LOGGER = f"{OURS}.access"
REQUEST_ID = b"x-request-id"
MAX_BODY = 1_000_000  # bytes; requests here are a few fields


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


class AccessLog:
    """Logs and counts each request, and refuses bodies that are too large.

    Args:
        larger: bytes that a method and path may have of a body, where that is more than MAX_BODY.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, larger: Mapping[tuple[str, str], int] | None = None) -> None:
        self._app = app
        self._metrics = metrics
        self._larger = dict(larger or {})
        self._log = logging.getLogger(LOGGER)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, seen = time.perf_counter(), _Seen(secrets.token_hex(8))
        scope.setdefault("state", {})["request_id"] = seen.request_id  # for pages that tell it to whoever reads them
        most = self._larger.get((scope["method"], scope["path"]), MAX_BODY)

        async def limited() -> Message:
            message = await receive()
            seen.read += len(message.get("body", b""))
            return {"type": "http.disconnect"} if seen.read > most else message

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
                message["headers"] = [*message.get("headers", ()), (REQUEST_ID, seen.request_id.encode())]
            seen.sent += len(message.get("body", b""))
            await send(message)

        try:
            if _declared_length(scope) > most:
                await problem(413, f"the body is over {most} bytes")(scope, receive, noted)
            else:
                await self._app(scope, limited, noted)
        finally:
            self._tell(scope, seen, time.perf_counter() - started)

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
