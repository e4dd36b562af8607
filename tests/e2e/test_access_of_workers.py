"""Two worker processes know the same people: who is let in, and at once who is let in no more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.accounts.users import Users
from api.bootstrap import create_workspace
from api.keys import Keys
from api.roles import Role
from faults.served import Served, served
from linkage.ledger import Workspace
from tests.e2e.served import key

PASSWORD = "seven grey mules walk north"
ASKED = 24
"""Requests on connections of their own: that one of two workers gets none of so many has probability 1e-7."""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return create_workspace(tmp_path_factory.mktemp("workers") / "workspace")


@pytest.fixture(scope="module")
def server(workspace: Workspace) -> Iterator[Served]:
    with served(workspace, "--workers", "2") as server:
        yield server


def statuses(server: Served, headers: dict[str, str], cookies: dict[str, str] | None = None) -> set[int]:
    """What many connections are answered."""
    return {
        httpx.get(f"{server.url}/api/v1/drivers", headers=headers, cookies=cookies, timeout=60).status_code
        for _ in range(ASKED)
    }


def test_a_key_holds_in_every_worker_and_stops_in_every_worker(workspace: Workspace, server: Served) -> None:
    headers = {"Authorization": f"Bearer {key(workspace, Role.VIEWER, 'queue')}"}
    assert statuses(server, headers) == {200}
    with workspace.transaction() as connection:
        Keys(connection).revoke("queue", "tester")
    assert statuses(server, headers) == {401}


def test_a_session_holds_in_every_worker_and_ends_in_every_worker(workspace: Workspace, server: Served) -> None:
    with workspace.transaction() as connection:
        Users(connection).add("ana", Role.VIEWER, "tester", PASSWORD)
    login = {"user": "ana", "password": PASSWORD, "purpose": "review"}
    with httpx.Client(base_url=server.url, timeout=60) as browser:
        assert browser.post("/api/v1/session", json=login).status_code == 200
        cookies = dict(browser.cookies)
    assert statuses(server, {}, cookies) == {200}
    with workspace.transaction() as connection:
        Users(connection).disable("ana", "tester")
    assert statuses(server, {}, cookies) == {401}


def test_nothing_that_opens_anything_is_in_the_log(workspace: Workspace, server: Served) -> None:
    secret = key(workspace, Role.VIEWER, "logged")
    login = {"user": "nobody at all", "password": "not this one either", "purpose": "review"}
    httpx.post(f"{server.url}/api/v1/session", json=login, timeout=60)
    httpx.get(f"{server.url}/api/v1/drivers", headers={"Authorization": f"Bearer {secret}"}, timeout=60)
    httpx.get(f"{server.url}/api/v1/session/provider?code=c0de&state=st4te", timeout=60)
    log = Path(server.log).read_text()
    routes = [json.loads(line).get("route") for line in log.splitlines() if line.startswith("{")]
    assert "/api/v1/session" in routes
    for text in ("nobody at all", "not this one", secret, secret.rpartition("_")[2], "c0de", "st4te"):
        assert text not in log
