"""A write under an Idempotency-Key: done once, answered alike, whoever sends it how often."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request

from api.also import Also
from api.audit import AuditLog
from api.bootstrap import create_workspace
from api.http import problems
from api.http.idempotent import OnceDependency
from api.http.service import Service, allowed
from api.roles import Caller, Role
from linkage.errors import SettingsError
from linkage.ledger import Workspace

with warnings.catch_warnings():
    # Starlette announces another client library on import; what the tests use of it is the same in both.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient


def _caller(request: Request) -> Caller:
    return Caller(request.headers.get("x-caller", "key:one"), Role.REVIEWER)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return create_workspace(tmp_path / "w")


@pytest.fixture
def client(workspace: Workspace) -> Iterator[TestClient]:
    app = FastAPI()
    problems.install(app)
    app.state.service = Service(workspace, AuditLog(workspace.path))
    app.dependency_overrides[allowed] = _caller

    @app.post("/things/{name}", status_code=201)
    def make(name: str, body: dict[str, Any], once: OnceDependency) -> dict[str, Any]:
        return once(lambda also: _write(workspace, name, body, also), 201)

    @app.delete("/things/{name}")
    def remove(name: str, once: OnceDependency) -> dict[str, Any]:
        return once(lambda also: _write(workspace, f"-{name}", {}, also))

    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def _write(workspace: Workspace, name: str, body: dict[str, Any], also: Also) -> dict[str, Any]:
    if body.get("wrong"):
        raise SettingsError("this cannot be written")
    with workspace.transaction() as connection:
        n = int(connection.execute("SELECT count(*) FROM membership").get)
        connection.execute("INSERT INTO membership VALUES (?, ?, 1.0)", (f"{name}/{n}", name))
        document = {"n": n, "name": name}
        also(connection, document)
        return document


def _written(workspace: Workspace) -> int:
    with workspace.reading() as connection:
        return int(connection.execute("SELECT count(*) FROM membership").get)


def _post(client: TestClient, body: dict[str, Any], **headers: str) -> Any:
    return client.post("/things/a", json=body, headers=headers)


def test_the_same_request_is_done_once_and_answered_alike(client: TestClient, workspace: Workspace) -> None:
    first = _post(client, {"x": 1, "y": [2]}, **{"Idempotency-Key": "k1"})
    again = client.post(
        "/things/a",
        content='{"y": [2],\n "x": 1}',
        headers={"Idempotency-Key": "k1", "content-type": "application/json"},
    )
    assert (first.status_code, first.json()) == (again.status_code, again.json()) == (201, {"n": 0, "name": "a"})
    assert _written(workspace) == 1
    for _ in range(2):
        assert client.delete("/things/a", headers={"Idempotency-Key": "k2"}).json() == {"n": 1, "name": "-a"}
    assert _written(workspace) == 2


def test_without_a_key_every_request_is_done(client: TestClient, workspace: Workspace) -> None:
    assert [_post(client, {}).json()["n"] for _ in range(3)] == [0, 1, 2]


def test_another_request_under_the_key_is_refused(client: TestClient, workspace: Workspace) -> None:
    _post(client, {"x": 1}, **{"Idempotency-Key": "k1"})
    for answer in (
        _post(client, {"x": 2}, **{"Idempotency-Key": "k1"}),
        client.post("/things/b", json={"x": 1}, headers={"Idempotency-Key": "k1"}),
        client.delete("/things/a", headers={"Idempotency-Key": "k1"}),
    ):
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert "k1" not in answer.text
    assert _written(workspace) == 1


def test_a_key_is_its_callers_own(client: TestClient, workspace: Workspace) -> None:
    for caller, n in (("key:one", 0), ("key:two", 1)):
        assert _post(client, {"x": 1}, **{"Idempotency-Key": "k1", "x-caller": caller}).json()["n"] == n


def test_a_request_that_was_refused_may_be_tried_again(client: TestClient, workspace: Workspace) -> None:
    assert _post(client, {"wrong": True}, **{"Idempotency-Key": "k1"}).status_code == 400
    assert _post(client, {"wrong": False}, **{"Idempotency-Key": "k1"}).status_code == 201


def test_of_many_at_once_one_is_done(client: TestClient, workspace: Workspace) -> None:
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: _post(client, {"x": 1}, **{"Idempotency-Key": "k1"}), range(24)))
    assert {(answer.status_code, answer.text) for answer in answers} == {(201, '{"n":0,"name":"a"}')}
    assert _written(workspace) == 1


@pytest.mark.parametrize("key", ["", "with blank", "ñ".encode(), "x" * 256])
def test_a_key_that_is_none_is_refused(client: TestClient, workspace: Workspace, key: str | bytes) -> None:
    raw = key if isinstance(key, bytes) else key.encode()
    answer = client.post("/things/a", json={}, headers={b"Idempotency-Key": raw})  # type: ignore[dict-item]
    assert answer.status_code == 422
    assert _written(workspace) == 0
