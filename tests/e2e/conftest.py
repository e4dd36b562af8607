"""The command line, run in this process as a user would run it."""

from __future__ import annotations

import hashlib
import json
import shutil
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.cli import main
from tests.once import made_once

with warnings.catch_warnings():
    # Starlette announces another client library on import; what the tests use of it is the same in both.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Result:
    """What one command line did."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        assert self.out.count("\n") == 1, f"not one JSON document on standard output: {self.out[:200]}"
        document: dict[str, Any] = json.loads(self.out)
        return document


class CommandLine:
    """Runs command lines against one workspace."""

    def __init__(self, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
        self._capsys = capsys
        self.folder = folder

    def run(self, *arguments: object) -> Result:
        """Whatever comes of it."""
        self._capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        captured = self._capsys.readouterr()
        assert "Traceback" not in captured.err, captured.err
        return Result(code, captured.out, captured.err)

    def json(self, *arguments: object, code: int = 0) -> dict[str, Any]:
        """The JSON document of a command that must end with `code`."""
        result = self.run(*arguments, "-w", self.folder, "--json")
        assert result.code == code, f"{arguments[0]}: exit {result.code}, {result.err.strip()}"
        return result.document

    def __call__(self, *arguments: object) -> Result:
        """A command on the workspace, for a person."""
        return self.run(*arguments, "-w", self.folder)

    def at(self, folder: Path) -> CommandLine:
        """The same command line on another workspace, which is made."""
        other = self.on(folder)
        assert other("init").code == 0
        return other

    def on(self, folder: Path) -> CommandLine:
        """The same command line on a workspace that is there, or that a command is to make."""
        return CommandLine(self._capsys, folder)


@pytest.fixture
def anywhere(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line without a workspace."""
    for name in ("CROSSLANE_WORKSPACE", "CROSSLANE_STORE", "CROSSLANE_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CROSSLANE_ACTOR", "tester")
    return CommandLine(capsys, tmp_path / "workspace")


@pytest.fixture
def cli(anywhere: CommandLine) -> CommandLine:
    """The command line on a new workspace."""
    assert anywhere("init").code == 0
    return anywhere


@pytest.fixture
def client_of() -> Iterator[Callable[[CommandLine], TestClient]]:
    """Makes HTTP clients with a viewer's key for the workspace of a command line."""
    from api.bootstrap import open_workspace
    from api.http import create_app

    clients: list[TestClient] = []

    def make(cli: CommandLine) -> TestClient:
        secret = cli.json("key", "add", f"test {len(clients)}")["secret"]
        app = create_app(open_workspace(cli.folder))
        client = TestClient(app, headers={"Authorization": f"Bearer {secret}"}, raise_server_exceptions=False)
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


@pytest.fixture(scope="session")
def web_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The world behind the pages, made once; tests take copies."""
    from tests.e2e.web_world import a_web_world

    return made_once(tmp_path_factory, "web-world", a_web_world) / "workspace"


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The world behind the API, made once; tests take copies."""
    from tests.e2e.http_world import a_world

    return made_once(tmp_path_factory, "world", a_world) / "workspace"


@pytest.fixture(scope="session")
def in_use(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That world after people worked on one of its drivers, made once; tests take copies."""
    from tests.e2e.used_world import a_used_world

    return made_once(tmp_path_factory, "in-use", lambda folder: a_used_world(world, folder)) / "workspace"


@pytest.fixture
def used(in_use: Path, tmp_path: Path) -> Any:
    """A copy of it."""
    from api.bootstrap import open_workspace

    return open_workspace(Path(shutil.copytree(in_use, tmp_path / "workspace")))


@pytest.fixture
def api(world: Path, tmp_path: Path) -> Iterator[Any]:
    """The API over a copy of that world."""
    from tests.e2e.http_world import serving

    with serving(Path(shutil.copytree(world, tmp_path / "workspace"))) as api:
        yield api


@pytest.fixture
def load_kept(cli: CommandLine, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., CommandLine]:
    """Brings a new workspace to where loads of files leave it; the same files are read once in a test run.

    Takes tuples of source, text and load day.
    """

    def load(*files: tuple[str, str, str]) -> CommandLine:
        def make(folder: Path) -> None:
            other = cli.at(folder)
            for number, (source, text, day) in enumerate(files):
                path = tmp_path_factory.mktemp("files") / f"{number}.csv"
                path.write_text(text, "utf-8")
                other.json("load", path, "--source", source, "--today", day)

        kept = made_once(tmp_path_factory, hashlib.sha256(repr(files).encode()).hexdigest()[:16], make)
        shutil.rmtree(cli.folder)
        shutil.copytree(kept, cli.folder)
        return cli

    return load


@pytest.fixture(scope="module")
def office(web_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The pages over a copy of that world, one a file of tests."""
    from tests.e2e.web_world import an_office

    with an_office(web_world, tmp_path_factory.mktemp("office")) as office:
        yield office


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Writes a text file and gives its path."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write
