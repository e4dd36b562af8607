"""Measures of a workspace: bands against what came since, agreement and links, each with its base or not at all."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api.bootstrap import create_workspace, open_workspace
from api.load import LoadRequest, load
from api.measures import hindsight
from api.measures.document import measures_document
from api.measures.hindsight import base_rates, measure_bands
from api.measures.shares import LEAST_BASE, share_of
from linkage.errors import SettingsError
from linkage.ledger import Workspace

THEN, CUT, NOW = date(2025, 6, 1), date(2025, 6, 30), date(2026, 6, 30)
PEOPLE = 30
_EVENT = "source,event_id,incident_id,record_id,event_type,code,event_date,severity,description,status,received_on\n"


def drivers(first: int, last: int) -> str:
    rows = [
        f"US,{number},US,Given{chr(97 + number % 26)}{chr(97 + number // 26)},Zabul{chr(97 + number % 26)}ondo,"
        f"19{50 + number}-0{1 + number % 9}-1{number % 9}"
        for number in range(first, last)
    ]
    return "source,record_id,country,given_name,surname,birth_date\n" + "\n".join(rows) + "\n"


def events(*rows: tuple[str, int, str, str]) -> str:
    """An event each: its id, whose, when it happened, when it was received."""
    return _EVENT + "".join(
        f"US,{name},I{name},{whose},,US-FED-952,{day},9,Goods found,conviction,{received}\n"
        for name, whose, day, received in rows
    )


OLD = (("a", 0, "2025-05-01", "2025-05-20"), ("b", 1, "2025-04-01", "2025-05-02"))
NEW = (
    ("c", 0, "2025-10-01", "2025-10-09"),  # somebody whose band was above routine
    ("d", 5, "2025-12-01", "2026-01-09"),
    ("e", 6, "2025-05-30", "2026-01-09"),  # happened before the cut
    ("f", 40, "2026-02-01", "2026-02-09"),  # of somebody who was not known at the cut
)


def bring(workspace: Workspace, folder: Path, source: str, text: str, today: date) -> None:
    path = folder / f"{source}.csv"
    path.write_text(text, "utf-8")
    load(workspace, LoadRequest((path,), source, today))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("measures")
    workspace = create_workspace(folder / "w")
    bring(workspace, folder, "drivers", drivers(0, PEOPLE), THEN)
    bring(workspace, folder, "events", events(*OLD), THEN)
    bring(workspace, folder, "drivers", drivers(PEOPLE, PEOPLE + 20), NOW)
    bring(workspace, folder, "events", events(*NEW), NOW)
    return workspace.path


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Workspace:
    return open_workspace(Path(shutil.copytree(made, tmp_path / "w")))


def rows_of(document: dict[str, Any]) -> dict[tuple[str, str], tuple[int, int]]:
    return {(row["kind"], row["band"]): (row["count"], row["of"]) for row in document["bands"]}


def test_a_base_rate_is_the_share_with_an_own_event_in_the_year_after_the_cut(workspace: Workspace) -> None:
    document = measure_bands(workspace, "sup")
    assert (document["cut"], document["until"]) == (CUT.isoformat(), NOW.isoformat())
    assert document["people"] == PEOPLE
    assert document["incidents"] == 2
    assert (document["everybody"]["count"], document["everybody"]["of"]) == (2, PEOPLE)
    rows = rows_of(document)
    assert rows["own", "routine"] == (1, PEOPLE - 2)
    assert rows["own", "look"] == (0, 0)
    assert rows["own", "look first"] == (1, 2)
    assert rows["linked", "routine"] == (2, PEOPLE)
    assert set(rows) == {
        ("own", "routine"),
        ("own", "look"),
        ("own", "look first"),
        *(("linked", b) for b in ("routine", "look")),
    }
    for row in document["bands"]:
        assert (row["share"] is None) is (row["of"] < LEAST_BASE)
        assert (row["times"] is None) is (row["of"] < LEAST_BASE)
    routine = next(row for row in document["bands"] if (row["kind"], row["band"]) == ("own", "routine"))
    assert routine["share"] == pytest.approx(1 / 28)
    assert routine["times"] == pytest.approx((1 / 28) / (2 / 30))


def test_what_came_after_changes_no_band_of_the_cut(made: Path, tmp_path: Path) -> None:
    """The bands of a workspace that never heard of the year after are the same."""
    without = create_workspace(tmp_path / "then")
    bring(without, tmp_path, "drivers", drivers(0, PEOPLE), THEN)
    bring(without, tmp_path, "events", events(*OLD), THEN)
    bring(without, tmp_path, "drivers", drivers(PEOPLE, PEOPLE + 1), NOW)
    bring(without, tmp_path, "events", events(("z", 20, "2026-06-01", "2026-06-02")), NOW)
    with_all = open_workspace(Path(shutil.copytree(made, tmp_path / "now")))
    sizes = [{key: of for key, (_, of) in rows_of(measure_bands(one, "sup")).items()} for one in (without, with_all)]
    assert sizes[0] == sizes[1]


def test_the_measure_is_kept_names_nobody_and_stands_beside_a_band(workspace: Workspace) -> None:
    assert measures_document(workspace)["bands"]["measured"] is None
    document = measure_bands(workspace, "sup")
    kept = measures_document(workspace)
    assert kept["bands"]["measured"] == document
    ids = [workspace.resolve_id(f"US/{number}") for number in (0, 5, 40)]
    assert not [one for one in [*ids, "sup", "US/0"] if f'"{one}"' in json.dumps(kept)]
    with workspace.reading() as connection:
        rates = base_rates(connection)
        assert rates.of("own", "routine") == next(row for row in document["bands"] if row["band"] == "routine")
        assert rates.of("own", None) is None
        assert rates.of("linked", "look first") is None


def test_bands_of_another_policy_are_beside_no_band(workspace: Workspace) -> None:
    measure_bands(workspace, "sup")
    with workspace.transaction() as connection:
        connection.execute("UPDATE band_measure SET policy = '0+before'")
    assert measures_document(workspace)["bands"]["measured"]["is_of_this_policy"] is False
    with workspace.reading() as connection:
        assert base_rates(connection).of("own", "routine") is None
    measure_bands(workspace, "sup")
    assert measures_document(workspace)["bands"]["measured"]["is_of_this_policy"] is True


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ([], "nothing was loaded"),
        ([("drivers", drivers(0, PEOPLE), NOW)], "too few people"),
        ([("drivers", drivers(0, LEAST_BASE - 1), THEN), ("events", events(*OLD), THEN)], "too few people"),
        ([("drivers", drivers(0, PEOPLE), THEN), ("events", events(NEW[1]), NOW)], "no event of anybody"),
        ([("drivers", drivers(0, PEOPLE), THEN), ("events", events(*OLD), THEN)], "no event that counts"),
    ],
)
def test_a_history_that_does_not_bear_the_measure_gives_none(
    texts: list[tuple[str, str, date]], says: str, tmp_path: Path
) -> None:
    workspace = create_workspace(tmp_path / "w")
    for source, text, today in texts:
        bring(workspace, tmp_path, source, text, today)
    if texts:
        bring(workspace, tmp_path, "drivers", drivers(50, 51), NOW)
    with pytest.raises(SettingsError, match=says):
        measure_bands(workspace, "sup")
    assert measures_document(workspace)["bands"]["measured"] is None


def test_a_share_stands_on_a_base_that_bears_it_alone() -> None:
    assert share_of(3, LEAST_BASE - 1) == {
        "count": 3,
        "of": LEAST_BASE - 1,
        "share": None,
        "lower": None,
        "upper": None,
    }
    row = share_of(0, 500)
    assert row["share"] == 0
    assert row["lower"] == pytest.approx(0, abs=1e-12)
    assert row["upper"] == pytest.approx(0.0076, abs=1e-4)  # ui.md: 0 of 500 could still be up to 7.6 per 1,000


def test_a_workspace_of_which_nothing_is_known_has_no_figure(tmp_path: Path) -> None:
    document = measures_document(create_workspace(tmp_path / "w"))
    assert document["as_of"] is None
    assert document["lag"]["rows"] == []
    assert document["bands"] == {"days": hindsight.FOLLOWED_DAYS, "would_look_back_to": None, "measured": None}
    assert document["links"]["samples"] == []
    for row in document["agreement"]["overrides"]:
        assert (row["of"], row["rate"]) == (0, None)
    for name in ("second_signatures", "blind_readings"):
        assert document["agreement"][name]["pairs"] == 0
        assert document["agreement"][name]["kappa"] is None
