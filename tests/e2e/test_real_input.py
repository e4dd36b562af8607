"""Real public files, and the world's files in another order: what must come out of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from api.bootstrap import open_workspace
from graph.embedded import EmbeddedStore
from graph.schema import EdgeKind
from linkage.schema import Kind
from tests.once import made_once

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
WORLD = FIXTURES / "world"


def test_the_senzing_truth_set_is_resolved(cli: Any) -> None:
    folder = FIXTURES / "senzing_truthset"
    files = [folder / f"{name}.csv" for name in ("customers", "reference", "watchlist")]
    document = cli.json("load", *files, "--source", "senzing", "--today", "2026-06-30")
    assert sum(file["accepted"] for file in document["files"]) == 159
    measured = cli.json("evaluate", "--truth", folder / "truth.csv")
    assert measured["missing"] == 0
    assert measured["pairs"]["true"] == 108
    assert measured["pairs"]["f1"] >= 0.85


def test_no_nine_digit_number_of_a_person_is_kept(cli: Any) -> None:
    cli.json("load", FIXTURES / "senzing_truthset" / "customers.csv", "--source", "senzing")
    for key in ("CUSTOMERS/1001", "CUSTOMERS/1002", "CUSTOMERS/1003", "CUSTOMERS/1004"):
        for record in cli.json("show", key)["records"]:
            ssn = record["standard"]["ssn4"]
            assert ssn is None or len(ssn) == 4


def test_every_revocation_is_accepted_and_repeats_are_one_event(cli: Any) -> None:
    path = FIXTURES / "fmcsa" / "revocations_2024-08-06.csv"
    document = cli.json("load", path, "--source", "fmcsa-revocations", "--today", "2026-06-30")
    (file,) = document["files"]
    assert (file["rows"], file["accepted"], file["rejected"]) == (2244, 2244, [])
    with open_workspace(cli.folder).reading() as connection:
        store = EmbeddedStore(connection)
        assert store.counts().nodes["Event"] == 2244 - 55
        cited = store.edges([EdgeKind.CITED_UNDER])
    assert cited["src"].n_unique() == 2244 - 55
    assert cli.json("identities")["rows"] == []


def loads() -> list[tuple[Path, str]]:
    files = json.loads((WORLD / "small" / "world.json").read_text("utf-8"))["files"]
    named = [(WORLD / "small" / item["file"], item["source"]) for item in files]
    return [(path, str(WORLD / source) if source.endswith(".toml") else source) for path, source in named]


def bring(cli: Any, order: Sequence[tuple[Path, str]]) -> None:
    for path, source in order:
        cli.json("load", path, "--source", source, "--today", "2026-06-30")


@pytest.fixture
def forward(cli: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A workspace with the files of the world in their own order; nobody changes it."""
    return cli.at(made_once(tmp_path_factory, "world-forward", lambda folder: bring(cli.at(folder), loads())))


def people(cli: Any) -> dict[frozenset[str], tuple[Any, ...]]:
    """Groups of records with the figures of each."""
    groups: dict[str, set[str]] = {}
    for row in cli.json("identities")["rows"]:
        groups.setdefault(row["identity_id"], set()).add(f"{row['source']}/{row['record_id']}")
    scores = {row["identity_id"]: row for row in cli.json("scores")["rows"]}
    return {
        frozenset(group): tuple(scores[identity][name] for name in ("score", "own", "linked", "linked_with_possible"))
        for identity, group in groups.items()
    }


@pytest.mark.timeout(600)
def test_any_order_of_the_files_gives_the_same_people_and_scores(forward: Any, tmp_path: Path) -> None:
    backward = forward.at(tmp_path / "backward")
    bring(backward, loads()[::-1])
    assert set(people(backward)) == set(people(forward))
    assert people(backward) == people(forward)


@pytest.mark.timeout(600)
def test_no_identity_holds_two_valid_national_numbers_of_one_kind(forward: Any) -> None:
    workspace = open_workspace(forward.folder)
    facts = workspace.facts(Kind.PERSON, ["key", "curp", "national_id", "suspect"])
    members = workspace.memberships().join(facts, left_on="record_key", right_on="key")
    for name in ("curp", "national_id"):
        valid = members.filter(members[name].is_not_null() & ~members["suspect"].list.contains(name).fill_null(False))
        numbers = valid.group_by("identity_id").n_unique()
        assert (numbers[name] <= 1).all(), name
