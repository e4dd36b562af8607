"""docs/api.md and the Python client against a server as a user starts it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.cli import main

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "api.md"
CLIENT = ROOT / "docs" / "client"
BLOCK = re.compile(r"```(sh|json|text|python)\n(.*?)```", re.DOTALL)
MARK = "@@ end of block"


@dataclass(frozen=True)
class Served:
    """A running server and a key to it."""

    url: str
    key: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"CROSSLANE_URL": self.url, "CROSSLANE_KEY": self.key, "PYTHONPATH": str(CLIENT)}


@pytest.fixture
def served(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    for name in ("CROSSLANE_WORKSPACE", "CROSSLANE_STORE", "CROSSLANE_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "workspace"
    assert main(["init", "-w", str(folder)]) == 0
    capsys.readouterr()
    assert main(["key", "add", "page", "--role", "supervisor", "-w", str(folder), "--json"]) == 0
    key = json.loads(capsys.readouterr().out)["secret"]
    command = [sys.executable, "-c", "import sys; from api.cli import main; sys.exit(main())"]
    log = tmp_path / "server.log"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "serve", "-w", str(folder), "--port", "0", "--workers", "2"], stderr=out, env=environment
        )
    try:
        yield Served(_url(log, process), key, tmp_path)
    finally:
        process.terminate()
        process.wait(30)


def _url(log: Path, process: subprocess.Popen[bytes]) -> str:
    import time

    import httpx

    for _ in range(600):
        assert process.poll() is None, log.read_text()
        told = re.search(r"Serving (http://[0-9.:]+)/", log.read_text())
        if told:
            try:
                if httpx.get(f"{told[1]}/readyz").status_code == 200:
                    return told[1]
            except httpx.TransportError:
                pass
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
    import httpx

    routes = httpx.get(f"{served.url}/api/v1/openapi.json").json()["paths"]
    named = set(re.findall(r"`(?:GET|POST|DELETE) ([a-z{}/_]+)`", PAGE.read_text("utf-8")))
    assert named
    assert {f"/api/v1/{route.replace('{id}', '{identity_id}')}" for route in named} <= set(routes)
