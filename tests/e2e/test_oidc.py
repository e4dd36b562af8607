"""Logging in at a real OpenID Connect provider, run on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from api.access_settings import AccessSettings, Provider
from api.accounts.provider import CALLBACK
from api.accounts.users import Subject, Users
from api.audit import AuditLog
from api.bootstrap import open_workspace
from api.http import create_app
from api.roles import Role
from linkage.ledger import Workspace
from tests.oidc_server import SECRET, OidcServer, serve

PUBLIC_URL = "http://127.0.0.1:8123"
LOGIN = {"purpose": "review", "reference": "C-17"}


@pytest.fixture(scope="module")
def provider() -> Iterator[OidcServer]:
    yield from serve(f"{PUBLIC_URL}{CALLBACK}")


@pytest.fixture
def workspace(cli: Any, provider: OidcServer) -> Workspace:
    found = open_workspace(cli.folder)
    with found.transaction() as connection:
        Users(connection).add("ana", Role.REVIEWER, "tester", Subject(provider.issuer, "248289761001"))
    return found


def settings(provider: OidcServer, **changes: str) -> AccessSettings:
    return AccessSettings(provider=replace(Provider(provider.issuer, "crosslane", SECRET, PUBLIC_URL), **changes))


def browser_of(workspace: Workspace, access: AccessSettings) -> TestClient:
    app = create_app(workspace, access=access)
    return TestClient(app, base_url=PUBLIC_URL, raise_server_exceptions=False, follow_redirects=False)


def go(browser: TestClient, provider: OidcServer, login: str, body: Any = None, **how: bool) -> str:
    """Where the provider sends the browser back to."""
    start = browser.post(CALLBACK, json=LOGIN | (body or {}))
    assert start.status_code == 200, start.text
    with httpx.Client() as elsewhere:
        back = provider.log_in(start.json()["url"], login, elsewhere, **how)
    assert back.startswith(f"{PUBLIC_URL}{CALLBACK}?")
    return back.removeprefix(PUBLIC_URL)


@pytest.mark.parametrize("client", ["crosslane", "crosslane-public"])
def test_whom_the_provider_knows_and_the_workspace_lets_in_has_a_session(
    workspace: Workspace, provider: OidcServer, client: str
) -> None:
    secret = SECRET if client == "crosslane" else ""
    browser = browser_of(workspace, settings(provider, client_id=client, client_secret=secret))
    answer = browser.get(go(browser, provider, "248289761001"))
    assert answer.status_code == 200, answer.text
    assert (answer.json()["user"], answer.json()["role"]) == ("ana", "reviewer")
    assert answer.json()["purpose"] == "review C-17"
    seen = browser.get("/api/v1/session").json()
    assert seen["csrf_token"] == answer.json()["csrf_token"]
    entry = AuditLog(workspace.path).entries(limit=1)[0]
    assert (entry.actor, entry.action, entry.detail) == ("ana", "login", "session 1 for review C-17")
    assert "crosslane-login" not in browser.cookies


def test_whom_the_workspace_does_not_let_in_has_none(workspace: Workspace, provider: OidcServer) -> None:
    browser = browser_of(workspace, settings(provider))
    answer = browser.get(go(browser, provider, "somebody else"))
    assert answer.status_code == 403
    assert "somebody" not in answer.text
    assert browser.get("/api/v1/session").status_code == 401
    entry = AuditLog(workspace.path).entries(limit=1)[0]
    assert (entry.actor, entry.action) == ("(unknown)", "login refused")
    with workspace.transaction() as connection:
        Users(connection).disable("ana", "tester")
    assert browser.get(go(browser, provider, "248289761001")).status_code == 403


def test_a_browser_goes_on_to_a_page_of_this_service(workspace: Workspace, provider: OidcServer) -> None:
    browser = browser_of(workspace, settings(provider))
    answer = browser.get(go(browser, provider, "248289761001", {"then": "/work"}))
    assert (answer.status_code, answer.headers["location"]) == (303, "/work")
    assert browser.get("/api/v1/session").json()["user"] == "ana"


@pytest.mark.parametrize(
    "then", ["https://evil.example", "//evil.example", "/\\evil.example", "work", "/a?b=c", "/../x"]
)
def test_a_browser_goes_nowhere_else(workspace: Workspace, provider: OidcServer, then: str) -> None:
    answer = browser_of(workspace, settings(provider)).post(CALLBACK, json=LOGIN | {"then": then})
    assert answer.status_code == 422
    assert "evil" not in answer.text


def test_a_login_comes_back_once_and_to_the_browser_that_started_it(workspace: Workspace, provider: OidcServer) -> None:
    browser = browser_of(workspace, settings(provider))
    back = go(browser, provider, "248289761001")
    other = browser_of(workspace, settings(provider))
    assert other.get(back).status_code == 400, "somebody else's login was taken over"
    forged = browser.get(f"{CALLBACK}?code=x&state=y")
    assert forged.status_code == 400
    assert browser.get(back).status_code == 200
    browser.cookies.clear()
    assert browser.get(back).status_code == 400


def test_another_worker_takes_the_login_back(workspace: Workspace, provider: OidcServer) -> None:
    browser = browser_of(workspace, settings(provider))
    back = go(browser, provider, "248289761001")
    other = browser_of(workspace, settings(provider))
    other.cookies.update(dict(browser.cookies))
    assert other.get(back).json()["user"] == "ana"


def test_a_login_that_took_too_long_is_over(workspace: Workspace, provider: OidcServer) -> None:
    browser = browser_of(workspace, settings(provider))
    back = go(browser, provider, "248289761001")
    with workspace.transaction() as connection:
        connection.execute("UPDATE login_attempt SET ends_at = ends_at - 600")
    assert browser.get(back).status_code == 400


def test_whoever_leaves_the_providers_pages_is_not_let_in(workspace: Workspace, provider: OidcServer) -> None:
    browser = browser_of(workspace, settings(provider))
    answer = browser.get(go(browser, provider, "248289761001", consents=False))
    assert answer.status_code == 401
    assert browser.get("/api/v1/session").status_code == 401


@pytest.mark.parametrize("change", ["code", "iss", "nonce", "verifier", "secret", "audience"])
def test_what_does_not_prove_who_somebody_is_lets_nobody_in(
    workspace: Workspace, provider: OidcServer, change: str
) -> None:
    browser = browser_of(workspace, settings(provider, **({"client_secret": "wrong"} if change == "secret" else {})))
    back = httpx.URL(go(browser, provider, "248289761001"))
    if change == "audience":
        # A code that was given to another client of the same provider.
        browser = other = browser_of(workspace, settings(provider, client_id="crosslane-public", client_secret=""))
        own = httpx.URL(go(other, provider, "248289761001"))
        back = own.copy_set_param("code", back.params["code"])
    if change in ("code", "iss"):
        back = back.copy_set_param(change, "https://evil.example")
    if change in ("nonce", "verifier"):
        with workspace.transaction() as connection:
            connection.execute(
                "UPDATE login_attempt SET nonce = CASE ?1 WHEN 'nonce' THEN 'x' ELSE nonce END, "
                "verifier = CASE ?1 WHEN 'verifier' THEN verifier || 'x' ELSE verifier END",
                (change,),
            )
    answer = browser.get(str(back))
    assert answer.status_code == 401, answer.text
    assert "evil" not in answer.text
    assert browser.get("/api/v1/session").status_code == 401


def test_a_provider_that_is_away_is_told(workspace: Workspace, provider: OidcServer) -> None:
    away = browser_of(workspace, settings(provider, issuer="http://127.0.0.1:1"))
    assert away.post(CALLBACK, json=LOGIN).status_code == 503
    other_name = browser_of(workspace, settings(provider, issuer=f"{provider.issuer}/"))
    assert other_name.post(CALLBACK, json=LOGIN).status_code == 503


def test_the_secret_is_in_no_repr(provider: OidcServer) -> None:
    assert SECRET not in repr(settings(provider))


def test_without_a_provider_there_is_none(cli: Any) -> None:
    browser = browser_of(open_workspace(cli.folder), AccessSettings())
    assert browser.post(CALLBACK, json=LOGIN).status_code == 404
    assert browser.get(f"{CALLBACK}?code=x&state=y").status_code == 404


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("CROSSLANE_PUBLIC_URL", "", "CROSSLANE_PUBLIC_URL"),
        ("CROSSLANE_PUBLIC_URL", "http://crosslane.example", "https://"),
        ("CROSSLANE_OIDC_ISSUER", "http://login.example", "https://"),
        ("CROSSLANE_OIDC_CLIENT_ID", "", "CROSSLANE_OIDC_CLIENT_ID"),
    ],
)
def test_settings_that_would_not_be_safe_are_refused(
    cli: Any, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    good = {"OIDC_ISSUER": "https://login.example", "OIDC_CLIENT_ID": "crosslane", "PUBLIC_URL": "https://c.example"}
    for setting, text in good.items():
        monkeypatch.setenv(f"CROSSLANE_{setting}", text)
    monkeypatch.setenv(name, value)
    result = cli("serve", "--port", "0")
    assert result.code == 2
    assert told in result.err
