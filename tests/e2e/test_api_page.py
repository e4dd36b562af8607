"""docs/api.md and the Python client against a server as a user starts it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "api.md"
CLIENT = ROOT / "docs" / "client"
BLOCK = re.compile(r"```(sh|json|text|python)\n(.*?)```", re.DOTALL)
MARK = "@@ end of block"
COMMAND = (sys.executable, "-c", "import sys; from api.cli import main; sys.exit(main())")
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("CROSSLANE_")} | {
    "PYTHONPATH": str(ROOT)
}
PEOPLE = [
    {"source": "BC", "record_id": "..", "given_name": "Odalys", "surname": "Ferrusca", "birth_date": "1979-02-11"},
    {"source": "BC", "record_id": "a/b?c", "given_name": "Iker", "surname": "Zozaya", "birth_date": "1988-08-18"},
]
EVENTS = """source,event_id,record_id,event_type,event_date,severity,description
BC,E-9,..,DRUG_SMUGGLING,2026-01-02,9,under a seat
"""


@dataclass(frozen=True)
class Served:
    """A running server and a key to it."""

    url: str
    key: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"CROSSLANE_URL": self.url, "CROSSLANE_KEY": self.key, "PYTHONPATH": str(CLIENT)}


def crosslane(*arguments: object) -> dict[str, Any]:
    done = subprocess.run(
        [*COMMAND, *map(str, arguments), "--json"], env=ENVIRONMENT, check=True, stdout=subprocess.PIPE
    )
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    place = tmp_path_factory.mktemp("served")
    folder, log = place / "workspace", place / "server.log"
    crosslane("init", "-w", folder)
    key = crosslane("key", "add", "page", "--role", "supervisor", "-w", folder)["secret"]
    serve = [*COMMAND, "serve", "-w", str(folder), "--port", "0", "--workers", "2"]
    with log.open("wb") as out:
        process = subprocess.Popen(serve, stdout=subprocess.DEVNULL, stderr=out, env=ENVIRONMENT)
    try:
        yield Served(_url(log, process), key, place)
    finally:
        process.terminate()
        process.wait(30)


def _url(log: Path, process: subprocess.Popen[bytes]) -> str:
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        told = re.search(r"Serving (http://[0-9.:]+)/", log.read_text())
        if told:
            with suppress(httpx.TransportError):
                if httpx.get(f"{told[1]}/readyz").status_code == 200:
                    return told[1]
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def blocks() -> list[tuple[str, str]]:
    return BLOCK.findall(PAGE.read_text("utf-8"))


def fits(shown: Any, given: Any, where: str = "answer") -> None:
    """What the page shows has the shape of what came: every entry is there, of the same type."""
    if isinstance(shown, dict):
        assert isinstance(given, dict), where
        for name, value in shown.items():
            assert name in given, f"{where} has no {name}"
            fits(value, given[name], f"{where}.{name}")
    elif isinstance(shown, list):
        assert isinstance(given, list), where
        for value in shown:
            assert given, f"{where} is empty"
            fits(value, given[0], f"{where}[0]")
    elif isinstance(shown, bool) or shown is None or isinstance(shown, str):
        assert type(given) is type(shown), f"{where} is {given!r}"
    else:
        assert isinstance(given, int | float), f"{where} is {given!r}"


def test_every_example_of_the_page_runs_and_is_answered_as_shown(served: Served) -> None:
    found = blocks()
    shell = [text for kind, text in found if kind == "sh"]
    script = "".join(f"{text}\necho '\n{MARK}'\n" for text in shell)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=served.folder, env=served.environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    answers = iter(done.stdout.split(f"{MARK}\n"))
    shown, answer = 0, ""
    for kind, text in found:
        if kind == "sh":
            answer = next(answers)
        elif kind == "json":
            fits(json.loads(text), json.loads(answer))
            shown += 1
        elif kind == "text":
            assert answer.strip() == text.strip()
    assert shown >= 9
    python = [text for kind, text in found if kind == "python"]
    assert len(python) == 1
    ran = subprocess.run(
        [sys.executable, "-c", python[0]],
        env=served.environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "points: " in ran.stdout


def test_every_route_that_the_page_names_is_served(served: Served) -> None:
    routes = httpx.get(f"{served.url}/api/v1/openapi.json").json()["paths"]
    named = set(re.findall(r"`(?:GET|POST|DELETE) ([a-z{}/_]+)`", PAGE.read_text("utf-8")))
    assert named
    assert {f"/api/v1/{route.replace('{id}', '{identity_id}')}" for route in named} <= set(routes)


def test_the_python_client_does_all_that_it_offers(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(CLIENT)
    from crosslane_client import Crosslane, CrosslaneError

    with Crosslane(served.url, served.key) as crosslane:
        sent = crosslane.send_records(PEOPLE, today="2026-06-30")
        one, other = (row["identity_id"] for row in sent["records"])
        file = served.folder / "client.csv"
        file.write_text(EVENTS)
        job = crosslane.wait(crosslane.load(file, source="events", today="2026-06-30")["job_id"], every_s=0.1)
        assert job["load"] is not None
        assert job["load"]["rescored"] >= 1
        assert crosslane.lookup("BC", "..")["identity_id"] == one == crosslane.driver("BC/..")["identity_id"]
        assert crosslane.driver("BC/a/b?c")["identity_id"] == other
        assert one in [hit["identity_id"] for hit in crosslane.search(name="Odalys Ferrusca")["hits"]]
        assert {one, other} <= {line["identity_id"] for line in crosslane.drivers(page=1)}
        assert crosslane.score(one)["own"] == crosslane.linked_risk(one)["own"]["score"] > 0
        assert [crosslane.score_if_changed(one)[1] for _ in range(2)] == [True, False]
        assert crosslane.why(one, other)["verdict"] == "different"
        assert one in [node["key"] for node in crosslane.graph(one)["nodes"]]
        matched = crosslane.match([{"given_name": "Odalys", "surname": "Ferrusca", "birth_date": "1979-02-11"}])
        assert matched["rows"][0]["candidates"][0]["identity_id"] == one
        changes = list(crosslane.changes(topics=["identity"], page=1))
        assert {"BC/..", "BC/a/b?c"} <= {record for change in changes for record in change["records"]}
        assert list(crosslane.changes(changes[-1]["at"], topics=["identity"])) == []
        with pytest.raises(CrosslaneError, match="404"):
            crosslane.score("nobody")
