"""A blind sample judged by somebody who knows the truth: what it says of the run, and what it gives away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from api.bootstrap import create_workspace
from api.link_review import Answer, LinkReview
from api.load import LoadRequest, load
from api.measures.links import LEAST_JUDGED, link_measures
from api.progress import Silent
from api.sample import draw_sample, judge_sample, run_pairs
from api.spreadsheet import csv_text
from fixtures.world import WorldSettings, generate
from fixtures.world.layout import PERSON_FILES, loads
from linkage.errors import SettingsError, SourceError
from linkage.ledger import Workspace
from linkage.model import load_model

Entities = dict[str, str]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Entities]:
    folder = tmp_path_factory.mktemp("world")
    generate(WorldSettings(300, 9), folder)
    workspace = create_workspace(tmp_path_factory.mktemp("sampled") / "w")
    names = {file.name for file in PERSON_FILES}
    for path, source in loads(folder):
        if path.name in names:
            load(workspace, LoadRequest((path,), source, date(2026, 6, 30)))
    truth = pl.read_csv(folder / "truth.csv", infer_schema=False)
    keys = truth["source"] + "/" + truth["record_id"]
    return workspace, dict(zip(keys, truth["entity_id"], strict=True))


def judged(path: Path, entities: Entities, said: Callable[[bool], str]) -> Path:
    """The file with its answers filled in."""
    rows = pl.read_csv(path, infer_schema=False)
    same = [entities[a] == entities[b] for a, b in rows.select("record_l", "record_r").iter_rows()]
    answered = rows.with_columns(is_match=pl.Series([said(one) for one in same]), by=pl.lit("judge"))
    filled = path.with_name("judged.csv")
    answered.write_csv(filled)
    return filled


def test_what_the_truth_says_lies_in_the_intervals(world: tuple[Workspace, Entities], tmp_path: Path) -> None:
    workspace, entities = world
    sample = draw_sample(workspace, 250, 4, "tester")
    path = tmp_path / "sample.csv"
    path.write_text(csv_text(sample.columns, sample.rows), "utf-8")
    document = judge_sample(workspace, judged(path, entities, lambda same: "true" if same else "no"), "tester")
    assert (document["judged"], document["unjudged"], document["rejected"]) == (250, 0, [])
    pairs = run_pairs(workspace, load_model(), Silent())
    same = pl.Series([entities[a] == entities[b] for a, b in pairs.select("record_l", "record_r").iter_rows()])
    linked = pairs["is_link"]
    true = {
        "precision": (same & linked).sum() / linked.sum(),
        "recall": (same & linked).sum() / same.sum(),
    }
    for name, value in true.items():
        estimate = document[name]
        assert estimate["lower"] <= value <= estimate["upper"], name
        assert estimate["upper"] - estimate["lower"] < 0.15, name
    members = workspace.memberships().group_by("identity_id").len()["len"]
    assert linked.sum() == (members * (members - 1) // 2).sum()


def measured(workspace: Workspace, sample: int) -> dict[str, Any]:
    with workspace.reading() as connection:
        return next(row for row in link_measures(connection)["samples"] if row["sample"] == sample)


def test_answers_in_the_browser_say_of_the_run_what_a_judged_file_says(
    world: tuple[Workspace, Entities], tmp_path: Path
) -> None:
    workspace, entities = world
    sample = draw_sample(workspace, 120, 11, "tester")
    number = sample.document["sample"]
    path = tmp_path / "sample.csv"
    path.write_text(csv_text(sample.columns, sample.rows), "utf-8")
    review = LinkReview(workspace, "judge", number)
    given = 0
    while (now := review.sitting()).pair:
        found = measured(workspace, number)
        assert found["judged"] == given
        if given < LEAST_JUDGED:
            assert (found["state"], found["precision"], found["recall"]) == ("too_few", None, None)
        a, b = now.pair
        review.answer(a, b, Answer.SAME if entities[a] == entities[b] else Answer.DIFFERENT)
        given += 1
    found = measured(workspace, number)
    told = judge_sample(workspace, judged(path, entities, lambda same: "true" if same else "no"), "tester")
    assert found["state"] == "measured"
    assert (found["judged"], found["drawn"], found["undecided"], found["disputed"]) == (120, 120, 0, 0)
    for name in ("precision", "recall"):
        ends = {"share": "value", "lower": "lower", "upper": "upper"}
        assert found[name] == {end: pytest.approx(told[name][as_told]) for end, as_told in ends.items()}


def test_two_judges_who_differ_leave_a_pair_without_a_verdict(world: tuple[Workspace, Entities]) -> None:
    workspace, _ = world
    number = draw_sample(workspace, LEAST_JUDGED, 12, "tester").document["sample"]
    first, second = (LinkReview(workspace, name, number) for name in ("one", "two"))
    for place in range(LEAST_JUDGED):
        pair = first.sitting().pair
        assert pair is not None
        first.answer(*pair, Answer.SAME)
        if place < 3:
            second.answer(*pair, (Answer.DIFFERENT, Answer.SAME, Answer.CANNOT_TELL)[place])
    found = measured(workspace, number)
    assert (found["judged"], found["disputed"]) == (LEAST_JUDGED - 1, 1)
    assert found["state"] == "too_few"
    assert (found["judged_by_two"], found["alike"], found["alike_share"]) == (2, 1, None)


def test_the_reviewer_sees_no_score_and_no_order(world: tuple[Workspace, Entities]) -> None:
    workspace, _ = world
    first, again = (draw_sample(workspace, 120, 7, "tester") for _ in range(2))
    assert {frozenset(row[2:4]) for row in first.rows} == {frozenset(row[2:4]) for row in again.rows}
    assert not [name for name in first.columns if any(word in name for word in ("weight", "prob", "bits", "stratum"))]
    turned = sum(row[2] > row[3] for row in first.rows)
    assert 30 < turned < 90
    linked = workspace.memberships().select("record_key", "identity_id")
    of = dict(linked.iter_rows())
    is_link = [of[row[2]] == of[row[3]] for row in first.rows]
    assert is_link != sorted(is_link)
    assert is_link != sorted(is_link, reverse=True)


def test_rows_without_an_answer_widen_the_interval_and_nonsense_is_reported(
    world: tuple[Workspace, Entities], tmp_path: Path
) -> None:
    workspace, entities = world
    sample = draw_sample(workspace, 100, 2, "tester")
    path = tmp_path / "sample.csv"
    path.write_text(csv_text(sample.columns, sample.rows), "utf-8")
    filled = judged(path, entities, lambda same: "1" if same else "0")
    rows = filled.read_text("utf-8").splitlines()
    whole = judge_sample(workspace, filled, "tester")
    blank = [row.replace(",1,judge", ",,judge").replace(",0,judge", ",,judge") for row in rows[51:]]
    filled.write_text("\n".join([*rows[:50], rows[50].replace(",judge,", ",judge,soon"), *blank]) + "\n", "utf-8")
    half = judge_sample(workspace, filled, "tester")
    assert (half["judged"], half["unjudged"], half["undecided"]) == (49, 51, 50)
    assert [issue["line"] for issue in half["rejected"]] == [51]

    def width(document: dict) -> float:
        return document["precision"]["upper"] - document["precision"]["lower"]

    assert width(half) > width(whole)


def test_a_file_that_is_no_sample_of_this_workspace_is_refused(
    world: tuple[Workspace, Entities], tmp_path: Path
) -> None:
    workspace, _ = world
    path = tmp_path / "a.csv"
    head = "sample,record_l,record_r,is_match,by,at\n"
    for text, says in (
        ("record_l,record_r\n", "sample"),
        (head + "99,US/1,US/2,true,me,2026-01-01\n", "no sample"),
        (head, "no sample"),
    ):
        path.write_text(text, "utf-8")
        with pytest.raises(SourceError, match=says):
            judge_sample(workspace, path, "tester")


def test_nothing_loaded_gives_no_sample(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nothing was loaded"):
        draw_sample(create_workspace(tmp_path / "w"), 10, 1, "tester")
    with pytest.raises(SettingsError, match="--sample"):
        draw_sample(create_workspace(tmp_path / "w"), 0, 1, "tester")
