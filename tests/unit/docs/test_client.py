"""The Python client of docs/: what it sends, when it sends it again, and what it makes of answers."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[3]
FILE = ROOT / "docs" / "client" / "crosslane_client.py"


def _module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("crosslane_client", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


client = _module()


class Service:
    """Answers what it is told to, one after the other, and keeps what it was sent."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waited: list[float] = []
    monkeypatch.setattr(client.time, "sleep", waited.append)
    return waited


def to(service: Callable[[httpx.Request], httpx.Response]) -> Any:
    return client.Crosslane("http://service/", "secret", transport=httpx.MockTransport(service))


def test_a_key_goes_in_the_header_and_what_is_asked_about_people_in_the_body() -> None:
    service = Service(httpx.Response(200, json={"hits": [], "total": 0, "query": "x"}))
    to(service).search("Núñez", limit=5)
    (sent,) = service.requests
    assert sent.headers["Authorization"] == "Bearer secret"
    assert str(sent.url) == "http://service/api/v1/drivers/search"
    assert "Núñez".encode() in sent.content or b"N\\u00fa\\u00f1ez" in sent.content


@pytest.mark.parametrize(
    ("identity", "path"),
    [("D-1", "D-1"), ("MX/q?x=1#f", "MX%2Fq%3Fx%3D1%23f"), ("..", "%2E%2E"), ("MX/50%25", "MX%2F50%2525")],
)
def test_an_id_is_one_part_of_the_path_whatever_it_holds(identity: str, path: str) -> None:
    service = Service(httpx.Response(200, json={}))
    to(service).score(identity)
    assert service.requests[0].url.raw_path.decode() == f"/api/v1/drivers/{path}/score"


def test_pages_are_followed_as_long_as_there_are_some() -> None:
    pages = [([1, 2], "c1"), ([3], "c2"), ([], None)]
    service = Service(*(httpx.Response(200, json={"rows": rows, "next_cursor": at}) for rows, at in pages))
    drivers = to(service).drivers(page=2)
    assert next(drivers) == 1
    assert len(service.requests) == 1
    assert list(drivers) == [2, 3]
    assert [request.url.params.get("cursor") for request in service.requests] == [None, "c1", "c2"]


def test_changes_end_where_nothing_more_is_there_now() -> None:
    rows = [([{"at": "1"}], "1", True), ([{"at": "2"}], "2", False)]
    service = Service(*(httpx.Response(200, json={"rows": r, "next_cursor": c, "has_more": m}) for r, c, m in rows))
    assert [change["at"] for change in to(service).changes("0", topics=["score"])] == ["1", "2"]
    assert [request.url.params["since"] for request in service.requests] == ["0", "1"]
    assert service.requests[1].url.params.get_list("topic") == ["score"]


def test_a_write_is_sent_again_under_the_same_key_until_it_is_answered(waits: list[float]) -> None:
    service = Service(
        httpx.ReadError("broken"),
        httpx.Response(503, json={"detail": "busy"}, headers={"Retry-After": "7"}),
        httpx.Response(200, json={"accepted": 1}),
    )
    assert to(service).send_records([{"source": "US", "record_id": "1"}]) == {"accepted": 1}
    keys = {request.headers["Idempotency-Key"] for request in service.requests}
    assert len(keys) == 1
    assert len({request.content for request in service.requests}) == 1
    assert waits == [0.4, 7.0]


def test_two_writes_have_two_keys() -> None:
    service = Service(httpx.Response(200, json={}), httpx.Response(200, json={}))
    crosslane = to(service)
    for _ in range(2):
        crosslane.send_records([{"source": "US", "record_id": "1"}])
    assert len({request.headers["Idempotency-Key"] for request in service.requests}) == 2


def test_a_file_is_sent_again_whole_and_without_its_name(tmp_path: Path, waits: list[float]) -> None:
    file = tmp_path / "Lucretia Vanhoutenius.csv"
    file.write_text("source,record_id\nUS,1\n")
    job = {"job_id": "j-1", "state": "queued"}
    service = Service(httpx.Response(429, json={"detail": "slowly"}), httpx.Response(202, json=job))
    assert to(service).load(file, source="drivers", today="2026-06-30") == job
    first, second = service.requests
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    for request in (first, second):
        assert b"US,1" in request.content
        assert b"2026-06-30" in request.content
        assert b"Lucretia" not in request.content
    assert len(waits) == 1


def test_an_answer_that_did_not_change_is_the_one_from_before() -> None:
    service = Service(
        httpx.Response(200, json={"score": 3.0}, headers={"ETag": '"a"'}),
        httpx.Response(304, headers={"ETag": '"a"'}),
        httpx.Response(200, json={"score": 4.0}, headers={"ETag": '"b"'}),
    )
    crosslane = to(service)
    told = [crosslane.score_if_changed("D-1") for _ in range(3)]
    assert told == [({"score": 3.0}, True), ({"score": 3.0}, False), ({"score": 4.0}, True)]
    assert [request.headers.get("If-None-Match") for request in service.requests] == [None, '"a"', '"a"']


def test_a_refusal_is_an_error_with_what_the_service_said(waits: list[float]) -> None:
    problem = {"detail": "the request does not fit; see errors", "errors": [{"field": "body.text", "message": "long"}]}
    service = Service(httpx.Response(422, json=problem, headers={"X-Request-ID": "r1"}))
    with pytest.raises(client.CrosslaneError, match="422: the request does not fit") as caught:
        to(service).search("x")
    assert (caught.value.status, caught.value.request_id) == (422, "r1")
    assert caught.value.errors == ({"field": "body.text", "message": "long"},)
    assert not waits


def test_a_service_that_stays_busy_or_away_is_told_in_the_end(waits: list[float]) -> None:
    busy = Service(*(httpx.Response(503, text="<html>") for _ in range(4)))
    with pytest.raises(client.CrosslaneError, match="503"):
        to(busy).score("D-1")
    away = Service(*(httpx.ConnectError("refused") for _ in range(4)))
    with pytest.raises(httpx.ConnectError):
        to(away).score("D-1")
    assert len(busy.requests) == len(away.requests) == 4
    assert len(waits) == 6


def test_a_job_is_waited_for_and_its_failure_is_an_error(waits: list[float]) -> None:
    states = ["queued", "running", "published", "done"]
    service = Service(*(httpx.Response(200, json={"job_id": "j", "state": state}) for state in states))
    assert to(service).wait("j")["state"] == "done"
    assert len(waits) == 3
    failed = {"state": "failed", "problem": {"status": 422, "detail": "the file has no header"}}
    with pytest.raises(client.CrosslaneError, match="422: the file has no header"):
        to(Service(httpx.Response(200, json=failed))).wait("j")
    with pytest.raises(TimeoutError):
        to(Service(*(httpx.Response(200, json={"state": "queued"}) for _ in range(2)))).wait("j", at_most_s=-1)


def test_its_types_are_strict() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file", "", str(FILE)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
