"""Metrics of one process, and of several workers added up."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from api.audit import Group
from api.counted_together import SHARED, counted_together
from api.http.metrics import Metrics

WORKER = """
from api.audit import Group
from api.http.metrics import Metrics
metrics = Metrics()
metrics.answered("GET", "/api/v1/drivers", 200, 0.02)
metrics.audited(Group(requests=3, entries=5, is_synced=False))
"""
READER = "from api.http.metrics import Metrics; print(Metrics().exposition().decode())"


def told(code: str, folder: Path) -> str:
    environment = os.environ | {SHARED: str(folder)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=True, stdout=subprocess.PIPE)
    return done.stdout.decode()


def test_a_method_that_nobody_knows_is_no_label() -> None:
    metrics = Metrics()
    metrics.answered("SECRET", None, 405, 0.001)
    metrics.audited(Group(requests=2, entries=2, is_synced=True))
    text = metrics.exposition().decode()
    assert 'crosslane_requests_total{method="other",route="unmatched",status="405"} 1.0' in text
    assert "crosslane_audit_syncs_total 1.0" in text
    assert "SECRET" not in text


def test_workers_are_added_up_by_whichever_is_asked(tmp_path: Path) -> None:
    for _ in range(2):
        told(WORKER, tmp_path)
    text = told(READER, tmp_path)
    assert 'crosslane_requests_total{method="GET",route="/api/v1/drivers",status="200"} 2.0' in text
    assert "crosslane_audit_requests_total 6.0" in text
    assert "crosslane_audit_entries_total 10.0" in text
    assert "crosslane_audit_syncs_total 0.0" in text


def test_the_folder_of_several_workers_goes_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SHARED, raising=False)
    with counted_together():
        folder = Path(os.environ[SHARED])
        assert folder.is_dir()
    assert SHARED not in os.environ
    assert not folder.exists()
