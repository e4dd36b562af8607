"""An analyst's OpenRefine against a running service: the two sides it asks from, and who else is turned away."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from api.http import create_app
from api.keys import Keys
from api.relay import OPENREFINE, Relay, Upstream
from api.roles import Role
from linkage.errors import SettingsError
from tests.e2e.http_world import Api
from tests.e2e.test_reconcile import assert_valid

PAGE = {"Origin": OPENREFINE[0], "Sec-Fetch-Site": "same-site"}


@pytest.fixture
def server(api: Api) -> Iterator[str]:
    """Address of a running service."""
    config = uvicorn.Config(create_app(api.workspace), port=0, log_level="error", access_log=False, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def key(api: Api) -> str:
    with api.workspace.transaction() as connection:
        return str(Keys(connection).add("analyst", Role.INVESTIGATOR, "tester")["secret"])


@pytest.fixture
def relay(server: str, key: str) -> Iterator[Relay]:
    with Relay(Upstream(server, key), 0) as relay:
        thread = threading.Thread(target=relay.serve_forever)
        thread.start()
        yield relay
        relay.shutdown()
        thread.join()


def test_openrefine_reconciles_a_column_through_the_relay(relay: Relay, api: Api) -> None:
    # The browser fetches the manifest across origins, as OpenRefine's page does.
    answer = httpx.get(relay.url, headers=PAGE)
    assert answer.headers["access-control-allow-origin"] == OPENREFINE[0]
    manifest = answer.json()
    assert_valid("manifest", manifest)
    suggest = {name: at["service_url"] + at["service_path"] for name, at in manifest["suggest"].items()}
    for name in ("property", "type"):
        offered = httpx.get(suggest[name], params={"prefix": ""}, headers=PAGE).json()
        assert_valid("suggest-properties-response", offered)
        assert offered["result"]
    # The queries are sent by OpenRefine's own process: a form, no origin, ten rows at a time.
    rows = {f"q{n}": {"query": "Ramiro Zabulondo", "type": "person", "type_strict": "should"} for n in range(10)}
    answer = httpx.post(relay.url, data={"queries": json.dumps(rows)})
    results = answer.json()
    assert_valid("reconciliation-result-batch", results)
    assert set(results) == set(rows)
    (candidate,) = results["q0"]["result"]
    assert candidate["id"] == api.id_of("US/1")
    # The analyst hovers over the candidate, then looks for another.
    page = httpx.get(
        manifest["preview"]["url"].replace("{{id}}", candidate["id"]), headers={"Sec-Fetch-Site": "same-site"}
    )
    assert "ZABULONDO" in page.text
    assert OPENREFINE[0] in page.headers["content-security-policy"]
    assert "x-frame-options" not in page.headers
    found = httpx.get(suggest["entity"], params={"prefix": "befanoska"}, headers=PAGE).json()
    assert_valid("suggest-entities-response", found)
    assert [hit["id"] for hit in found["result"]] == [api.id_of("US/2")]
    assert api.audited("key:analyst") == {api.id_of("US/1"), api.id_of("US/2")}


def test_a_browser_may_ask_before_it_sends(relay: Relay) -> None:
    answer = httpx.options(relay.url, headers={**PAGE, "Access-Control-Request-Method": "POST"})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, OPENREFINE[0])


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example"},
        {"Host": "evil.example:3334", "Origin": OPENREFINE[0]},
    ],
    ids=str,
)
def test_pages_of_others_are_turned_away(relay: Relay, api: Api, headers: dict[str, str]) -> None:
    for method, path in (("GET", ""), ("POST", ""), ("GET", "/suggest/entity?prefix=befanoska"), ("OPTIONS", "")):
        body = {"queries": '{"q": {"query": "Ramiro Zabulondo"}}'} if method == "POST" else None
        answer = httpx.request(method, relay.url + path, headers=headers, data=body)
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers
    assert api.audited("key:analyst") == set()


@pytest.mark.parametrize(
    "path", ["/", "/x", "/suggest/entity", "{own}x", "{own}/drivers", "{own}/preview/../match", "{own}/preview/a%2Fb"]
)
def test_other_paths_hold_nothing(relay: Relay, path: str) -> None:
    url = httpx.URL(relay.url).copy_with(raw_path=path.format(own=relay.path).encode())
    assert httpx.get(url).status_code == 404


def test_the_path_is_another_one_each_time(relay: Relay, server: str, key: str) -> None:
    with Relay(Upstream(server, key), 0) as other:
        assert other.path != relay.path
        assert len(other.path) > 20


def test_what_the_service_refuses_is_refused(server: str, api: Api) -> None:
    with Relay(Upstream(server, "crosslane_wrong_key"), 0) as relay:
        thread = threading.Thread(target=relay.serve_forever)
        thread.start()
        answer = httpx.post(relay.url, data={"queries": '{"q": {"query": "Ramiro Zabulondo"}}'})
        relay.upstream = Upstream("http://127.0.0.1:9", "x")
        nobody = httpx.get(relay.url)
        relay.shutdown()
        thread.join()
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert nobody.status_code == 502
    assert api.audited("key:analyst") == set()


@pytest.mark.parametrize("address", ["http://crosslane.example", "ftp://localhost", "https://u:p@x.example", "x", ""])
def test_a_key_is_never_sent_in_the_clear(address: str) -> None:
    with pytest.raises(SettingsError):
        Upstream(address, "secret")
    assert "secret" not in repr(Upstream("https://crosslane.example", "secret"))


def test_the_command_serves_until_stopped_and_keeps_the_key_to_itself(
    server: str, key: str, tmp_path: Path, anywhere: Any
) -> None:
    held = tmp_path / "key"
    held.write_text(key + "\n", "utf-8")
    held.chmod(0o644)
    arguments = ("reconcile", "--server", server, "--port", "0", "--key-file", held)
    assert "chmod 600" in anywhere.run(*arguments).err
    held.chmod(0o600)
    assert anywhere.run("reconcile", "--server", server, "--key-file", tmp_path / "none").code == 2
    command = [sys.executable, "-c", "import sys; from api.cli import main; sys.exit(main())", *map(str, arguments)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ) as process:
        assert process.stderr is not None
        assert select.select([process.stderr], [], [], 60)[0]
        line = process.stderr.readline().decode()
        url = re.search(r"http://127\.0\.0\.1:\d+/\S+", line)
        assert url is not None, line
        assert httpx.get(url[0], headers=PAGE).json()["versions"] == ["0.2"]
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert key not in line + err.decode()
    assert process.returncode == 0
