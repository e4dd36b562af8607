"""A relay on an analyst's own machine, since OpenRefine cannot send a key: it adds the key and passes requests on.

OpenRefine asks from two sides: its own Java process sends the queries, and the analyst's browser fetches the manifest,
suggestions and previews. Neither can send a header that the service wants. The relay listens on this machine only,
under a path that is made anew at each start and told to nobody else, lets only pages of OpenRefine's own address use
it, and keeps the key out of URLs, of the browser and of OpenRefine's project files.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx

from api.loopback import is_loopback
from linkage.errors import SettingsError

SERVICE = "/api/v1/reconcile"
SEARCH = "/api/v1/drivers/search"
OPENREFINE = ("http://127.0.0.1:3333", "http://localhost:3333")
"""Where OpenRefine listens unless told otherwise."""
MAX_BODY = 1_000_000  # bytes; what the service takes
SUGGESTED = 10
_PASSED = re.compile(r"/suggest/(property|type)|/preview/[A-Za-z0-9_-]{1,200}")
"""What is asked of the service as it stands."""
_JSON = "application/json"


@dataclass(frozen=True)
class Upstream:
    """The service behind the relay.

    Args:
        server: address of the service, such as https://crosslane.example.
        key: a service key of it.
    """

    server: str
    key: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuses an address over which a key could be listened to.

        Raises:
            SettingsError: it is no address of a server, or a plain one of another machine.
        """
        parts = urlsplit(self.server)
        is_open = parts.scheme == "http" and not is_loopback(parts.hostname or "")
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            raise SettingsError("--server: give the address of the service, such as https://crosslane.example")
        if is_open:
            raise SettingsError("--server: a key would travel in the clear; give an https address")

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """The service's answer.

        Raises:
            httpx.HTTPError: there is none.
        """
        headers = {"Authorization": f"Bearer {self.key}", **more.pop("headers", {})}
        return httpx.request(method, self.server.rstrip("/") + path, headers=headers, timeout=60.0, **more)


class Relay(ThreadingHTTPServer):
    """Listens on this machine.

    Args:
        port: 0 takes a free one.
        origins: addresses that OpenRefine's pages come from.
    """

    daemon_threads = True

    def __init__(self, upstream: Upstream, port: int, origins: tuple[str, ...] = OPENREFINE) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.upstream = upstream
        self.origins = origins
        self.path = f"/{secrets.token_urlsafe(16)}"

    @property
    def url(self) -> str:
        """What to tell OpenRefine."""
        return f"http://127.0.0.1:{self.server_port}{self.path}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing is told of what broke off: it may quote a request."""


class _Handler(BaseHTTPRequestHandler):
    server: Relay
    protocol_version = "HTTP/1.1"

    def do_OPTIONS(self) -> None:
        self._guarded(lambda _: self._answer(HTTPStatus.NO_CONTENT, b"", ""))

    def do_GET(self) -> None:
        self._guarded(self._get)

    def do_POST(self) -> None:
        self._guarded(self._post)

    def log_message(self, *_: Any) -> None:
        """Requests are not logged: what an analyst types may stand in them."""

    def _guarded(self, answer: Any) -> None:
        """Only OpenRefine, on this machine, under the path of this start."""
        path = urlsplit(self.path).path
        given, own = path[: len(self.server.path)], self.server.path
        rest = path[len(own) :]
        if not hmac.compare_digest(given.encode(), own.encode()) or not (rest == "" or rest.startswith("/")):
            self._problem(HTTPStatus.NOT_FOUND, "nothing is here")
        elif not self._is_openrefine():
            self._problem(HTTPStatus.FORBIDDEN, "only OpenRefine on this machine may ask here")
        else:
            try:
                answer(rest)
            except httpx.HTTPError:
                self._problem(HTTPStatus.BAD_GATEWAY, "the service does not answer")

    def _is_openrefine(self) -> bool:
        origin = self.headers.get("Origin")
        hosts = {f"127.0.0.1:{self.server.server_port}", f"localhost:{self.server.server_port}"}
        if self.headers.get("Host") not in hosts:
            return False
        if origin is not None:
            return origin in self.server.origins
        return self.headers.get("Sec-Fetch-Site") != "cross-site"

    def _get(self, rest: str) -> None:
        if rest in ("", "/"):
            self._manifest()
        elif rest == "/suggest/entity":
            self._people()
        elif _PASSED.fullmatch(rest):
            query = urlsplit(self.path).query
            self._pass(self.server.upstream.ask("GET", SERVICE + rest + (f"?{query}" if query else "")))
        else:
            self._problem(HTTPStatus.NOT_FOUND, "nothing is here")

    def _post(self, rest: str) -> None:
        size = self.headers.get("Content-Length", "")
        if rest not in ("", "/") or not size.isdigit() or int(size) > MAX_BODY:
            self._problem(HTTPStatus.BAD_REQUEST, "send queries of up to a megabyte")
            return
        headers = {"Content-Type": self.headers.get("Content-Type", "")}
        self._pass(self.server.upstream.ask("POST", SERVICE, content=self.rfile.read(int(size)), headers=headers))

    def _manifest(self) -> None:
        """The service's, with this relay's address in place of its own, and people to be looked up by name."""
        answer = self.server.upstream.ask("GET", SERVICE)
        if answer.status_code != HTTPStatus.OK:
            self._pass(answer)
            return
        url = self.server.url
        document = answer.json()
        document.pop("authentication", None)
        document["view"] = {"url": f"{self.server.upstream.server.rstrip('/')}/drivers/{{{{id}}}}"}
        document["preview"]["url"] = f"{url}/preview/{{{{id}}}}"
        names = ("entity", "property", "type")
        document["suggest"] = {name: {"service_url": url, "service_path": f"/suggest/{name}"} for name in names}
        self._answer(HTTPStatus.OK, json.dumps(document).encode(), _JSON)

    def _people(self) -> None:
        """Drivers by name, for an analyst who picks one: the name goes on in a body."""
        text = parse_qs(urlsplit(self.path).query).get("prefix", [""])[0].strip()
        if not text:
            self._answer(HTTPStatus.OK, b'{"result": []}', _JSON)
            return
        answer = self.server.upstream.ask("POST", SEARCH, json={"text": text[:400], "limit": SUGGESTED})
        if answer.status_code != HTTPStatus.OK:
            self._pass(answer)
            return
        found = [
            {"id": hit["identity_id"], "name": hit["name"], "description": hit["birth_date"] or ""}
            for hit in answer.json()["hits"]
        ]
        self._answer(HTTPStatus.OK, json.dumps({"result": found}).encode(), _JSON)

    def _pass(self, answer: httpx.Response) -> None:
        self._answer(answer.status_code, answer.content, answer.headers.get("Content-Type", _JSON))

    def _problem(self, status: HTTPStatus, detail: str) -> None:
        self.close_connection = True
        body = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail}
        self._answer(status, json.dumps(body).encode(), "application/problem+json")

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        frames = " ".join(quote(origin, safe=":/") for origin in self.server.origins)
        self.send_header("Content-Security-Policy", f"default-src 'none'; frame-ancestors {frames}")
        if self.headers.get("Origin") in self.server.origins and self._is_openrefine():
            self.send_header("Access-Control-Allow-Origin", self.headers["Origin"])
            self.send_header("Access-Control-Allow-Headers", "Content-Type")
            self.send_header("Vary", "Origin")
        self.end_headers()
        self.wfile.write(body)
