"""The benchmark runs at a small size, and both ways give the same rows there."""

import pytest

from benchmarks.risk_reference import difference, main

ROW = {"identity_id": "d", "score": 50.0, "band": "look", "own_points": 0.5}


def test_both_ways_give_the_same_rows(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--people", "250", "--drivers", "60", "--every", "20", "--rounds", "1"])
    said = capsys.readouterr().out
    assert said.count("| kernel") == 3
    assert "points: equal" in said


def test_a_figure_or_a_band_that_differs_is_told() -> None:
    assert difference([ROW], [ROW]) == 0
    assert difference([ROW], [ROW | {"own_points": 0.25}]) == pytest.approx(0.25)
    assert difference([ROW], [ROW | {"score": 25.0}]) == pytest.approx(0.25)
    assert difference([ROW], [ROW | {"band": "routine"}]) == float("inf")
