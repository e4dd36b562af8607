"""`python -m tools.supply`: what is shipped, as docs/sbom.cdx.json (CycloneDX), and its licences, as docs/licences.md.

An empty environment gets the package and what it needs at run time, in the versions of the lock file; two tools read
it. What the browser is sent comes from the npm lock file. Needs `uv`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SBOM, LICENCES = ROOT / "docs" / "sbom.cdx.json", ROOT / "docs" / "licences.md"
NPM = ROOT / "web" / "package-lock.json"
READER, LISTER = "cyclonedx-bom==7.5.0", "pip-licenses==5.5.5"
OURS = "crosslane"


def main() -> int:
    """Exit code 0 when both files were written."""
    with tempfile.TemporaryDirectory() as scratch:
        python = Path(scratch) / "empty" / "bin" / "python"
        run("uv", "venv", "-q", str(python.parents[1]))
        run("uv", "pip", "install", "-q", "--python", str(python), "-c", "requirements.lock", str(ROOT))
        made = Path(scratch) / "sbom.json"
        shown = ("--pyproject", "pyproject.toml", "--output-reproducible", "--short-PURLs", "--of", "JSON")
        run("uvx", "-q", "--from", READER, "cyclonedx-py", "environment", *shown, "-o", str(made), str(python))
        listed = run("uvx", "-q", LISTER, f"--python={python}", "--format=json", "--ignore-packages", OURS)
        document = json.loads(made.read_text("utf-8"))
    sent = sent_to_browsers()
    document["components"] = [*(one for one in document["components"] if one["name"] != OURS), *map(component, sent)]
    SBOM.write_text(json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
    python_rows = [(one["Name"], one["Version"], one["License"]) for one in json.loads(listed)]
    LICENCES.write_text(page(python_rows, [(one["name"], one["version"], one["license"]) for one in sent]), "utf-8")
    print(f"{len(python_rows)} Python packages and {len(sent)} npm packages")
    return 0


def sent_to_browsers() -> list[dict[str, Any]]:
    """Npm packages that the pages' scripts and styles are built from, by name."""
    packages = json.loads(NPM.read_text("utf-8"))["packages"]
    return [
        {"name": path.rpartition("node_modules/")[2], **told}
        for path, told in sorted(packages.items())
        if path and not told.get("dev") and not told.get("devOptional")
    ]


def component(package: dict[str, Any]) -> dict[str, Any]:
    """An npm package as CycloneDX has it."""
    purl = f"pkg:npm/{package['name'].replace('@', '%40')}@{package['version']}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": package["name"],
        "version": package["version"],
        "purl": purl,
        "licenses": [{"expression": package["license"]}],
    }


def page(python: list[tuple[str, str, str]], npm: list[tuple[str, str, str]]) -> str:
    """The list of licences in Markdown."""
    lines = [
        "# Licences of what is shipped",
        "",
        "Written by `make supply` from the lock files; the same as a bill of materials: [sbom.cdx.json](sbom.cdx.json)",
        "(CycloneDX). All are used as they are published; none is copied or changed. `python-stdnum` is under the",
        "LGPL: it is imported, and can be replaced by another version of it.",
    ]
    for title, rows in (("Python, at run time", python), ("Sent to browsers", npm)):
        lines += ["", f"## {title}", "| package | version | licence |", "|---|---|---|"]
        lines += [f"| {name} | {number} | {licence} |" for name, number, licence in rows]
    return "\n".join(lines) + "\n"


def run(*command: str) -> str:
    """What a command prints."""
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
