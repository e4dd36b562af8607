"""The evaluator of the benchmark: fixed and own best threshold from files as the engines write them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from benchmarks.linkage.score import score

TRUTH = pl.DataFrame(
    {"key": list("abcde"), "entity_id": ["1", "1", "1", "2", "2"], "country": ["US", "US", "MX", "US", "MX"]}
)


def clusters(folder: Path, *labels: int) -> None:
    pl.DataFrame({"record": list("abcde"), "cluster": labels}).write_parquet(folder / "clusters.parquet")


def test_the_fixed_threshold_is_what_the_engine_wrote(tmp_path: Path) -> None:
    clusters(tmp_path, 1, 1, 2, 3, 3)
    found = score(TRUTH, tmp_path)
    assert found["fixed"]["recall"] == pytest.approx(0.5)
    assert found["fixed"]["precision"] == 1
    assert found["groups"]["country"]["US"]["recall"] == 1
    assert found["groups"]["country"]["MX-US"]["recall"] == pytest.approx(1 / 3)
    assert "best" not in found


def test_the_best_threshold_joins_pairs_above_it(tmp_path: Path) -> None:
    clusters(tmp_path, 1, 2, 3, 4, 5)
    pairs = [("a", "b", 9.0), ("c", "b", 8.0), ("d", "e", 7.0), ("c", "d", -1.0)]
    pl.DataFrame(pairs, schema=["record_l", "record_r", "score"], orient="row").write_parquet(
        tmp_path / "pairs.parquet"
    )
    found = score(TRUTH, tmp_path)
    assert found["fixed"]["f1"] == 0
    assert found["best"]["f1"] == 1  # a, b and c are joined by a chain
    assert found["best"]["threshold"] == 7.0
    assert found["candidates"] == 4
    assert found["pairs_alone"]["recall"] == pytest.approx(0.75)  # a and c were never scored
    assert found["pairs_alone"]["threshold"] == 7.0


def test_pairs_of_one_score_are_taken_together(tmp_path: Path) -> None:
    clusters(tmp_path, 1, 2, 3, 4, 5)
    pairs = [("a", "b", 1.0), ("a", "d", 1.0), ("a", "e", 1.0)]
    pl.DataFrame(pairs, schema=["record_l", "record_r", "score"], orient="row").write_parquet(
        tmp_path / "pairs.parquet"
    )
    assert score(TRUTH, tmp_path)["pairs_alone"]["precision"] == pytest.approx(1 / 3)


def test_a_sweep_of_clusters_is_taken_where_there_is_one(tmp_path: Path) -> None:
    clusters(tmp_path, 1, 2, 3, 4, 5)
    rows = [
        (cut, record, label)
        for cut, labels in ((0.5, "11122"), (0.9, "11345"))
        for record, label in zip("abcde", labels, strict=True)
    ]
    pl.DataFrame(rows, schema=["threshold", "record", "cluster"], orient="row").write_parquet(
        tmp_path / "sweep.parquet"
    )
    assert score(TRUTH, tmp_path)["best"] == pytest.approx(
        score(TRUTH, tmp_path)["best"] | {"threshold": 0.5, "f1": 1.0}
    )
