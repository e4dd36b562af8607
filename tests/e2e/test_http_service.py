"""What a running service tells of itself: logs, metrics and readiness, and never anything of a person."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from api import logs
from api.bootstrap import open_workspace
from api.http import create_app, drivers
from api.jobs.states import JobKind
from api.jobs.tables import JobTables
from linkage.ledger import Workspace

COLUMNS = "source,record_id,country,given_name,surname,birth_date,licence_number,phone,address,city\n"
DRIVERS = (
    f"{COLUMNS}US,REC-7319,US,Lucretia,Vanhoutenius,1981-01-01,VHX810101,+15125550142,12 Ironbark St,Laredo\n"
    "MX,REC-7320,MX,Dalia,Yáñezotl,1974-04-04,YZX740404,,,\n"
)
VALUES = ("ucretia", "anhoutenius", "1981", "VHX8", "5550142", "Ironbark", "REC-73", "áñezotl", "Yaz", "zotl")
"""Parts of what is held of the people above."""
SENT = ("SECRETQUERY", "SECRETPATH", "SECRETBODY", "SECRETMETHOD", "SECRETKEY", "SECRETAGENT", "SECRETFIELD")
"""What callers send below."""


@pytest.fixture
def loaded(load_kept: Any) -> Any:
    return load_kept(("drivers", DRIVERS, "2026-06-30"))


@pytest.fixture
def client(loaded: Any, client_of: Callable[[Any], TestClient]) -> TestClient:
    return client_of(loaded)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that the process logs, as a server would write it."""
    root, ours, written = logging.getLogger(), logging.getLogger(logs.OURS), io.StringIO()
    before = (root.handlers[:], ours.handlers[:], ours.propagate, ours.level)
    logs.to_stderr(written)
    yield written
    root.handlers[:], ours.handlers[:] = before[0], before[1]
    ours.propagate = before[2]
    ours.setLevel(before[3])


def ask_everything(client: TestClient, identity: str) -> None:
    """Requests that are answered, refused, not understood and failed on, each with something of its own in it."""
    client.post("/api/v1/drivers/search", json={"text": "Lucretia Vanhoutenius"})
    client.post("/api/v1/drivers/search", json={"SECRETFIELD": "SECRETBODY"})
    client.post("/api/v1/drivers/search", content=b'{"text": SECRETBODY', headers={"content-type": "application/json"})
    client.post("/api/v1/drivers/lookup", json={"source": "US", "record_id": "REC-7319"})
    client.get(f"/api/v1/drivers/{identity}")
    client.get(f"/api/v1/drivers/{identity}/linked-risk?as_of=SECRETQUERY")
    client.get("/api/v1/drivers/US%2FREC-7319", headers={"user-agent": "SECRETAGENT"})
    client.get("/api/v1/SECRETPATH/Lucretia?SECRETQUERY=Vanhoutenius")
    client.get("/api/v1/drivers/SECRETPATH?name=Lucretia")
    client.request("SECRETMETHOD", "/api/v1/drivers")
    client.get("/api/v1/drivers", headers={"authorization": "Bearer SECRETKEY"})


def fail(*_: object, **__: object) -> None:
    value = "Lucretia Vanhoutenius, VHX810101"
    raise ValueError(value)


def test_neither_the_log_nor_a_metric_ever_holds_what_was_sent_or_what_is_held(
    loaded: Any, client: TestClient, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = loaded.json("show", "US/REC-7319")["identity_id"]
    ask_everything(client, identity)
    monkeypatch.setattr(drivers, "show_driver", fail)
    failed = client.get(f"/api/v1/drivers/{identity}")
    logging.getLogger("uvicorn.error").error("Exception for %s", "Lucretia", exc_info=ValueError("Vanhoutenius"))
    logging.getLogger("asyncio").error("Task exception was never retrieved: ValueError('Lucretia')")
    metrics = TestClient(client.app).get("/metrics").text
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert failed.status_code == 500
    assert len([line for line in lines if line["event"] == "request"]) == 13
    for secret in (*VALUES, *SENT, identity):
        assert secret not in log.getvalue()
        assert secret not in metrics
        assert secret not in failed.text
    wrong = [line["event"] for line in lines if line["log"] == "crosslane.error"]
    assert len(wrong) == 1
    assert re.fullmatch(r"an unexpected ValueError at test_http_service\.py:\d+", wrong[0])


def test_a_line_says_which_route_it_was_and_how_it_went(client: TestClient, log: io.StringIO) -> None:
    answer = client.get("/api/v1/drivers/nobody")
    (line,) = [json.loads(line) for line in log.getvalue().splitlines() if '"request"' in line]
    assert line["route"] == "/api/v1/drivers/{identity_id:path}"
    assert (line["method"], line["status"], line["log"]) == ("GET", 404, "crosslane.access")
    assert line["bytes_out"] == len(answer.content)
    assert line["ms"] > 0
    assert line["at"].endswith("+00:00")
    assert line["id"] == answer.headers["x-request-id"]


def samples(text: str) -> dict[tuple[str, str], float]:
    """Values by name and route of what Prometheus would read."""
    return {
        (sample.name, sample.labels.get("route", "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if "le" not in sample.labels
    }


def test_prometheus_reads_counts_by_route_template(client: TestClient) -> None:
    for path in ("drivers", "drivers", "drivers/nobody", "nowhere"):
        client.get(f"/api/v1/{path}")
    answer = TestClient(client.app).get("/metrics")
    found = samples(answer.text)
    assert answer.headers["content-type"].startswith("text/plain")
    assert found["crosslane_requests_total", "/api/v1/drivers"] == 2
    assert found["crosslane_requests_total", "/api/v1/drivers/{identity_id:path}"] == 1
    assert found["crosslane_requests_total", "unmatched"] == 1
    assert found["crosslane_request_seconds_count", "/api/v1/drivers"] == 2
    assert found["crosslane_audit_requests_total", ""] == 2
    assert found["crosslane_audit_entries_total", ""] == 4
    assert found["crosslane_audit_syncs_total", ""] == found["crosslane_audit_transactions_total", ""] == 2


def test_readiness_says_that_the_graph_waits_for_changes(loaded: Any, client: TestClient) -> None:
    workspace = open_workspace(loaded.folder)
    assert client.get("/readyz").status_code == 200
    with workspace.transaction() as connection:
        run = connection.execute("SELECT max(run_id) FROM run").get
        connection.execute("INSERT INTO outbox (run_id) VALUES (?)", (run,))
    answer = client.get("/readyz")
    (waits,) = [check for check in answer.json()["checks"] if not check["ok"]]
    assert (answer.status_code, waits["name"]) == (503, "graph")
    assert "at change 1 of 2" in waits["detail"]


def test_readiness_tells_of_a_load_that_waits_and_does_not_call_it_unready(loaded: Any, client: TestClient) -> None:
    def jobs() -> tuple[int, str]:
        answer = client.get("/readyz")
        return answer.status_code, next(c["detail"] for c in answer.json()["checks"] if c["name"] == "jobs")

    assert jobs() == (200, "none pending")
    with open_workspace(loaded.folder).transaction() as connection:
        JobTables(connection).add("j-1", JobKind.LOAD, "tester", {"source": "drivers"})
    assert jobs() == (200, "1 pending")


def test_a_server_keeps_its_connections_and_the_workspace_it_was_given_does_not(loaded: Any) -> None:
    workspace: Workspace = open_workspace(loaded.folder)
    app = create_app(workspace)
    assert workspace.readers is None
    assert app.state.service.workspace.readers is not None
