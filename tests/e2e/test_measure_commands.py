"""`measures` at the command line: the figures with their bases, in the document and in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from api.audit import AuditLog
from tests.integration.test_measures import NEW, NOW, OLD, PEOPLE, THEN, drivers, events


def test_bands_are_measured_when_asked_and_kept(cli: Any, write: Callable[[str, str], Path]) -> None:
    assert cli("measures", "--bands").code != 0, "nothing was loaded"
    for source, text, today in (
        ("drivers", drivers(0, PEOPLE), THEN),
        ("events", events(*OLD), THEN),
        ("events", events(*NEW[:3]), NOW),
    ):
        cli.json("load", write(f"{source}{today}.csv", text), "--source", source, "--today", today)
    assert cli.json("measures")["bands"]["measured"] is None
    assert "not measured" in cli("measures").out
    measured = cli.json("measures", "--bands")["bands"]["measured"]
    assert (measured["people"], measured["everybody"]["count"]) == (PEOPLE, 2)
    assert cli.json("measures")["bands"]["measured"] == measured
    assert "Own events from 2025-06-30 to 2026-06-30" in cli("measures").out
    done = [entry.action for entry in AuditLog(cli.folder).entries(limit=100)]
    assert done.count("bands measured") == 1
    assert done.count("measures") >= 4
