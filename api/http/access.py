"""One line a request: route template, status and time. Never a path as sent, a query, a body or a key."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import problem

LOGGER = "crosslane.access"
MAX_BODY = 1_000_000  # bytes; requests here are a few fields
_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


class AccessLog:
    """Logs each request as one JSON line, refuses bodies that are too large, and keeps answers out of caches.

    Args:
        larger: bytes that a method and path may have of a body, where that is more than MAX_BODY.
    """

    def __init__(self, app: ASGIApp, larger: Mapping[tuple[str, str], int] | None = None) -> None:
        self._app = app
        self._larger = dict(larger or {})
        self._log = logging.getLogger(LOGGER)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        seen: dict[str, Any] = {"status": 500, "read": 0}
        most = self._larger.get((scope["method"], scope["path"]), MAX_BODY)

        async def limited() -> Message:
            message = await receive()
            seen["read"] += len(message.get("body", b""))
            if seen["read"] > most:
                return {"type": "http.disconnect"}
            return message

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        try:
            if _declared_length(scope) > most:
                await problem(413, f"the body is over {most} bytes")(scope, receive, noted)
            else:
                await self._app(scope, limited, noted)
        finally:
            route = scope.get("route")
            line = {
                "method": scope["method"],
                "route": getattr(route, "path", None),
                "status": seen["status"],
                "ms": round((time.perf_counter() - started) * 1000, 1),
            }
            self._log.info(json.dumps(line))


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
