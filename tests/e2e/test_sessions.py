"""Sessions of people at a browser: opened with a purpose, kept in a cookie, guarded against other sites' pages."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import apsw
import pytest
from fastapi.testclient import TestClient

from api.access_settings import AccessSettings, RateLimits
from api.accounts.sessions import SessionLimits
from api.accounts.users import Users
from api.audit import AuditLog
from api.bootstrap import open_workspace
from api.http import create_app
from api.http.service import CSRF_HEADER
from api.roles import Role

PASSWORD = "seven grey mules walk north"
LOGIN = {"user": "ana", "password": PASSWORD, "purpose": "review", "reference": "C-17"}
DRIVERS = "source,record_id,country,given_name,surname,birth_date\nUS,u1,US,Lucretia,Van Houten,1981-01-01\n"


@pytest.fixture
def loaded(load_kept: Any) -> Any:
    cli = load_kept(("drivers", DRIVERS, "2026-06-30"))
    let_in(cli, "ana", Role.REVIEWER)
    return cli


def let_in(cli: Any, name: str, role: Role) -> None:
    with open_workspace(cli.folder).transaction() as connection:
        Users(connection).add(name, role, "tester", PASSWORD)


def browser_of(cli: Any, access: AccessSettings | None = None, base_url: str = "https://crosslane.example") -> Any:
    app = create_app(open_workspace(cli.folder), access=access)
    return TestClient(app, base_url=base_url, raise_server_exceptions=False)


@pytest.fixture
def browser(loaded: Any) -> Any:
    return browser_of(loaded)


def log_in(browser: Any, **changes: Any) -> dict[str, Any]:
    answer = browser.post("/api/v1/session", json=LOGIN | changes)
    assert answer.status_code == 200, answer.text
    view: dict[str, Any] = answer.json()
    return view


def test_a_login_opens_a_session_that_reads(browser: Any) -> None:
    assert browser.get("/api/v1/drivers").status_code == 401
    view = log_in(browser)
    assert (view["user"], view["role"], view["purpose"]) == ("ana", "reviewer", "review C-17")
    assert browser.get("/api/v1/drivers").json()["total"] == 1
    seen = browser.get("/api/v1/session").json()
    assert (seen["csrf_token"], seen["ends_at"]) == (view["csrf_token"], view["ends_at"])


@pytest.mark.parametrize(
    ("base_url", "name", "is_secure"),
    [
        ("https://crosslane.example", "__Host-crosslane", True),
        ("http://crosslane.example", "__Host-crosslane", True),
        ("https://127.0.0.1:8000", "__Host-crosslane", True),
        ("http://127.0.0.1:8000", "crosslane", False),
        ("http://localhost:8000", "crosslane", False),
    ],
)
def test_the_cookie_is_out_of_reach(loaded: Any, base_url: str, name: str, is_secure: bool) -> None:
    answer = browser_of(loaded, base_url=base_url).post("/api/v1/session", json=LOGIN)
    first, *rest = [part.strip() for part in answer.headers["set-cookie"].split(";")]
    assert first.startswith(f"{name}=")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(rest)
    assert ("Secure" in rest) == is_secure
    assert not [part for part in rest if part.startswith("Domain")]
    assert first.split("=")[1] not in answer.text


def test_a_change_needs_the_second_token(browser: Any) -> None:
    csrf = log_in(browser)["csrf_token"]
    for headers in ({}, {CSRF_HEADER: ""}, {CSRF_HEADER: csrf[:-1]}, {CSRF_HEADER: csrf + "é"}):
        sent = {name: value.encode() for name, value in headers.items()}
        answer = browser.post("/api/v1/drivers/search", json={"text": "houten"}, headers=sent)
        assert answer.status_code == 403
        assert answer.headers["content-type"] == "application/problem+json"
    answer = browser.post("/api/v1/drivers/search", json={"text": "houten"}, headers={CSRF_HEADER: csrf})
    assert answer.json()["total"] == 1
    other = log_in(browser)["csrf_token"]
    assert other != csrf
    assert browser.post("/api/v1/drivers/search", json={"text": "x"}, headers={CSRF_HEADER: csrf}).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_no_page_of_another_site_logs_anybody_in(browser: Any, site: str) -> None:
    answer = browser.post("/api/v1/session", json=LOGIN, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None])
def test_what_a_form_of_another_site_could_send_is_no_login(browser: Any, kind: str | None) -> None:
    headers = {"Content-Type": kind} if kind else {}
    answer = browser.post("/api/v1/session", content=json.dumps(LOGIN).encode(), headers=headers)
    assert answer.status_code == 422
    assert "set-cookie" not in answer.headers


def test_every_read_is_audited_with_the_purpose(loaded: Any, browser: Any) -> None:
    csrf = log_in(browser)["csrf_token"]
    browser.post("/api/v1/drivers/search", json={"text": "houten"}, headers={CSRF_HEADER: csrf})
    browser.get("/api/v1/drivers")
    listed, searched, login = AuditLog(loaded.folder).entries(limit=3)
    assert (login.actor, login.action, login.detail) == ("ana", "login", "session 1 for review C-17")
    assert (searched.actor, searched.action, searched.detail) == ("ana", "search", "for review C-17: 1 hits")
    assert (listed.action, listed.detail) == ("list by score", "for review C-17")


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": "curiosity"},
        {"purpose": ""},
        {"reference": "x" * 41},
        {"user": ""},
        {"password": ""},
        {"password": "p" * 257},
        {"more": "x"},
    ],
)
def test_a_login_without_a_purpose_on_the_list_is_refused(browser: Any, changes: dict[str, str]) -> None:
    answer = browser.post("/api/v1/session", json=LOGIN | changes)
    assert answer.status_code == 422
    assert PASSWORD not in answer.text
    assert "set-cookie" not in answer.headers


def test_a_reference_that_may_be_a_name_is_refused(browser: Any) -> None:
    answer = browser.post("/api/v1/session", json=LOGIN | {"reference": "José Núñez"})
    assert answer.status_code == 400
    assert "José" not in answer.text


def test_a_wrong_password_and_an_unknown_user_are_told_alike(loaded: Any, browser: Any) -> None:
    let_in(loaded, "gone", Role.VIEWER)
    loaded.json("user", "disable", "gone")
    answers = [
        browser.post("/api/v1/session", json=LOGIN | changes)
        for changes in ({"password": "wrong"}, {"user": "nobody here"}, {"user": "gone"})
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    entries = AuditLog(loaded.folder).entries()
    refused = [entry.actor for entry in entries if entry.action == "login refused"]
    assert sorted(refused) == ["(unknown)", "(unknown)", "ana"]
    assert not [entry for entry in entries if "nobody here" in f"{entry.actor}{entry.detail}"]


def test_a_one_time_password_opens_nothing_but_the_choice_of_another(loaded: Any, browser: Any) -> None:
    given = loaded.json("user", "add", "ben", "--role", "viewer")["password"]
    first = LOGIN | {"user": "ben", "password": given}
    assert browser.post("/api/v1/session", json=first).status_code == 403
    assert browser.post("/api/v1/session", json=first | {"new_password": "short"}).status_code == 400
    assert browser.post("/api/v1/session", json=first | {"new_password": given}).status_code == 400
    assert browser.get("/api/v1/session").status_code == 401
    assert log_in(browser, user="ben", password=given, new_password=PASSWORD)["user"] == "ben"
    assert browser.get("/api/v1/session").status_code == 200
    assert browser.post("/api/v1/session", json=first).status_code == 401
    log_in(browser, user="ben")


def test_a_logout_a_disabled_user_and_a_new_password_end_it(loaded: Any, browser: Any) -> None:
    csrf = log_in(browser)["csrf_token"]
    kept = dict(browser.cookies)
    assert browser.delete("/api/v1/session", headers={CSRF_HEADER: csrf}).status_code == 204
    assert not dict(browser.cookies)
    browser.cookies.update(kept)
    assert browser.get("/api/v1/session").status_code == 401, "a stolen cookie outlived the logout"
    log_in(browser)
    loaded.json("user", "disable", "ana")
    assert browser.get("/api/v1/session").status_code == 401


def test_a_role_holds_at_once(loaded: Any, browser: Any) -> None:
    log_in(browser)
    loaded.json("user", "role", "ana", "auditor")
    assert browser.get("/api/v1/drivers").status_code == 403
    assert browser.get("/api/v1/session").json()["role"] == "auditor"


def test_a_session_is_known_to_every_worker_and_ends_when_idle(loaded: Any, browser: Any) -> None:
    log_in(browser)
    other = browser_of(loaded)
    other.cookies.update(dict(browser.cookies))
    assert other.get("/api/v1/session").json()["user"] == "ana"
    hasty = browser_of(loaded, AccessSettings(sessions=SessionLimits(idle_s=0.0)))
    hasty.cookies.update(dict(browser.cookies))
    assert hasty.get("/api/v1/session").status_code == 401


def test_use_is_noted_now_and_then_and_never_waits_for_a_writer(loaded: Any, browser: Any) -> None:
    log_in(browser)
    workspace = open_workspace(loaded.folder)
    with workspace.transaction() as connection:
        connection.execute("UPDATE session SET seen_at = seen_at - 120")
        before = connection.execute("SELECT seen_at FROM session").get
    writer = workspace.connection()
    writer.execute("BEGIN IMMEDIATE")
    assert browser.get("/api/v1/session").status_code == 200
    writer.execute("ROLLBACK")
    assert writer.execute("SELECT seen_at FROM session").get == before
    assert browser.get("/api/v1/session").status_code == 200
    assert writer.execute("SELECT seen_at FROM session").get >= before + 120
    writer.close()


def test_a_login_that_cannot_be_audited_opens_nothing(loaded: Any, browser: Any) -> None:
    for file in loaded.folder.glob("audit.db*"):
        file.unlink()
    (loaded.folder / "audit.db").mkdir()
    answer = browser.post("/api/v1/session", json=LOGIN)
    assert answer.status_code == 503
    assert "set-cookie" not in answer.headers
    ledger = apsw.Connection(str(loaded.folder / "ledger.db"))
    assert ledger.execute("SELECT count(*) FROM session").get == 0


def test_a_key_says_who_it_is_and_has_no_session(loaded: Any, browser: Any) -> None:
    secret = loaded.json("key", "add", "queue", "--purpose", "oversight")["secret"]
    headers = {"Authorization": f"Bearer {secret}"}
    view = browser.get("/api/v1/session", headers=headers).json()
    assert view["user"] == "key:queue"
    assert (view["purpose"], view["csrf_token"], view["ends_at"]) == ("oversight", None, None)
    assert browser.delete("/api/v1/session", headers=headers).status_code == 400


def with_rates(**rates: int) -> AccessSettings:
    return AccessSettings(rates=replace(RateLimits(0, 0, 0, 0), **rates))


def assert_told_to_wait(answer: Any) -> None:
    assert answer.status_code == 429
    assert answer.headers["content-type"] == "application/problem+json"
    assert 1 <= int(answer.headers["retry-after"]) <= 121


@pytest.mark.parametrize("rates", [{"login": 3}, {"name": 3}])
def test_guessing_is_slowed(loaded: Any, rates: dict[str, int]) -> None:
    browser = browser_of(loaded, with_rates(**rates))
    for _ in range(3):
        assert browser.post("/api/v1/session", json=LOGIN | {"password": "wrong"}).status_code == 401
    assert_told_to_wait(browser.post("/api/v1/session", json=LOGIN))
    is_by_name = "name" in rates
    other = browser.post("/api/v1/session", json=LOGIN | {"user": "someone else"})
    assert other.status_code == (401 if is_by_name else 429)


def test_a_caller_is_slowed_and_others_are_not(loaded: Any) -> None:
    first, second = (loaded.json("key", "add", name)["secret"] for name in ("first", "second"))
    browser = browser_of(loaded, with_rates(key=5))

    def ask(secret: str) -> Any:
        return browser.get("/api/v1/drivers", headers={"Authorization": f"Bearer {secret}"})

    answers = [ask(first) for _ in range(12)]
    assert [answer.status_code for answer in answers[:5]] == [200] * 5
    assert_told_to_wait(next(answer for answer in answers if answer.status_code != 200))
    assert ask(second).status_code == 200


def test_wrong_secrets_of_a_key_are_slowed_and_the_right_one_goes_on(loaded: Any) -> None:
    secret = loaded.json("key", "add", "queue")["secret"]
    browser = browser_of(loaded, with_rates(login=3))

    def ask(secret: str) -> Any:
        return browser.get("/api/v1/drivers", headers={"Authorization": f"Bearer {secret}"})

    assert ask(secret).status_code == 200
    assert [ask(secret + "x").status_code for _ in range(3)] == [401, 401, 429]
    assert ask(secret).status_code == 200


def test_no_limit_is_no_limit(loaded: Any) -> None:
    browser = browser_of(loaded, with_rates())
    for _ in range(3):
        assert browser.post("/api/v1/session", json=LOGIN | {"password": "wrong"}).status_code == 401
    log_in(browser)
    assert {browser.get("/api/v1/session").status_code for _ in range(50)} == {200}


@pytest.mark.parametrize("path", ["/api/v1/drivers", "/api/v1/nothing", "/healthz", "/api/v1/openapi.json"])
def test_no_answer_lets_a_browser_fetch_or_frame_anything(browser: Any, path: str) -> None:
    headers = browser.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "max-age" in headers["strict-transport-security"]
    assert "access-control-allow-origin" not in headers


def test_an_unexpected_error_is_shielded_and_logs_no_data(
    browser: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    log_in(browser)

    def fail(*_: object) -> None:
        raise ValueError("Lucretia Van Houten")

    monkeypatch.setattr("api.http.drivers.drivers_by_score", fail)
    answer = browser.get("/api/v1/drivers")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert "Lucretia" not in answer.text + caplog.text
    assert "ValueError" in caplog.text
