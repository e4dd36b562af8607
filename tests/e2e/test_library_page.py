"""The code of docs/library.md runs as it stands there."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_every_block_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    page = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    assert len(blocks) >= 5
    scope: dict[str, object] = {"folder": os.fspath(tmp_path)}
    for number, block in enumerate(blocks):
        exec(compile(block, f"docs/library.md, block {number + 1}", "exec"), scope)
