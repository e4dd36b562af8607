"""The access table against the routes there are: every route, every role, and nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send

from api.bootstrap import create_workspace
from api.http import create_app
from api.http.access_table import ACCESS, PAGES, PUBLIC, served, unlisted
from api.keys import Keys
from api.roles import Role
from linkage.ledger import Workspace

OPENAPI = "/api/v1/openapi.json"
NOBODY = ("", "Bearer nonsense", "Bearer crosslane_0_0", "Basic cm9vdDpyb290")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return create_workspace(tmp_path_factory.mktemp("access") / "workspace")


class Noting:
    """An application that notes which route answered last."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.answered = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)
        self.answered = getattr(scope.get("route"), "path", "")


@pytest.fixture(scope="module")
def client(workspace: Workspace) -> Iterator[TestClient]:
    with TestClient(Noting(create_app(workspace)), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def keys(workspace: Workspace) -> dict[Role, str]:
    with workspace.transaction() as connection:
        return {role: Keys(connection).add(role.value, role, "test")["secret"] for role in Role}


def of_the_api(client: TestClient) -> list[tuple[str, str]]:
    """Method and path template of every route but the pages, which have sessions and answers of their own."""
    return [entry for entry in served(app_of(client).routes) if entry not in PAGES]


def path_of(template: str) -> str:
    """A path of the route, of things that are not there."""
    return re.sub(r"\{[^}]+\}", "1", template)


def app_of(client: TestClient) -> FastAPI:
    assert isinstance(client.app, Noting)
    return client.app.app


def ask(client: TestClient, method: str, template: str, authorization: str) -> Any:
    """The answer to a request without a usable body, once the route was found to be the one that answered."""
    headers = {"Authorization": authorization} if authorization else {}
    answer = client.request(method, path_of(template), headers=headers, json=None if method == "GET" else {})
    assert isinstance(client.app, Noting)
    expected = "" if template == OPENAPI else template  # a plain route, which notes nothing
    assert client.app.answered == expected, "another route answers this one's path"
    return answer


def test_the_table_names_the_routes_that_there_are_and_no_others(client: TestClient) -> None:
    routes = served(app_of(client).routes)
    assert set(routes) == set(ACCESS)
    assert len(routes) == len(set(routes)), "two routes answer one path"
    assert ("POST", "/api/v1/drivers/search") in routes


def test_a_route_that_the_table_does_not_name_is_found(client: TestClient) -> None:
    inner, outer = APIRouter(prefix="/inner"), APIRouter(prefix="/outer")
    inner.add_api_route("/thing", lambda: 1, methods=["GET", "DELETE"])
    outer.include_router(inner)
    app = FastAPI(openapi_url=None)
    app.include_router(outer, prefix="/x")
    app.mount("/files", lambda *_: None)
    entries = [("DELETE", "/x/outer/inner/thing"), ("GET", "/x/outer/inner/thing"), ("", "/files")]
    assert unlisted(app.routes) == entries


@pytest.mark.parametrize("authorization", NOBODY)
def test_nobody_is_let_in_where_somebody_is_asked_for(client: TestClient, authorization: str) -> None:
    for method, template in of_the_api(client):
        answer = ask(client, method, template, authorization)
        if ACCESS[method, template] == PUBLIC:
            assert answer.status_code not in {401, 403}, (method, template)
        else:
            assert answer.status_code == 401, (method, template, answer.status_code)
            assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("role", list(Role))
def test_every_role_is_let_in_where_the_table_says_and_nowhere_else(
    client: TestClient, keys: dict[Role, str], role: Role
) -> None:
    for method, template in of_the_api(client):
        roles = ACCESS[method, template]
        if roles == PUBLIC:
            continue
        answer = ask(client, method, template, f"Bearer {keys[role]}")
        said = (method, template, answer.status_code)
        if role in roles:
            assert answer.status_code not in {401, 403}, said
            assert answer.status_code < 500, said
        else:
            assert answer.status_code == 403, said
            assert answer.headers["content-type"] == "application/problem+json"


def test_every_route_says_in_the_openapi_document_whether_it_asks_who_calls(client: TestClient) -> None:
    document: dict[str, Any] = client.get(OPENAPI).json()
    plain = {
        (method.upper(), path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }
    for (method, template), roles in ACCESS.items():
        operation = plain.get((method, re.sub(r":\w+\}", "}", template)))
        if operation is not None:
            assert bool(operation.get("security")) == (roles != PUBLIC), (method, template)
