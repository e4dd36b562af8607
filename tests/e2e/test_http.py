"""The HTTP API: who may ask, what an answer holds, and what an error never repeats."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient

from api.audit import AuditLog
from api.bootstrap import open_workspace
from api.graph_store import GraphStoreChoice
from api.http import create_app
from api.http.access import LOGGER, MAX_BODY
from api.logs import JsonLines
from api.masking import masker_of
from graph.neo4j import Server

COLUMNS = (
    "source,record_id,country,given_name,surname,birth_date,licence_number,licence_jurisdiction,address,city,region"
)
DRIVERS = f"""{COLUMNS}
US,u1,US,Lucretia,Van Houten,1981-01-01,VH810101,OH,12 Elm St,Dayton,OH
CA,c1,CA,LUCRETIA,VANHOUTEN,1981-01-01,VH810101,OH,,,
US,u2,US,Bartholomew,Szymanski,1975-10-20,SZ751020,OH,12 Elm St,Dayton,OH
MX,q?x=1#f,MX,Dalia,Yáñez,1974-04-04,,,,,
MX,..,MX,Flora,Cáñez,1976-06-06,,,,,
MX,50%25,MX,=cmd,<b>Ibáñez</b>,1973-03-03,,,,,
"""
EVENTS = """source,event_id,record_id,event_type,event_date,severity,description
US,e1,u2,DRUG_SMUGGLING,2026-01-02,9,found under a seat
"""
READS = (
    ("GET", "/api/v1/drivers", None),
    ("GET", "/api/v1/drivers/{id}", None),
    ("GET", "/api/v1/drivers/{id}/linked-risk", None),
    ("POST", "/api/v1/drivers/search", {"text": "houten"}),
    ("POST", "/api/v1/drivers/lookup", {"source": "US", "record_id": "u1"}),
)


@pytest.fixture
def loaded(load_kept: Any) -> Any:
    return load_kept(("drivers", DRIVERS, "2026-06-30"), ("events", EVENTS, "2026-06-30"))


@pytest.fixture
def client(loaded: Any, client_of: Callable[[Any], TestClient]) -> TestClient:
    return client_of(loaded)


@pytest.fixture
def identity(loaded: Any) -> str:
    return str(loaded.json("show", "US/u1")["identity_id"])


@pytest.mark.parametrize(("method", "path", "body"), READS)
@pytest.mark.parametrize("authorization", [None, "Bearer nonsense", "Basic dTpw", "Bearer "])
def test_without_a_key_nothing_is_told(
    client: TestClient, identity: str, method: str, path: str, body: Any, authorization: str | None
) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    bare = TestClient(client.app, headers=headers)
    answer = bare.request(method, path.format(id=identity), json=body)
    assert answer.status_code == 401
    assert_problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("method", "path", "body"), READS)
def test_a_loader_reads_nobody_and_a_revoked_key_opens_nothing(
    loaded: Any, client: TestClient, identity: str, method: str, path: str, body: Any
) -> None:
    secret = loaded.json("key", "add", "importer", "--role", "loader")["secret"]
    headers = {"Authorization": f"Bearer {secret}"}
    answer = client.request(method, path.format(id=identity), json=body, headers=headers)
    assert_problem(answer, 403)
    loaded.json("key", "revoke", "test 0")
    assert_problem(client.request(method, path.format(id=identity), json=body), 401)


def assert_problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["status"] == status
    assert document["type"] == "about:blank"
    assert document["title"]
    assert document["detail"]
    return document


def test_health_needs_no_key_and_shows_nobody(client: TestClient) -> None:
    bare = TestClient(client.app)
    assert bare.get("/healthz").json() == {"status": "ok"}
    ready = bare.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ok")


def test_readyz_says_when_the_audit_cannot_be_written(loaded: Any, client: TestClient, identity: str) -> None:
    for file in loaded.folder.glob("audit.db*"):
        file.unlink()
    (loaded.folder / "audit.db").mkdir()
    assert TestClient(client.app).get("/readyz").status_code == 503
    for method, path, body in READS:
        assert_problem(client.request(method, path.format(id=identity), json=body), 503)


def test_a_server_that_is_away_is_told_and_takes_nothing_else_with_it(
    loaded: Any, client: TestClient, identity: str
) -> None:
    away = GraphStoreChoice(Server("bolt://127.0.0.1:1", password="s3cr3t"))
    other = TestClient(create_app(open_workspace(loaded.folder), away), headers=client.headers)
    ready = other.get("/readyz")
    checks = {check["name"]: check for check in ready.json()["checks"]}
    assert ready.status_code == 503
    assert [name for name, check in checks.items() if not check["ok"]] == ["projection"]
    assert "pending" in checks["projection"]["detail"]
    assert "s3cr3t" not in ready.text
    assert_problem(other.get(f"/api/v1/drivers/{identity}/linked-risk"), 503)
    assert other.get(f"/api/v1/drivers/{identity}").status_code == 200


@pytest.mark.parametrize("record_id", ["u1", "q?x=1#f", "..", "50%25"])
def test_a_record_is_looked_up_whatever_its_id(client: TestClient, record_id: str) -> None:
    source = "US" if record_id == "u1" else "MX"
    answer = client.post("/api/v1/drivers/lookup", json={"source": source, "record_id": record_id})
    assert answer.status_code == 200
    assert record_id in [record["record_id"] for record in answer.json()["records"]]
    by_id = client.get(f"/api/v1/drivers/{quote(answer.json()['identity_id'], safe='')}")
    assert by_id.json() == answer.json()


@pytest.fixture
def served(loaded: Any) -> Iterator[httpx.Client]:
    """A client of a real server, since paths are decoded by servers and not by routes."""
    secret = loaded.json("key", "add", "served")["secret"]
    app = create_app(open_workspace(loaded.folder))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", access_log=False, ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {secret}"}) as client:
        yield client
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize("record_id", ["q?x=1#f", "50%25", "..", "u1"])
def test_a_record_key_may_stand_for_its_driver(served: httpx.Client, record_id: str) -> None:
    source = "US" if record_id == "u1" else "MX"
    key = quote(f"{source}/{record_id}", safe="")
    assert record_id in [r["record_id"] for r in served.get(f"/api/v1/drivers/{key}").json()["records"]]
    assert served.get(f"/api/v1/drivers/{key}/linked-risk").status_code == 200


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_serve_answers_until_stopped(loaded: Any, sent: signal.Signals) -> None:
    command = "import sys; from api.cli import main; sys.exit(main())"
    arguments = [sys.executable, "-c", command, "serve", "--port", "0", "-w", str(loaded.folder)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "key add" in process.stderr.readline()
        assert "user add" in process.stderr.readline()
        url = process.stderr.readline().split()[1].removesuffix("/api/v1")
        assert httpx.get(f"{url}/healthz", timeout=30).json() == {"status": "ok"}
        line = json.loads(process.stderr.readline())
        assert (line["route"], line["status"]) == ("/healthz", 200)
        process.send_signal(sent)
        out, err = process.communicate(timeout=30)
    assert (out, err) == ("", "")
    assert process.returncode == (0 if sent == signal.SIGINT else -sent)


def test_a_port_that_is_taken_is_told(loaded: Any, served: httpx.Client) -> None:
    result = loaded("serve", "--port", served.base_url.port)
    assert result.code == 2
    assert str(served.base_url.port) in result.err


def test_many_callers_at_once_are_all_answered_and_audited(loaded: Any, served: httpx.Client) -> None:
    def ask(_: int) -> int:
        return served.get("/api/v1/drivers/US%2Fu1").status_code

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(ask, range(80))) == {200}
    shown = [entry for entry in AuditLog(loaded.folder).entries(limit=1000) if entry.action == "show"]
    assert len(shown) == 80


@pytest.mark.parametrize(
    "path",
    ["/api/v1/drivers/nobody", "/api/v1/drivers/nobody/linked-risk", "/api/v1/nothing", "/nothing", "/docs", "/api"],
)
def test_what_is_not_there_is_a_problem(client: TestClient, path: str) -> None:
    assert "nobody" not in assert_problem(client.get(path), 404)["detail"]


def test_a_lookup_does_not_take_an_identity_for_a_record(client: TestClient, identity: str) -> None:
    source, _, rest = identity.partition("/")
    assert_problem(client.post("/api/v1/drivers/lookup", json={"source": source, "record_id": rest or "x"}), 404)


@pytest.mark.parametrize(
    ("method", "path", "more"),
    [
        ("POST", "/api/v1/drivers/search", {"json": {}}),
        ("POST", "/api/v1/drivers/search", {"json": {"text": "   "}}),
        ("POST", "/api/v1/drivers/search", {"json": {"text": "Xolocotzi" * 100}}),
        ("POST", "/api/v1/drivers/search", {"json": {"surname": "Xolocotzi"}}),
        ("POST", "/api/v1/drivers/search", {"json": {"birth_date": "Xolocotzi"}}),
        ("POST", "/api/v1/drivers/search", {"json": ["Xolocotzi"]}),
        ("POST", "/api/v1/drivers/search", {"content": b"{Xolocotzi", "headers": {"content-type": "application/json"}}),
        ("POST", "/api/v1/drivers/lookup", {"json": {"source": "US"}}),
        ("GET", "/api/v1/drivers?limit=0", {}),
        ("GET", "/api/v1/drivers?limit=99999", {}),
        ("GET", "/api/v1/drivers?sort=name", {}),
    ],
)
def test_a_request_that_does_not_fit_is_told_why_and_never_repeated(
    client: TestClient, method: str, path: str, more: dict[str, Any]
) -> None:
    answer = client.request(method, path, **more)
    document = assert_problem(answer, 422)
    assert document["errors"]
    assert "Xolocotzi" not in answer.text


@pytest.mark.parametrize("cursor", ["x", "%00", "WyIx", "e30", "WzEsMl0"])
def test_a_cursor_that_no_page_gave_is_refused(client: TestClient, cursor: str) -> None:
    assert_problem(client.get(f"/api/v1/drivers?cursor={cursor}"), 400)


def test_other_methods_and_large_bodies_are_problems(client: TestClient) -> None:
    assert_problem(client.delete("/api/v1/drivers"), 405)
    body = b'{"text": "' + b"x" * MAX_BODY + b'"}'
    assert_problem(client.post("/api/v1/drivers/search", content=body), 413)


def test_pages_hold_everybody_once_and_end_empty(loaded: Any, client: TestClient) -> None:
    seen: list[str] = []
    scores: list[float] = []
    cursor = None
    for _ in range(10):
        page = client.get("/api/v1/drivers", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        if not page["rows"]:
            break
        seen += [row["identity_id"] for row in page["rows"]]
        scores += [row["score"] for row in page["rows"]]
        cursor = page["next_cursor"]
    assert page["next_cursor"] is None
    assert sorted(seen) == sorted({row["identity_id"] for row in loaded.json("identities")["rows"]})
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0


def test_the_answer_is_the_commands_document_with_its_identifiers_masked(
    loaded: Any, client: TestClient, identity: str
) -> None:
    with open_workspace(loaded.folder).reading() as connection:
        masker = masker_of(connection)
    shown = client.get(f"/api/v1/drivers/{identity}").json()
    assert shown == masker.document(loaded.json("show", identity)) != loaded.json("show", identity)
    risk = client.get(f"/api/v1/drivers/{identity}/linked-risk").json()
    assert risk == masker.document(loaded.json("risk", identity))
    assert risk["linked"]["score"] > 0
    found = client.post("/api/v1/drivers/search", json={"text": "van houten"}).json()
    assert found == loaded.json("search", "van houten")


def test_the_text_of_a_record_is_not_changed(client: TestClient) -> None:
    record = client.post("/api/v1/drivers/lookup", json={"source": "MX", "record_id": "50%25"}).json()["records"][0]
    assert (record["raw"]["given_name"], record["raw"]["surname"]) == ("=cmd", "<b>Ibáñez</b>")


def test_risk_is_replayed_as_known_on_a_day(client: TestClient, identity: str) -> None:
    early = client.get(f"/api/v1/drivers/{identity}/linked-risk?as_of=2025-12-31").json()
    assert (early["linked"]["score"], early["as_of"]) == (0, "2025-12-31")
    assert_problem(client.get(f"/api/v1/drivers/{identity}/linked-risk?as_of=soon"), 422)


def test_every_answer_is_audited_before_it_leaves(loaded: Any, client: TestClient, identity: str) -> None:
    for method, path, body in READS:
        answer = client.request(method, path.format(id=identity), json=body)
        assert answer.status_code == 200
        newest = AuditLog(loaded.folder).entries(limit=20)
        assert identity in {entry.identity_id for entry in newest if entry.actor == "key:test 0"}
    actions = {entry.action for entry in AuditLog(loaded.folder).entries()}
    assert {"search", "lookup", "show", "risk", "list by score"} <= actions


def test_the_log_names_routes_and_never_people(
    client: TestClient, identity: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger=LOGGER)
    client.post("/api/v1/drivers/search", json={"text": "van houten"})
    client.get(f"/api/v1/drivers/{identity}/linked-risk?as_of=2026-01-01")
    client.get("/api/v1/drivers/US%2Fu1")
    client.get("/api/v1/Szymanski")
    text = "\n".join(JsonLines().format(record) for record in caplog.records if record.name == LOGGER)
    assert '"route":"/api/v1/drivers/{identity_id:path}/linked-risk"' in text
    assert '"status":404' in text
    for secret in ("outen", "zymanski", "u1", identity, "2026-01-01", "Bearer"):
        assert secret not in text


def test_answers_stay_out_of_caches(client: TestClient) -> None:
    answer = client.get("/api/v1/drivers")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_openapi_describes_every_route_with_examples(client: TestClient) -> None:
    document = TestClient(client.app).get("/api/v1/openapi.json").json()
    assert {
        "/api/v1/drivers",
        "/api/v1/drivers/search",
        "/api/v1/drivers/lookup",
        "/api/v1/drivers/{identity_id}",
        "/api/v1/drivers/{identity_id}/linked-risk",
        "/api/v1/drivers/{identity_id}/unmask",
        "/api/v1/session",
        "/healthz",
        "/readyz",
    } <= set(document["paths"])
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"]
            done = min(status for status in operation["responses"] if status.startswith("2"))
            content = operation["responses"][done].get("content", {})
            assert all(told["schema"] for told in content.values()), f"{method} {path}"
            assert content or done == "204", f"{method} {path}"
            if path.startswith("/api/"):
                assert "application/problem+json" in operation["responses"]["404"]["content"]
    assert document["components"]["schemas"]["SearchRequest"]["examples"]


def test_a_fault_of_ours_tells_no_data(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("Lucretia Van Houten")

    monkeypatch.setattr("api.http.drivers.show_driver", fail)
    answer = client.get("/api/v1/drivers/US%2Fu1")
    assert "Lucretia" not in assert_problem(answer, 500)["detail"]


def test_an_empty_workspace_answers(cli: Any, client_of: Callable[[Any], TestClient]) -> None:
    client = client_of(cli)
    page = client.get("/api/v1/drivers").json()
    assert page == {"rows": [], "next_cursor": None, "total": 0, "as_of": None}
    assert client.post("/api/v1/drivers/search", json={"text": "x"}).json()["total"] == 0


def test_two_apps_may_serve_one_workspace(loaded: Any, client: TestClient) -> None:
    other = TestClient(create_app(open_workspace(loaded.folder)), headers=client.headers)
    assert other.get("/api/v1/drivers").json() == client.get("/api/v1/drivers").json()
