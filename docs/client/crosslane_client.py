"""A client of Crosslane's HTTP API in one file: copy it. It needs Python 3.11 and httpx, and nothing of Crosslane.

    with Crosslane("http://127.0.0.1:8000", key) as crosslane:
        for hit in crosslane.search("Núñez Ángela")["hits"]:
            print(hit["identity_id"], crosslane.score(hit["identity_id"])["linked"])

What it takes care of: ids with any characters, paging, files sent piece by piece, waiting where the service says so
(429 and 503), and writes that are sent again without being done twice. Answers are plain dictionaries; the types below
name what may be relied on, and later versions of the service may add more.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypedDict, cast
from urllib.parse import quote

import httpx

__all__ = ["Crosslane", "CrosslaneError", "FieldProblem"]

_AGAIN = frozenset({429, 503})
_LONGEST_WAIT_S = 60.0


class DriverLine(TypedDict):
    """One driver of a list."""

    identity_id: str
    name: str
    birth_date: str | None
    countries: list[str]
    records: int
    score: float | None
    band: str | None


class Hit(DriverLine):
    """One driver that a search found."""

    matched_on: list[str]


class SearchAnswer(TypedDict):
    """Hits, best first; `total` counts those cut off by the limit, and `is_cut` says that there are more still."""

    query: str
    hits: list[Hit]
    total: int
    is_cut: bool


class Score(TypedDict):
    """Stored figures of one driver: `own` and `linked` are what a person sees, `score` orders queues only."""

    identity_id: str
    score: float
    band: str
    own: float
    linked: float
    linked_band: str
    linked_with_possible: float
    as_of: str
    policy: str


class RiskPart(TypedDict):
    """One of the two figures; the points of its contributions add up to `points`."""

    score: float
    points: float
    contributions: list[dict[str, Any]]


class Risk(TypedDict):
    """The score of one driver with every route, record and date it rests on."""

    identity_id: str
    score: float
    band: str
    own: RiskPart
    linked: RiskPart
    linked_band: str
    linked_with_possible: float
    associates: list[dict[str, Any]]
    discounted_hubs: list[dict[str, Any]]
    coverage: list[dict[str, Any]]
    as_of: str
    policy: str


class Driver(TypedDict):
    """One driver: records as received and in standard form, and what follows from them; identifiers are masked."""

    identity_id: str
    former_ids: list[str]
    records: list[dict[str, Any]]
    attributes: list[dict[str, Any]]
    events: list[dict[str, Any]]
    enrolment: dict[str, Any] | None
    coverage: list[dict[str, Any]]
    score: dict[str, Any] | None
    history: list[dict[str, Any]]


class Why(TypedDict):
    """Why two are one person or not; the bits add up."""

    verdict: Literal["same", "possible", "different"]
    probability: float
    bits: float
    by_attribute: list[dict[str, Any]]


Change = TypedDict(
    "Change",
    {
        "at": str,
        "kind": str,
        "identity_ids": list[str],
        "from": str | None,
        "to": str | None,
        "records": list[str],
        "score": float | None,
        "load_id": int | None,
        "review_id": int | None,
        "day": str,
    },
)
"""One change: ids and figures only."""


class Job(TypedDict):
    """Work that the service took on; from `published` on what it brought is in the workspace."""

    job_id: str
    kind: str
    state: Literal["queued", "running", "published", "done", "failed"]
    source: str
    load_id: int | None
    problem: dict[str, Any] | None


class FinishedLoad(Job):
    """A job with what came of it; `load` is null while it waits or runs."""

    load: dict[str, Any] | None


class FieldProblem(TypedDict):
    """One field of a request that cannot be used."""

    field: str
    message: str


class CrosslaneError(Exception):
    """The service refused, or could not answer; it never repeats what was sent.

    Args:
        status: of HTTP.
        detail: what is wrong and what to do, in words.
        errors: the fields that do not fit, where there are some.
        request_id: names the line of the service's log.
    """

    def __init__(self, status: int, detail: str, errors: Sequence[FieldProblem] = (), request_id: str = "") -> None:
        super().__init__(f"{status}: {detail}")
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)
        self.request_id = request_id


class Crosslane:
    """A connection to one service; threads may share it.

    Args:
        url: where the service is, such as http://127.0.0.1:8000.
        key: a service key, made by `crosslane key add`.
        timeout_s: seconds that one request may take.
        attempts: how often a request is sent at most, where the service is busy or the connection breaks.
        transport: how requests travel; httpx's own by default.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout_s: float = 60.0,
        attempts: int = 4,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = httpx.Client(
            base_url=f"{url.rstrip('/')}/api/v1/",
            headers={"Authorization": f"Bearer {key}", "Accept": "application/json"},
            timeout=timeout_s,
            transport=transport,
        )
        self._attempts = max(1, attempts)
        self._tagged: dict[str, tuple[str, Any]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """The connections are closed."""
        self._http.close()

    # Reading people: each call is audited under the key's name before it is answered.

    def search(self, text: str = "", *, limit: int = 20, **fields: str) -> SearchAnswer:
        """Drivers that match a text, or `name`, `birth_date` and `identifier` together."""
        return cast("SearchAnswer", self._post("drivers/search", {"text": text, "limit": limit, **fields}))

    def lookup(self, source: str, record_id: str) -> Driver:
        """The driver that a source record belongs to."""
        return cast("Driver", self._post("drivers/lookup", {"source": source, "record_id": record_id}))

    def driver(self, identity_id: str) -> Driver:
        """One driver: records, attributes, events, enrolment, coverage, score and history."""
        return cast("Driver", self._get(f"drivers/{_id(identity_id)}"))

    def drivers(self, *, page: int = 200) -> Iterator[DriverLine]:
        """All drivers, highest score first; pages are asked for as they are needed."""
        yield from self._pages("drivers", {"sort": "score", "limit": page})

    def score(self, identity_id: str) -> Score:
        """The stored score, without its reasons."""
        return cast("Score", self._get(f"drivers/{_id(identity_id)}/score"))

    def score_if_changed(self, identity_id: str) -> tuple[Score, bool]:
        """The stored score, and whether it is another than this client was told last; an equal one is not sent again.

        The client keeps what it was told of everybody it asks about in this way.
        """
        score, is_new = self._get_if_changed(f"drivers/{_id(identity_id)}/score")
        return cast("Score", score), is_new

    def linked_risk(self, identity_id: str, *, as_of: str | None = None) -> Risk:
        """Own and linked risk with every route, record and date they rest on.

        Args:
            as_of: a day, as 2026-06-30, on which it is to be told as it was known then.
        """
        return cast("Risk", self._get(f"drivers/{_id(identity_id)}/linked-risk", {"as_of": as_of}))

    def match(self, records: Sequence[Mapping[str, str]], *, most: int = 10, date_order: str = "YMD") -> dict[str, Any]:
        """Who each of up to 500 records may be, with probability and bits; nothing is stored.

        Args:
            most: candidates to tell of a record.
        """
        body = {"records": [dict(record) for record in records], "most": most, "date_order": date_order}
        return cast("dict[str, Any]", self._post("match", body))

    def graph(self, identity_id: str, *, hops: int = 2, limit: int = 200) -> dict[str, Any]:
        """What lies around a driver: `nodes`, `edges`, and what was cut."""
        return cast("dict[str, Any]", self._get(f"drivers/{_id(identity_id)}/graph", {"hops": hops, "limit": limit}))

    def why(self, a: str, b: str) -> Why:
        """Why two records or identities are one person or not, bit by bit."""
        return cast("Why", self._get("why", {"a": a, "b": b}))

    def changes(self, since: str = "0", *, topics: Sequence[str] = (), page: int = 200) -> Iterator[Change]:
        """What changed after a place, in order, up to now; keep `at` of the last one for the next time."""
        while True:
            answer = self._get("changes", {"since": since, "limit": page, "topic": list(topics)})
            yield from answer["rows"]
            since = answer["next_cursor"]
            if not answer["has_more"]:
                return

    # Writing: each call carries a key of its own, under which the service does it once however often it is sent.

    def send_records(
        self, records: Sequence[Mapping[str, Any]], *, source: str = "drivers", today: str | None = None
    ) -> dict[str, Any]:
        """Records resolved now, with the identity that each one got.

        While a long load runs the answer is a job instead, with `state`: `wait` for its `job_id`.
        """
        body = {"source": source, "records": [dict(record) for record in records], **_given(today=today)}
        return cast("dict[str, Any]", self._post("records", body, once=True))

    def load(self, file: Path, *, source: str, **options: str) -> Job:
        """A file that is to be loaded was taken on; its job is what is answered.

        Args:
            source: a built-in source.
            options: `today`, `mode`, `date_order`, `encoding`, `delimiter` or `confirm`, as for `crosslane load`.
        """
        key = {"Idempotency-Key": str(uuid.uuid4())}
        for attempt in range(1, self._attempts + 1):
            with file.open("rb") as opened:
                form = {"source": source, **options}
                request = self._http.build_request(
                    "POST", "loads", data=form, files={"file": (f"file{file.suffix}", opened)}, headers=key
                )
                answer = self._sent(request, attempt)
            if answer is not None:
                return cast("Job", answer.json())
        raise AssertionError  # the last attempt answers or raises

    def job(self, job_id: str) -> FinishedLoad:
        """Where a job stands and, once it is over, what came of it."""
        return cast("FinishedLoad", self._get(f"loads/{_id(job_id)}"))

    def wait(self, job_id: str, *, every_s: float = 1.0, at_most_s: float = 86_400.0) -> FinishedLoad:
        """The job once it is over.

        Raises:
            CrosslaneError: it failed; nothing of it is in the workspace.
            TimeoutError: it is not over yet.
        """
        deadline = time.monotonic() + at_most_s
        while (job := self.job(job_id))["state"] not in ("done", "failed"):
            if time.monotonic() > deadline:
                raise TimeoutError(f"job {job_id} is {job['state']}")
            time.sleep(every_s)
        if job["state"] == "failed":
            problem = job["problem"] or {}
            raise CrosslaneError(int(problem.get("status", 500)), str(problem.get("detail", "the job failed")))
        return job

    # How requests travel.

    def _get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        return self._ask("GET", path, params=_given(**(query or {}))).json()

    def _get_if_changed(self, path: str) -> tuple[Any, bool]:
        tag, held = self._tagged.get(path, ("", None))
        answer = self._ask("GET", path, headers={"If-None-Match": tag} if tag else {})
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            return held, False
        document = answer.json()
        self._tagged[path] = (answer.headers["ETag"], document)
        return document, True

    def _post(self, path: str, body: Mapping[str, Any], *, once: bool = False) -> Any:
        headers = {"Idempotency-Key": str(uuid.uuid4())} if once else {}
        return self._ask("POST", path, json=body, headers=headers).json()

    def _pages(self, path: str, query: Mapping[str, Any]) -> Iterator[Any]:
        cursor: str | None = None
        while True:
            page = self._get(path, {**query, "cursor": cursor})
            yield from page["rows"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        for attempt in range(1, self._attempts + 1):
            answer = self._sent(self._http.build_request(method, path, **more), attempt)
            if answer is not None:
                return answer
        raise AssertionError  # the last attempt answers or raises

    def _sent(self, request: httpx.Request, attempt: int) -> httpx.Response | None:
        """The answer; None where the request is to be sent again, once that was waited for."""
        is_last = attempt == self._attempts
        try:
            answer = self._http.send(request)
        except httpx.TransportError:
            if is_last:
                raise
            time.sleep(min(_LONGEST_WAIT_S, 0.2 * 2**attempt))
            return None
        if answer.status_code in _AGAIN and not is_last:
            time.sleep(_wait_s(answer, attempt))
            return None
        if answer.is_error:
            raise _error(answer)
        return answer


def _id(text: str) -> str:
    """An id as one part of a path, whatever it holds."""
    return quote(text, safe="").replace(".", "%2E")  # a bare `..` would be taken for a step up


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _wait_s(answer: httpx.Response, attempt: int) -> float:
    told = answer.headers.get("Retry-After", "")
    return min(_LONGEST_WAIT_S, float(told) if told.isdigit() else 0.2 * 2**attempt)


def _error(answer: httpx.Response) -> CrosslaneError:
    try:
        problem = answer.json()
        detail, errors = str(problem["detail"]), problem.get("errors") or []
    except (ValueError, KeyError, TypeError):
        detail, errors = answer.reason_phrase, []
    return CrosslaneError(answer.status_code, detail, errors, answer.headers.get("X-Request-ID", ""))
