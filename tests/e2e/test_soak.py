"""The soak asks everything of a real server and notes no fault, at a size at which its figures say nothing."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import pytest

from benchmarks.soak.__main__ import soak
from benchmarks.soak.report import tables

HELD = "source,record_id,country,given_name,surname,birth_date\n" + "".join(
    f"US,held{n},US,Wendelin,Ox{n}ard,05/05/19{50 + n}\n" for n in range(9)
)


@pytest.mark.timeout(300)
def test_everything_is_asked_and_nothing_fails(world: Path, tmp_path: Path) -> None:
    workspace, held = Path(shutil.copytree(world, tmp_path / "workspace")), tmp_path / "held.csv"
    held.write_text(HELD, "utf-8")
    options = argparse.Namespace(minutes=0.1, seed=3, rows=3, pause=0.05, workers=1, beside="a test")
    document = soak(workspace, held, options, tmp_path)
    assert document["faults"] == {}
    assert document["log"] == {}
    done = set(document["done"])
    assert {"stored score", "explanation", "page: driver", "load", "load taken on", "decision"} <= done
    assert any(kind.startswith("export") for kind in done)
    roles = [row["role"] for row in document["processes"]]
    assert (roles.count("starts the others"), roles.count("does jobs")) == (1, 1)
    assert tables(document)
