"""Loads of a whole small world: the graph after each, any order and any split, corrections and withdrawals."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from api.bootstrap import create_workspace, open_workspace
from api.load import LoadRequest, load
from api.rescoring import rescore_workspace
from api.scores import kept_basis, read_scores
from benchmarks.order import halves, partition
from fixtures.world import WorldSettings, generate
from fixtures.world.layout import loads as world_loads
from graph import project
from graph.embedded import EmbeddedStore
from graph.verify import verify
from linkage.errors import SourceError
from linkage.ledger import Workspace
from linkage.schema import Kind

TODAY = date(2026, 6, 30)
LOADS = """
import sys
from datetime import date
from pathlib import Path
from api.bootstrap import create_workspace
from api.load import LoadRequest, load
place, today, *files = sys.argv[1:]
workspace = create_workspace(Path(place))
for path, source in zip(files[::2], files[1::2], strict=True):
    load(workspace, LoadRequest((Path(path),), source, date.fromisoformat(today)))
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    generate(WorldSettings(250, 5), folder)
    return folder


@pytest.fixture(scope="module")
def whole(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = create_workspace(tmp_path_factory.mktemp("whole") / "w")
    for path, source in world_loads(world):
        load(workspace, LoadRequest((path,), source, TODAY))
        assert _graph_is_equal(workspace), f"after {path.name}"
    return workspace


def test_another_order_and_split_gives_the_same_people_and_scores(
    whole: Workspace, world: Path, tmp_path: Path
) -> None:
    """And more threads: in a process of its own, as it is settled at the start how many there are."""
    parts = list(halves(world_loads(world), tmp_path))
    random.Random(3).shuffle(parts)
    told = [str(tmp_path / "w"), TODAY.isoformat(), *(str(one) for part in parts for one in part)]
    subprocess.run(
        [sys.executable, "-c", LOADS, *told],
        env=os.environ | {"POLARS_MAX_THREADS": "4"},
        cwd=Path(__file__).resolve().parents[2],
        check=True,
    )
    workspace = open_workspace(tmp_path / "w")
    assert partition(workspace) == partition(whole)
    assert _graph_is_equal(workspace)
    scores, expected = _scores_by_record(workspace), _scores_by_record(whole)
    assert scores.keys() == expected.keys()
    assert all(scores[key] == pytest.approx(expected[key], abs=1e-9) for key in scores)


def test_loading_everything_again_changes_nothing_and_says_so(whole: Workspace, world: Path) -> None:
    before = _state(whole)
    for path, source in world_loads(world):
        document = load(whole, LoadRequest((path,), source, TODAY))
        assert document["unchanged"] is True, path.name
        assert document["moves"] == []
    assert _state(whole) == before


def test_a_correction_replaces_and_a_delete_withdraws(tmp_path: Path) -> None:
    workspace = create_workspace(tmp_path / "w")
    header = "source,record_id,country,given_name,surname,birth_date,fast_id\n"
    first = _file(tmp_path, "a.csv", header + "US,1,US,Ulises,Quintanar,1984-03-09,981300417\n")
    second = _file(tmp_path, "b.csv", header + "MX,1,MX,Ulises,Quintanar,1984-03-09,981300417\n")
    for path in (first, second):
        load(workspace, LoadRequest((path,), "drivers", TODAY))
    assert len(partition(workspace)) == 1
    corrected = _file(tmp_path, "c.csv", header + "MX,1,MX,Ulises,Quintanar,1951-11-20,981300999\n")
    document = load(workspace, LoadRequest((corrected,), "drivers", TODAY))
    assert document["identities"]["split"] == 1
    assert len(partition(workspace)) == 2
    gone = _file(tmp_path, "d.csv", header + "MX,1,MX,Ulises,Quintanar,,\n")
    load(workspace, LoadRequest((gone,), "drivers", TODAY, mode="delete"))
    assert partition(workspace) == {("US/1",)}
    assert _graph_is_equal(workspace)


def test_a_snapshot_withdraws_what_it_no_longer_holds_and_asks_before_much(tmp_path: Path) -> None:
    workspace = create_workspace(tmp_path / "w")
    header = "source,record_id,country,given_name,surname,birth_date\n"
    rows = [f"US,{i},US,Ames,Abernathy{chr(97 + i)},19{60 + i}-01-1{i % 9}\n" for i in range(20)]
    load(workspace, LoadRequest((_file(tmp_path, "a.csv", header + "".join(rows)),), "drivers", TODAY))
    most = LoadRequest((_file(tmp_path, "b.csv", header + "".join(rows[:19])),), "drivers", TODAY, mode="snapshot")
    load(workspace, most)
    assert workspace.facts(Kind.PERSON).height == 19
    few = _file(tmp_path, "c.csv", header + "".join(rows[:10]))
    with pytest.raises(SourceError, match="would withdraw 9 of 19"):
        load(workspace, LoadRequest((few,), "drivers", TODAY, mode="snapshot"))
    assert workspace.facts(Kind.PERSON).height == 19
    load(workspace, LoadRequest((few,), "drivers", TODAY, mode="snapshot", confirm=True))
    assert workspace.facts(Kind.PERSON).height == 10


def test_a_refused_file_refuses_the_whole_load(tmp_path: Path) -> None:
    workspace = create_workspace(tmp_path / "w")
    good = _file(tmp_path, "a.csv", "source,record_id,surname\nUS,1,Quintanar\n")
    bad = _file(tmp_path, "b.csv", "name\nx\n")
    with pytest.raises(SourceError):
        load(workspace, LoadRequest((good, bad), "drivers", TODAY))
    assert workspace.facts(Kind.PERSON).is_empty()
    assert list((workspace.path / "records").iterdir()) == []


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _graph_is_equal(workspace: Workspace) -> bool:
    facts = {kind: workspace.facts(kind) for kind in Kind}
    wanted = project.desired(facts, workspace.memberships(), workspace.possible_links())
    with workspace.reading() as connection:
        return verify(EmbeddedStore(connection), wanted).is_equal


def _scores_by_record(workspace: Workspace) -> dict[str, float]:
    with workspace.reading() as connection:
        scores = read_scores(connection)
    rows = workspace.memberships().join(scores, on="identity_id")
    return dict(zip(rows["record_key"], rows["score"], strict=True))


def _state(workspace: Workspace) -> tuple[object, ...]:
    with workspace.reading() as connection:
        counts = EmbeddedStore(connection).counts()
        return workspace.memberships().rows(), read_scores(connection).rows(), counts.nodes, counts.edges


def test_scores_of_a_load_are_those_of_the_store_to_the_last_bit(whole: Workspace) -> None:
    found = rescore_workspace(whole, is_full=True)
    assert found["rescored"] == whole.memberships()["identity_id"].n_unique()
    assert found["changed"] == 0
    assert rescore_workspace(whole) == found | {"scope": "changed", "rescored": 0, "seconds": 0.0}


def test_a_load_scores_whom_it_reaches_and_everybody_where_nothing_is_kept(whole: Workspace, tmp_path: Path) -> None:
    with whole.reading() as connection:
        people = read_scores(connection).height
        day = date.fromisoformat(read_scores(connection)["as_of"].max())
    driver = whole.memberships()["record_key"][0].split("/", 1)
    columns = "source,record_id,event_id,event_type,severity,event_date"
    for number, is_kept in enumerate((True, False, True)):
        if not is_kept:
            kept_basis(whole.path).drop()
        path = _file(tmp_path, f"event{number}.csv", columns + "\n")
        path.write_text(path.read_text() + f"{driver[0]},{driver[1]},E{number},SEIZURE,9,2026-0{number + 1}-01\n")
        document = load(whole, LoadRequest((path,), "events", day))
        assert (document["rescored"] < people) == is_kept
        assert document["scores_changed"] > 0
        assert rescore_workspace(whole, is_full=True)["changed"] == 0


def test_a_later_day_scores_everybody_whatever_was_loaded(whole: Workspace, tmp_path: Path) -> None:
    with whole.reading() as connection:
        people = read_scores(connection).height
    path = _file(tmp_path, "checks.csv", "source,record_id,country,record_type,checked_on,result\n")
    path.write_text(path.read_text() + "US,X1,US,criminal,2026-07-01,clear\n")
    document = load(whole, LoadRequest((path,), "checks", date(2026, 7, 1)))
    assert document["rescored"] == people
    with whole.reading() as connection:
        assert set(read_scores(connection)["as_of"]) == {"2026-07-01"}
