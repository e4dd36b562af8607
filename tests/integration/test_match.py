"""Matching against a workspace: what a load and `why` would say, of the newest state, from memory or from files."""

from __future__ import annotations

import csv
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api.bootstrap import create_workspace, open_workspace
from api.load import LoadRequest, load
from api.match import Matcher
from api.match_answer import Asked, Matched
from api.match_build import build, files_of, forget
from api.match_index import Limits
from api.why import why
from linkage.ledger import Workspace
from linkage.model import Model

WORLD = Path(__file__).parents[2] / "fixtures" / "world" / "small"
DAY = date(2026, 6, 30)
LOADED = 300
ON_DISK = Limits(in_memory=20, worth_keeping=10, first_s=60.0, patience_s=60.0)
ASKED = Asked(DAY, most=50)
FIELDS = ("given_name", "surname", "second_surname", "birth_date", "curp", "licence_number", "licence_jurisdiction")

CONTACT = ("curp", "licence_number", "phone", "address", "city", "postal_code")


def rows_of(name: str, begin: int, end: int) -> list[dict[str, str]]:
    with (WORLD / name).open(encoding="utf-8") as file:
        found = list(csv.DictReader(file))[begin:end]
    wanted = ("source", "record_id", "country", "sex", "phone", "address", "city", "region", "postal_code", *FIELDS)
    return [{name: row[name] for name in wanted} for row in found]


def bring(workspace: Workspace, path: Path, rows: list[dict[str, str]], mode: str | None = None) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    load(workspace, LoadRequest((path,), "drivers", DAY, mode=mode))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of enrolments and licences, in two loads."""
    folder = tmp_path_factory.mktemp("made")
    workspace = create_workspace(folder / "workspace")
    bring(workspace, folder / "fast.csv", rows_of("us_fast.csv", 0, LOADED))
    bring(workspace, folder / "ca.csv", rows_of("ca_prov.csv", 0, LOADED))
    return workspace.path


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(made, tmp_path / "workspace")
    return open_workspace(tmp_path / "workspace")


@pytest.fixture(scope="module")
def queries() -> list[dict[str, str]]:
    """Records of people who are here under another record, of people who are not, and ones that say little."""
    little = [
        {**row, "record_id": f"little {i}", "birth_date": "", **dict.fromkeys(CONTACT, "")}
        for i, row in enumerate(rows_of("us_fast.csv", 0, 20))
    ]
    return [*rows_of("ca_prov.csv", LOADED, LOADED + 40), *rows_of("us_cdl.csv", 0, 20), *little]


def told(matched: Matched) -> list[list[dict[str, Any]]]:
    return [[c.document() for c in found.candidates] for found in matched.records]


def test_a_match_says_what_a_load_and_why_say(
    workspace: Workspace, queries: list[dict[str, str]], tmp_path: Path
) -> None:
    found = told(Matcher(workspace).match(queries, ASKED))
    assert [told(Matcher(workspace).match([q], ASKED))[0] for q in queries[:12]] == found[:12]
    with_some = [i for i, candidates in enumerate(found) if candidates]
    verdicts = {c["verdict"] for candidates in found for c in candidates}
    assert {"same", "possible"} <= verdicts
    # One of every kind of answer, each loaded into a copy of its own.
    few = sorted(with_some, key=lambda i: (found[i][-1]["verdict"] != "possible", -len(found[i]), i))[:5]
    for number in few:
        shutil.copytree(workspace.path, tmp_path / str(number))
        copy = open_workspace(tmp_path / str(number))
        bring(copy, tmp_path / "one.csv", [queries[number]])
        own = f"{queries[number]['source']}/{queries[number]['record_id']}"
        for candidate in found[number]:
            said = why(copy, own, candidate["record"])
            names = ("verdict", "probability", "bits", "prior_bits", "by_attribute", "conflicts")
            assert {name: candidate[name] for name in names} == {name: said[name] for name in names}
        with copy.reading() as connection:
            pairs = connection.execute(
                "SELECT iif(record_l = ?1, record_r, record_l) FROM scored_pair WHERE ?1 IN (record_l, record_r)",
                (own,),
            )
            assert sorted(row[0] for row in pairs) == sorted(c["record"] for c in found[number])


def test_a_match_stores_nothing_and_names_present_identities(
    workspace: Workspace, queries: list[dict[str, str]]
) -> None:
    before = {path: path.read_bytes() for path in workspace.path.rglob("*") if path.is_file()}
    found = Matcher(workspace).match(queries, ASKED)
    after = {path: path.read_bytes() for path in workspace.path.rglob("*") if path.is_file()}
    assert {p: b for p, b in after.items() if "-wal" not in p.name and "-shm" not in p.name} == {
        p: b for p, b in before.items() if "-wal" not in p.name and "-shm" not in p.name
    }
    held = dict(workspace.memberships().select("record_key", "identity_id").iter_rows())
    assert found.people
    for record in found.records:
        assert all(held[c.explanation.right] == c.identity_id for c in record.candidates)


@pytest.mark.parametrize("limits", [Limits(), ON_DISK], ids=["memory", "files"])
def test_newer_corrected_and_withdrawn_records_are_known_at_once(
    workspace: Workspace, tmp_path: Path, limits: Limits
) -> None:
    matcher = Matcher(workspace, limits)
    query = {"given_name": "Xiuhnel", "surname": "Zambudio", "birth_date": "1971-02-03", "phone": "+19565550133"}
    assert told(matcher.match([query], ASKED)) == [[]]
    rows = [{**dict.fromkeys(rows_of("us_fast.csv", 0, 1)[0], ""), **query, "source": "US", "record_id": "new"}]
    bring(workspace, tmp_path / "new.csv", rows)
    found = matcher.match([query], ASKED)
    assert [(c["record"], c["verdict"]) for c in told(found)[0]] == [("US/new", "same")]
    assert (found.load, found.newest_load) == (3, 3)
    bring(workspace, tmp_path / "new.csv", [{**rows[0], "birth_date": "1940-12-25", "phone": ""}])
    (candidate,) = told(matcher.match([query], ASKED))[0] or [None]
    assert candidate is None or candidate["verdict"] == "possible"
    bring(workspace, tmp_path / "new.csv", rows, mode="delete")
    found = matcher.match([query], ASKED)
    assert (told(found), found.load) == ([[]], 5)


def test_files_say_what_memory_says_and_are_shared(workspace: Workspace, queries: list[dict[str, str]]) -> None:
    expected = told(Matcher(workspace).match(queries, ASKED))
    one, other = Matcher(workspace, ON_DISK), Matcher(workspace, ON_DISK)
    assert told(one.match(queries, ASKED)) == told(other.match(queries, ASKED)) == expected
    segments = files_of(workspace).pointed(one.index.model).segments
    assert sum(int(entry["rows"]) for entry in segments) == 2 * LOADED
    assert [segment.name for segment in one.index.current().segments] == [entry["name"] for entry in segments]


def test_segments_grow_by_loads_and_stay_few(workspace: Workspace, tmp_path: Path, model: Model) -> None:
    more = rows_of("ca_prov.csv", LOADED, LOADED + 60)
    build(workspace, model)
    for begin in range(0, 60, 10):
        bring(workspace, tmp_path / "more.csv", more[begin : begin + 10])
        build(workspace, model)
    segments = files_of(workspace).pointed(model).segments
    assert [entry["first"] for entry in segments][1:] == [int(entry["last"]) + 1 for entry in segments][:-1]
    assert int(segments[-1]["last"]) == 8
    assert len(segments) <= 4
    folders = {path.name for path in files_of(workspace).folder.iterdir() if path.is_dir()}
    assert folders == {entry["name"] for entry in segments}
    fresh = Matcher(workspace)
    assert told(Matcher(workspace, ON_DISK).match(more, ASKED)) == told(fresh.match(more, ASKED))


def _builder(workspace: Workspace) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "api.match_build", str(workspace.path)])


def test_a_builder_killed_at_any_time_leaves_what_was_there(
    workspace: Workspace, queries: list[dict[str, str]], model: Model
) -> None:
    expected = told(Matcher(workspace).match(queries, ASKED))
    files = files_of(workspace)
    left = False
    for number in range(8):
        with _builder(workspace) as process:
            until = time.monotonic() + 60
            while not any(files.folder.glob(".*.partial")) and process.poll() is None and time.monotonic() < until:
                time.sleep(0.001)
            time.sleep(0.004 * number)
            process.send_signal(signal.SIGKILL)
        left |= any(files.folder.glob(".*.partial"))
        for entry in files.pointed(model).segments:
            assert files.is_whole(entry)
        if files.pointed(model).segments:
            files.forget()
    assert left, "no kill hit a builder at work"
    assert told(Matcher(workspace, ON_DISK).match(queries, ASKED)) == expected
    assert not any(files.folder.glob(".*.partial"))


@pytest.mark.parametrize("damage", ["cut", "other", "gone"])
def test_a_torn_file_is_never_read(
    workspace: Workspace, queries: list[dict[str, str]], model: Model, damage: str
) -> None:
    build(workspace, model)
    (entry,) = files_of(workspace).pointed(model).segments
    file = files_of(workspace).folder / str(entry["name"]) / "rows.text.bin"
    if damage == "gone":
        file.unlink()
    else:
        data = file.read_bytes()
        file.write_bytes(data[:-10] if damage == "cut" else data.replace(b"TYLER", b"TAYLR", 1))
    expected = told(Matcher(workspace).match(queries, ASKED))
    shutil.copytree(workspace.path, workspace.path.parent / "same")
    assert told(Matcher(open_workspace(workspace.path.parent / "same"), ON_DISK).match(queries, ASKED)) == expected


def test_what_is_forgotten_is_in_no_file_and_in_no_answer(
    workspace: Workspace, queries: list[dict[str, str]], model: Model
) -> None:
    expected = told(Matcher(workspace).match(queries, ASKED))
    serving = Matcher(workspace, ON_DISK)
    in_memory = Matcher(workspace)
    serving.match(queries, ASKED)
    in_memory.match(queries, ASKED)
    old = [serving.index.current(), in_memory.index.current()]
    forget(workspace)
    assert [path.name for path in files_of(workspace).folder.iterdir()] == ["current.json"]
    assert told(serving.match(queries, ASKED)) == told(in_memory.match(queries, ASKED)) == expected
    for matcher, before in zip((serving, in_memory), old, strict=True):
        assert not {id(s) for s in matcher.index.current().segments} & {id(s) for s in before.segments}


def test_a_ledger_of_another_history_is_not_answered_from_this_one(
    workspace: Workspace, made: Path, tmp_path: Path
) -> None:
    one = rows_of("ca_prov.csv", LOADED, LOADED + 1)
    bring(workspace, tmp_path / "one.csv", one)
    matchers = [Matcher(workspace), Matcher(workspace, ON_DISK)]
    for matcher in matchers:
        assert any(c["record"] == f"CA/{one[0]['record_id']}" for c in told(matcher.match(one, ASKED))[0])
    for path in workspace.path.iterdir():
        if path.name.startswith("ledger.db"):
            path.unlink()
    shutil.rmtree(workspace.path / "records")
    shutil.copytree(made, workspace.path, dirs_exist_ok=True)
    other = rows_of("us_cdl.csv", 0, 1)
    bring(open_workspace(workspace.path), tmp_path / "one.csv", other)
    for matcher in matchers:
        found = matcher.match(one, ASKED)
        assert all(c["record"] != f"CA/{one[0]['record_id']}" for c in told(found)[0])
        assert found.load == 3


def test_records_that_no_load_would_take_are_told_so(workspace: Workspace) -> None:
    records: list[dict[str, str | None]] = [
        {"birth_date": "1980-01-01"},
        {"given_name": "A\0B", "surname": "C"},
        {"full_name": "Xiuhnel Zambudio", "birth_date": "31/31/1980", "curp": "NO TIENE"},
        {},
    ]
    document = Matcher(workspace).match(records, ASKED).document()
    assert [row["candidates"] for row in document["rows"]] == [[], [], [], []]
    assert [[i["rule"] for i in row["rejected"]] for row in document["rows"]] == [
        ["nobody"],
        ["nul-character"],
        [],
        ["nobody"],
    ]
    assert {i["column"] for i in document["rows"][2]["warned"]} >= {"birth_date"}
    assert "Xiuhnel" not in str(document)


def test_an_empty_workspace_matches_nobody(tmp_path: Path) -> None:
    document = Matcher(create_workspace(tmp_path / "empty")).match([{"surname": "Zambudio"}], ASKED).document()
    assert (document["load"], document["newest_load"], document["rows"][0]["candidates"]) == (0, 0, [])


def test_a_builder_that_fails_takes_nothing_from_what_is_held(
    workspace: Workspace, queries: list[dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    matcher = Matcher(workspace, Limits(in_memory=700, worth_keeping=650, first_s=60.0, patience_s=60.0))
    matcher.match(queries, ASKED)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    bring(workspace, tmp_path / "few.csv", rows_of("us_cdl.csv", 100, 160))
    few = rows_of("us_cdl.csv", 100, 101)
    found = matcher.match(few, ASKED)
    assert found.load == 3
    assert any(c["record"] == f"US/{few[0]['record_id']}" for c in told(found)[0])
    bring(workspace, tmp_path / "more.csv", rows_of("us_cdl.csv", 160, 300))
    found = matcher.match(queries, ASKED)
    assert (found.load, found.newest_load) == (3, 4)
    assert "after load 3" in found.document()["notice"]
