"""The benchmark of the API runs from end to end, at a size at which its figures say nothing."""

from __future__ import annotations

import pytest

from benchmarks.api_load.__main__ import main

TINY = "--people 150 --records 40 --clients 6 --seconds 0.5 --rounds 1 --workers 2"


@pytest.mark.timeout(600)
def test_everything_is_asked_and_nothing_fails_while_a_load_runs(capsys: pytest.CaptureFixture[str]) -> None:
    main(TINY.split())
    told = capsys.readouterr().out
    assert "FAILED" not in told
    assert "together, while a load runs: the load was done" in told
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in told.splitlines() if line.startswith("| ")]
    kinds = {row[0].split(": ")[1] for row in rows[1:]}
    assert kinds == {"stored score", "explanation", "match", "search"}
    assert len(rows) == 1 + 3 + 4 + 1 + 4
    assert all(row[-1] == "0" for row in rows[1:])
    assert "answers shared one sync" in told
