"""What is installed elsewhere: the wheel holds the packages with their data, and nothing of tests and fixtures."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_wheel_holds_the_packages_and_their_data(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("crosslane-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "linkage/py.typed",
        "graph/py.typed",
        "eligibility/py.typed",
        "api/py.typed",
        "linkage/data/driver_model.toml",
        "linkage/data/name_frequency.csv",
        "linkage/ledger/migrations/0001_ledger.sql",
        "linkage/sources/builtin/drivers.toml",
        "linkage/standardise/data/identifiers.csv",
        "graph/risk_policy.toml",
        "graph/embedded/sql/set_edge.sql",
        "eligibility/coverage_policy.toml",
        "eligibility/exchange_policy.toml",
        "eligibility/migrations/0003_exchange.sql",
    } <= names
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"linkage", "graph", "eligibility", "api"}
