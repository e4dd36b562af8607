"""What is shipped is what the lock files say, every file of it by its hash, under licences that may be shipped."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
COMPONENTS = json.loads((ROOT / "docs" / "sbom.cdx.json").read_text("utf-8"))["components"]
PAGE = (ROOT / "docs" / "licences.md").read_text("utf-8")
ROWS = [row for row in re.findall(r"^\| (\S+) \| (\S+) \| (.+) \|$", PAGE, re.MULTILINE) if row[0] != "package"]
MAY_BE_SHIPPED = re.compile(
    r"MIT|BSD|ISC|Apache|MPL|Mozilla Public License 2\.0|PSF-2\.0|any-OSI|OFL-1\.1|0BSD|Unlicense|CC0-1\.0"
)
WEAK_COPYLEFT = {"python-stdnum"}
"""Imported as it is published; the page says so."""


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> set[tuple[str, str]]:
    """Names and versions; some have another one for another Python."""
    return {(normal(name), version) for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", LOCK, re.MULTILINE)}


def test_every_locked_package_has_the_hashes_of_its_files() -> None:
    entries = re.split(r"\n(?=\S)", LOCK.strip())
    assert len(entries) == len(locked()) > 100
    assert [entry.split("==")[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_bill_of_materials_is_what_is_locked() -> None:
    python = {normal(one["name"]): one["version"] for one in COMPONENTS if one["purl"].startswith("pkg:pypi/")}
    npm = {one["name"]: one["version"] for one in COMPONENTS if one["purl"].startswith("pkg:npm/")}
    assert len(python) + len(npm) == len(COMPONENTS)
    assert set(python.items()) - locked() == set()
    packages = json.loads((ROOT / "web" / "package-lock.json").read_text("utf-8"))["packages"]
    assert {name: v for name, v in npm.items() if packages[f"node_modules/{name}"]["version"] != v} == {}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {normal(re.split(r"[<>=\[ ;]", one)[0]) for one in project["dependencies"]}
    assert needed <= set(python), "run: make supply"
    web = json.loads((ROOT / "web" / "package.json").read_text("utf-8"))["dependencies"]
    assert set(web) <= set(npm), "run: make supply"


def test_every_licence_may_be_shipped_and_is_listed() -> None:
    listed = {normal(name): (version, licence) for name, version, licence in ROWS}
    assert {normal(one["name"]): one["version"] for one in COMPONENTS} == {n: v for n, (v, _) in listed.items()}
    doubtful = {name: licence for name, (_, licence) in listed.items() if not MAY_BE_SHIPPED.search(licence)}
    assert set(doubtful) == WEAK_COPYLEFT, doubtful


def test_no_place_of_a_machine_is_in_it() -> None:
    for text in (json.dumps(COMPONENTS), PAGE, LOCK):
        assert not re.search(r"file://|/home/|/root/|/tmp/", text)
        assert "index-url" not in text
