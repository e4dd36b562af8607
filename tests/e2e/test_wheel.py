"""What is installed elsewhere: the wheel and what it declares, in an environment that knows nothing else.

The dependencies are those of the lock, which were hashed when this environment was made; they are linked, so that it
costs seconds. `CROSSLANE_DOWNLOAD=1` has pip fetch them anew and compare every hash.
"""

from __future__ import annotations

import contextlib
import email
import os
import re
import signal
import subprocess
import sys
import time
import venv
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import httpx
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from api.accounts.sessions import SessionLimits, Sessions
from api.accounts.users import Users
from api.bootstrap import open_workspace
from api.http.security import COOKIE
from api.roles import Role

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("linkage", "graph", "eligibility", "api")
DRIVERS = (
    "source,record_id,country,given_name,surname,birth_date,licence_number,licence_jurisdiction\n"
    "US,1,US,Ramiro,Zabulondo,1984-03-19,31552208,TX\nCA,1,CA,RAMIRO,ZABULONDO,1984-03-19,31552208,TX\n"
)
_LOCKED = re.compile(r"^(\S+)==([^\s;]+)[^\n]*\\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n?)+", re.MULTILINE)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (found,) = folder.glob("crosslane-*.whl")
    return found


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder outside of the checkout with an environment, `env`, that holds the wheel and what it needs."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "env", symlinks=True)
    needed = _needed(wheel)
    if os.environ.get("CROSSLANE_DOWNLOAD"):
        (folder / "lock.txt").write_text("".join(_locked()[name][1] for name in needed), "utf-8")
        _pip(folder, "--require-hashes", "-r", str(folder / "lock.txt"))
    else:
        for one in needed.values():
            _link(one, _site(folder))
    _pip(folder, "--no-index", str(wheel))
    return folder


def _pip(folder: Path, *what: str) -> None:
    python = str(folder / "env" / "bin" / "python")
    options = ["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-compile"]
    subprocess.run([sys.executable, "-m", "pip", "--python", python, *options, *what], check=True)


def _site(folder: Path) -> Path:
    (found,) = (folder / "env" / "lib").glob("python*/site-packages")
    return found


def _needed(wheel: Path) -> dict[str, Distribution]:
    """What the wheel declares, with all that this needs in turn, as it is installed here."""
    with zipfile.ZipFile(wheel) as opened:
        (name,) = (name for name in opened.namelist() if name.endswith(".dist-info/METADATA"))
        declared = email.message_from_bytes(opened.read(name)).get_all("Requires-Dist", [])
    found: dict[str, Distribution] = {}
    todo = [(Requirement(one), frozenset({""})) for one in declared]
    while todo:
        needed, extras = todo.pop()
        if needed.marker and not any(needed.marker.evaluate({"extra": extra}) for extra in extras):
            continue
        one = distribution(needed.name)
        if found.setdefault(canonicalize_name(needed.name), one) is one or needed.extras:
            todo += [(Requirement(line), frozenset({"", *needed.extras})) for line in one.requires or ()]
    return found


def _locked() -> dict[str, tuple[str, str]]:
    """Version and entry of each package of the lock that is for this Python."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    return {
        canonicalize_name(entry[1]): (entry[2], entry[0])
        for entry in _LOCKED.finditer(lock)
        if (marker := Requirement(entry[0].partition("\\")[0]).marker) is None or marker.evaluate()
    }


def _link(one: Distribution, site: Path) -> None:
    for name in {file.parts[0] for file in one.files or () if file.parts[0] not in ("..", "__pycache__")}:
        with contextlib.suppress(FileExistsError):
            (site / name).symlink_to(one.locate_file(name))


def crosslane(elsewhere: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """A command as somebody who installed it says it."""
    command = [str(elsewhere / "env" / "bin" / "crosslane"), *map(str, words)]
    return subprocess.run(
        command, cwd=elsewhere, env=_clean(), capture_output=True, text=True, timeout=120, check=False
    )


def _clean() -> dict[str, str]:
    kept = ("HOME", "LANG", "PATH", "TMPDIR", "POLARS_MAX_THREADS")
    return {name: os.environ[name] for name in kept if name in os.environ}


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    files = {
        file.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert names == files
    assert {f"{package}/py.typed" for package in PACKAGES} <= names


def test_what_it_needs_is_locked_with_hashes_in_the_version_that_is_installed(wheel: Path) -> None:
    locked = _locked()
    needed = {name: one.version for name, one in _needed(wheel).items()}
    assert {"polars", "fastapi", "apsw", "typst"} <= set(needed)
    assert {name: locked[name][0] for name in needed} == needed
    assert "pytest" not in needed


def test_it_works_where_nothing_else_is_installed(elsewhere: Path) -> None:
    python = elsewhere / "env" / "bin" / "python"
    said = "import api, linkage, sys; print(api.__file__); print(*sys.path); import pytest"
    asked = subprocess.run(
        [python, "-c", said], cwd=elsewhere, env=_clean(), capture_output=True, text=True, check=False
    )
    assert asked.stdout.startswith(str(_site(elsewhere)))
    assert str(ROOT) not in asked.stdout
    assert "No module named 'pytest'" in asked.stderr
    assert "linked risk" in crosslane(elsewhere, "--help").stdout.lower()
    (elsewhere / "drivers.csv").write_text(DRIVERS, "utf-8")
    for words in (("init",), ("load", "drivers.csv", "--source", "drivers"), ("doctor", "--full"), ("show", "US/1")):
        done = crosslane(elsewhere, *words, "-w", "drivers")
        assert done.returncode == 0, done.stderr
    assert "merged" in done.stdout or "CA" in done.stdout


@pytest.fixture
def served(elsewhere: Path) -> Iterator[str]:
    """Where it is served."""
    command = [str(elsewhere / "env" / "bin" / "crosslane"), "serve", "-w", "drivers", "--port", "0"]
    with (elsewhere / "serve.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=elsewhere, env=_clean(), stderr=log, stdout=log)
    try:
        deadline = time.monotonic() + 60
        while not (found := re.search(rb"http://127\.0\.0\.1:\d+", (elsewhere / "serve.log").read_bytes())):
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.1)
        yield found[0].decode()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def test_its_pages_open_with_all_that_they_refer_to(elsewhere: Path, served: str) -> None:
    workspace = open_workspace(elsewhere / "drivers")
    with workspace.transaction() as connection:
        Users(connection).add("ana", Role.INVESTIGATOR, "tester", "seven grey mules walk north")
        token = Sessions(connection, SessionLimits(), time.time()).open("ana", "investigation")[0]
    with httpx.Client(base_url=served, cookies={COOKIE: token}, timeout=60) as client:
        driver = workspace.resolve_id("US/1")
        for path in ("/", f"/drivers/{driver}", f"/drivers/{driver}/risk", f"/drivers/{driver}/explore", "/policy"):
            page = client.get(path)
            assert page.status_code == 200, path
            for asset in set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)):
                assert client.get(asset).status_code == 200, asset
        assert client.get("/readyz").json()["status"] == "ok"
