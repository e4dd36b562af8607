"""The API as it describes itself, asked by a machine: no fault of ours, and no answer that it does not describe."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
import uvicorn

from api.access_settings import AccessSettings, RateLimits
from api.bootstrap import open_workspace
from api.http import create_app
from api.jobs.limits import Limits
from api.keys import Keys
from api.roles import Role

SECONDS = 30
ODD = {"..": "Cáñez", "a/b": "Yáñez", "50%2F": "<b>Ibáñez</b>", "9": "\U00020000文"}
"""Surname by record id."""


@pytest.fixture(scope="module")
def served(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[Role, str]]]:
    """A real server: its address, and a key of each role."""
    workspace = open_workspace(Path(shutil.copytree(world, tmp_path_factory.mktemp("served") / "workspace")))
    with workspace.transaction() as connection:
        keys = {role: Keys(connection).add(role.value, role, "tester")["secret"] for role in Role}
    # Nobody does the jobs here: what is taken on is told to wait at once.
    limits = Limits(wait_s=0.1)
    app = create_app(workspace, access=AccessSettings(rates=RateLimits(key=0, login=0)), limits=limits)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", access_log=False, ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", keys
    server.should_exit = True
    thread.join()


def schemathesis(url: str, key: str, folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Asks whatever the description allows, and what it does not."""
    # A description cannot say which driver there is, or in which state a review: 400, 404 and 409 may follow from it.
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{url}/api/v1/openapi.json"]
    command += ["-H", f"Authorization: Bearer {key}", "--exclude-checks", "positive_data_acceptance", "--seed", "7"]
    command += ["--warnings", "off", "--continue-on-failure", "--output-sanitize", "true"]
    command += ["--request-timeout", "120", *more]  # a write may wait for another; how long is measured elsewhere
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.timeout(300)
def test_nothing_that_is_asked_breaks_the_api_or_its_description(
    served: tuple[str, dict[Role, str]], tmp_path: Path
) -> None:
    url, keys = served
    bounds = ("--phases", "examples,coverage,fuzzing", "--max-examples", "3", "--max-time", str(SECONDS))
    done = schemathesis(url, keys[Role.SUPERVISOR], tmp_path, *bounds)
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
    assert "generated" in done.stdout


@pytest.mark.timeout(120)
def test_nothing_that_an_auditor_asks_breaks_it(served: tuple[str, dict[Role, str]], tmp_path: Path) -> None:
    url, keys = served
    bounds = ("--include-path", "/api/v1/audit", "--phases", "examples,coverage,fuzzing", "--max-examples", "20")
    done = schemathesis(url, keys[Role.AUDITOR], tmp_path, *bounds)
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]


@pytest.mark.parametrize("record_id", ["..", "a/b", "50%2F", "9"])
@pytest.mark.parametrize("what", ["", "/score", "/linked-risk", "/graph"])
def test_odd_ids_name_their_driver(served: tuple[str, dict[Role, str]], record_id: str, what: str) -> None:
    url, keys = served
    headers = {"Authorization": f"Bearer {keys[Role.VIEWER]}"}
    key = quote(f"MX/{record_id}", safe="")
    answer = httpx.get(f"{url}/api/v1/drivers/{key}{what}", headers=headers)
    assert answer.status_code == 200, answer.text
    if not what:
        shown = answer.json()["records"]
        assert record_id in [record["record_id"] for record in shown]
        assert ODD[record_id] in [record["raw"]["surname"] for record in shown], "a name is told as it came"


@pytest.mark.parametrize(
    ("path", "method"),
    [("/api/v1/ports/actions", "PUT"), ("/api/v1/session", "PATCH"), ("/api/v1/decisions/1", "GET")],
)
def test_what_may_be_done_at_a_path_is_told_in_full(
    served: tuple[str, dict[Role, str]], path: str, method: str
) -> None:
    url, _ = served
    answer = httpx.request(method, f"{url}{path}")
    described = httpx.get(f"{url}/api/v1/openapi.json").json()["paths"][path.replace("/1", "/{n}")]
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"
    assert {*answer.headers["allow"].split(", ")} == {name.upper() for name in described}


def test_every_answer_is_described_with_an_example_or_fields(served: tuple[str, dict[Role, str]]) -> None:
    url, _ = served
    document = httpx.get(f"{url}/api/v1/openapi.json").json()
    for path, operations in document["paths"].items():
        if not path.startswith("/api/"):
            continue
        for operation in operations.values():
            assert operation["summary"]
            for status, response in operation["responses"].items():
                if status.startswith(("4", "5")):
                    assert [*response["content"]] == ["application/problem+json"], f"{path} {status}"
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if body:
                schema = document["components"]["schemas"][body["schema"]["$ref"].rsplit("/", 1)[1]]
                assert schema.get("examples"), f"{path}: a request has an example"
