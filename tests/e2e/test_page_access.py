"""The access table against the pages: every page, every role, and nobody; and forms that come from elsewhere."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.access_settings import AccessSettings, Provider
from api.accounts.sessions import SessionLimits, Sessions, csrf_token
from api.accounts.users import Users
from api.bootstrap import create_workspace
from api.http import create_app
from api.http.access_table import PAGES, PUBLIC
from api.keys import Keys
from api.roles import Role
from linkage.ledger import Workspace

WITH_BODY = {
    ("POST", "/explore/expand"): {"kind": "Identity", "key": "nobody"},
    ("POST", "/explore/find"): {"text": "nobody"},
    ("POST", "/explore/add"): {"key": "nobody"},
    ("POST", "/explore/join"): {"way": "route", "people": ["nobody", "somebody"]},
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return create_workspace(tmp_path_factory.mktemp("pages") / "workspace")


@pytest.fixture(scope="module")
def tokens(workspace: Workspace) -> dict[Role, str]:
    with workspace.transaction() as connection:
        for role in Role:
            Users(connection).add(f"u-{role}", role, "test", "quokka lanterns hum softly")
        sessions = Sessions(connection, SessionLimits(), time.time())
        return {role: sessions.open(f"u-{role}", "investigation")[0] for role in Role}


@pytest.fixture(scope="module")
def client(workspace: Workspace) -> Iterator[TestClient]:
    app = create_app(workspace)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


def ask(client: TestClient, entry: tuple[str, str], token: str, csrf: str) -> tuple[int, str]:
    method, template = entry
    path = re.sub(r"\{[^}]+\}", "1", template)
    client.cookies.clear()
    cookies = {"Cookie": f"crosslane={token}"} if token else {}
    if entry in WITH_BODY:
        answer = client.request(method, path, headers=cookies | {"x-csrf-token": csrf}, json=WITH_BODY[entry])
    else:
        answer = client.request(method, path, headers=cookies, data={"csrf": csrf} if method == "POST" else None)
    return answer.status_code, answer.headers.get("location", "")


def test_nobody_is_led_to_the_sign_in_page(client: TestClient, workspace: Workspace) -> None:
    with workspace.transaction() as connection:
        secret = Keys(connection).add("service", Role.SUPERVISOR, "test")["secret"]
    for entry, roles in PAGES.items():
        for token in ("", "nonsense", secret):
            status, location = ask(client, entry, token, "")
            if entry in WITH_BODY:  # a script cannot show that page; it says that nobody is signed in
                assert (status, location) == (401, ""), entry
            elif roles != PUBLIC:
                assert (status, location.split("?")[0]) == (303, "/sign-in"), entry


@pytest.mark.parametrize("role", list(Role))
def test_every_role_opens_what_the_table_says_and_nothing_else(
    client: TestClient, tokens: dict[Role, str], role: Role
) -> None:
    for entry, roles in PAGES.items():
        if roles == PUBLIC or entry == ("POST", "/sign-out"):
            continue
        status, _ = ask(client, entry, tokens[role], csrf_token(tokens[role]))
        if role in roles:
            assert status != 403, entry
            assert status < 500, (entry, status)
        else:
            assert status == 403, (entry, status)


def test_a_form_from_elsewhere_changes_nothing(client: TestClient, tokens: dict[Role, str]) -> None:
    for entry, roles in PAGES.items():
        if entry[0] == "POST" and roles != PUBLIC:
            role = sorted(roles)[0]
            for csrf in ("", "nonsense", csrf_token("another session's")):
                assert ask(client, entry, tokens[role], csrf)[0] == 403, entry


def test_a_page_asks_nothing_of_anybody_else_and_runs_nothing_of_its_own(client: TestClient) -> None:
    answer = client.get("/sign-in")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "<script>" not in answer.text
    assert " style=" not in answer.text
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("name", ["..%2f..%2fpyproject.toml", "manifest.json", "nothing.js", "%2e%2e", "a%00.js"])
def test_no_file_but_an_asset_is_served(client: TestClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code in {400, 404}


@pytest.mark.parametrize(
    "where", ["//evil.example/x", "/\\evil.example", "https://evil.example/", "javascript:alert(1)"]
)
def test_signing_in_leads_nowhere_else(client: TestClient, where: str) -> None:
    form = {"user": "u-viewer", "password": "quokka lanterns hum softly", "purpose": "review", "next": where}
    answer = client.post("/sign-in", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_single_sign_on_is_offered_where_there_is_a_provider(workspace: Workspace) -> None:
    provider = Provider("https://login.example/", "crosslane", "secret", "https://crosslane.example")
    with TestClient(create_app(workspace, access=AccessSettings(provider=provider)), base_url="http://127.0.0.1") as at:
        answer = at.get("/sign-in")
    assert 'formaction="/sign-in/provider"' in answer.text
    assert "form-action 'self' https://login.example;" in answer.headers["content-security-policy"]


def test_single_sign_on_leads_nowhere_without_a_provider(client: TestClient) -> None:
    assert "/sign-in/provider" not in client.get("/sign-in").text
    assert client.post("/sign-in/provider", data={"purpose": "review"}).status_code == 404
