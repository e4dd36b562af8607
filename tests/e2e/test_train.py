"""`crosslane train`: a model from a table, its report, and the guard's refusal."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from api.cli import main
from linkage.model import load_model


def _table(path: Path, people: int) -> Path:
    rows = [
        {
            "id": f"{copy}{i}",
            "first_name": f"N{i % 37}",
            "surname": f"SURNAME{i}",
            "dob": f"19{50 + i % 50}-{1 + i % 12:02d}-{1 + i % 28:02d}",
            "city": f"CITY {i % 9}",
        }
        for i in range(people)
        for copy in "ab"
    ]
    pl.DataFrame(rows).write_csv(path)
    return path


def test_a_model_is_trained_reported_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, out = _table(tmp_path / "t.csv", 400), tmp_path / "mine.toml"
    assert main(["train", str(table), "--out", str(out), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["records"] == 800
    assert document["expected_matches"] == pytest.approx(400, rel=0.05)
    assert document["estimated_recall"] > 0.9
    assert any(rule["chosen"] for rule in document["rules"])
    model = load_model(out)
    assert not model.is_calibrated
    assert model.attributes["birth_date"].levels["exact"].bits > 3
    assert main(["train", str(table), "--report"]) == 0
    assert "records left out" in capsys.readouterr().out


def test_a_degenerate_model_is_refused_and_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, out = _table(tmp_path / "t.csv", 6), tmp_path / "mine.toml"
    assert main(["train", str(table), "--out", str(out)]) == 1
    assert "are needed" in capsys.readouterr().err
    assert not out.exists()


def test_people_are_asked_blind_and_their_labels_calibrate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, asked, out = _table(tmp_path / "t.csv", 400), tmp_path / "ask.csv", tmp_path / "mine.toml"
    assert main(["train", str(table), "--ask", "60", "--questions", str(asked)]) == 0
    questions = pl.read_csv(asked, infer_schema=False)
    assert questions.height == 60
    assert not {"match_weight", "match_probability", "pattern"} & set(questions.columns)
    same = pl.col("record_l").str.slice(1) == pl.col("record_r").str.slice(1)
    # One reviewer in ten errs, so that the weights turn out too sure of themselves.
    wrong = pl.int_range(pl.len()) % 10 == 0
    answers = questions.with_columns(
        is_match=pl.when(same != wrong).then(pl.lit("yes")).otherwise(pl.lit("no")),
        by=pl.lit("ana"),
        at=pl.lit("2026-11-01"),
    )
    answers = pl.concat([answers, answers.head(1).with_columns(by=pl.lit(""))])
    answers.write_csv(asked)
    capsys.readouterr()
    assert main(["train", str(table), "--labels", str(asked), "--out", str(out), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["labels"]["pairs"] == 60
    assert [row["rule"] for row in document["labels"]["rejected"]] == ["no-person"]
    assert document["calibrated"]
    assert 0 < document["reliability"]["brier"] < 0.25
    model = load_model(out)
    assert model.is_calibrated
    assert 0 < model.slope < 1
    assert model.probability(10.0) < 0.999


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--out", "mine.json"], "toml"),
        (["--ask", "5"], "go together"),
        (["--column", "birth_date"], "FIELD=COLUMN"),
        (["--column", "shoe=id"], "no field shoe"),
        (["--model", "nowhere.toml"], "cannot be read"),
    ],
)
def test_bad_options_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(["train", str(_table(tmp_path / "t.csv", 6)), *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_file_that_is_no_table_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("t.xlsx", "t.parquet"):
        (tmp_path / name).write_bytes(b"no table")
        assert main(["train", str(tmp_path / name)]) == 2
    assert "unreadable" in capsys.readouterr().err


def test_questions_run_nothing_in_a_spreadsheet_and_read_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, asked = _table(tmp_path / "t.csv", 400), tmp_path / "ask.csv"
    rows = pl.read_csv(table, infer_schema=False)
    rows.with_columns(id="=" + pl.col("id"), first_name="=" + pl.col("first_name")).write_csv(table)
    assert main(["train", str(table), "--ask", "50", "--questions", str(asked)]) == 0
    questions = pl.read_csv(asked, infer_schema=False)
    cells = [cell for row in questions.iter_rows() for cell in row if cell]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert {cell[:3] for cell in questions["record_l"]} <= {"'=a", "'=b"}
    same = pl.col("record_l").str.slice(3) == pl.col("record_r").str.slice(3)
    said = (same != (pl.int_range(pl.len()) % 10 == 0)).cast(pl.String)
    questions.with_columns(is_match=said, by=pl.lit("ana"), at=pl.lit("2026-11-01")).write_csv(asked)
    capsys.readouterr()
    assert main(["train", str(table), "--labels", str(asked), "--report", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["labels"]["pairs"], document["labels"]["rejected"]) == (50, [])
    assert document["reliability"] is not None, "the labels are of records of the table"
