"""One caller: a kept connection, and each answer noted with what it was, when it was asked for and how long it took."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

KEPT_S = 3.0
"""Seconds after which an idle connection is not used again: the server closes it after five."""


@dataclass(frozen=True, slots=True)
class Noted:
    """One thing that was asked for.

    Args:
        at: seconds since the beginning, when it was asked for.
        took_ms: until its last byte was there.
        fault: what came instead of an answer; empty where one came.
    """

    kind: str
    at: float
    took_ms: float
    fault: str = ""


@dataclass
class Notebook:
    """What all callers noted, and whether it is time to go."""

    began: float = field(default_factory=time.perf_counter)
    noted: list[Noted] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def timed(self, kind: str, ask: Callable[[], None]) -> None:
        """What `ask` does is noted; what it raises is its fault."""
        asked, fault = time.perf_counter(), ""
        try:
            ask()
        except (OSError, http.client.HTTPException, Refused) as error:
            fault = str(error) or type(error).__name__
        took = (time.perf_counter() - asked) * 1000
        self.noted.append(Noted(kind, asked - self.began, took, fault))


class Refused(Exception):
    """An answer that is none: its status, and the route it came from."""


class Caller:
    """Somebody who asks one thing after another.

    Args:
        headers: that say who it is.
    """

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self._headers = dict(headers)
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._last = 0.0

    def get(self, path: str) -> bytes:
        """The body.

        Raises:
            Refused: no 2xx came.
        """
        return self._ask("GET", path, b"", {})[1]

    def send(self, method: str, path: str, document: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and document of an answer to a JSON body."""
        status, body, _ = self._ask(method, path, json.dumps(document).encode(), {"Content-Type": "application/json"})
        return status, json.loads(body)

    def form(self, path: str, fields: Mapping[str, Any]) -> tuple[str, bytes]:
        """Where the answer to a form leads, and its body; what it leads to is not asked for."""
        body = urlencode(fields, doseq=True).encode()
        _, answer, place = self._ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        return place, answer

    def upload(self, path: str, body: bytes, content_type: str) -> dict[str, Any]:
        """The document of an answer to a file."""
        document: dict[str, Any] = json.loads(self._ask("POST", path, body, {"Content-Type": content_type})[1])
        return document

    def close(self) -> None:
        """Nothing is asked any more."""
        self._connection.close()

    def _ask(self, method: str, path: str, body: bytes, more: Mapping[str, str]) -> tuple[int, bytes, str]:
        if time.perf_counter() - self._last > KEPT_S:
            self._connection.close()  # it opens again by itself
        self._last = time.perf_counter()
        try:
            self._connection.request(method, path, body or None, {**self._headers, **more})
            answer = self._connection.getresponse()
            found = answer.read()
        except BaseException:
            self._connection.close()
            raise
        if answer.status >= 400:
            route = path.partition("?")[0].partition("/D-")[0]  # which driver it was, a report does not say
            raise Refused(f"{answer.status} of {method} {route}")
        return answer.status, found, answer.headers.get("Location", "")
