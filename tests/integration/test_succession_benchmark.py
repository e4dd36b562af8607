"""The table of reopened carriers, on a world too small to mean anything."""

import pytest

from benchmarks.succession import main


def test_the_table_stands_beside_plain_rules_and_names_its_versions(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--people", "300", "--seed", "5", "--misses"])
    out = capsys.readouterr().out
    for answer in ("likely", "likely or possible", "same phone or door", "name almost the same"):
        assert f"{answer}" in out
    assert "carrier-succession-1" in out
    assert "polars" in out
