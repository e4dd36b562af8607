"""What holds now is the same, whichever loads were merged into runs, and few folders are read of however many loads."""

from __future__ import annotations

import errno
import shutil
import threading
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.errors import FileDamaged
from linkage.ledger import merged
from linkage.ledger.facts import FactStore
from linkage.ledger.merged import FEW_PARTS, MOST_PARTS, Merged
from linkage.ledger.whole import damaged
from linkage.schema import FACTS, Kind

KINDS = (Kind.EVENT, Kind.CARRIER)


def store_in(folder: Path) -> FactStore:
    return FactStore(folder / "records", Merged(folder / "merged", folder / "records"))


def wrote(store: FactStore, load: int, kind: Kind, keys: list[str], gone: list[str]) -> None:
    facts = FACTS[kind].conform(pl.DataFrame({"key": keys, "source": [f"load {load}"] * len(keys)}))
    store.write(load, {kind: facts}, {kind: pl.Series(gone, dtype=pl.String)})


def too_many(folder: Path) -> tuple[FactStore, list[int]]:
    """One load more than is read apart, of one event each."""
    store, loads = store_in(folder), list(range(1, MOST_PARTS + 2))
    for load in loads:
        wrote(store, load, Kind.EVENT, [f"US/{load}"], [])
    return store, loads


LOAD = st.tuples(
    st.sampled_from(KINDS),
    st.lists(st.integers(0, 9), unique=True, max_size=5),
    st.lists(st.integers(0, 9), unique=True, max_size=2),
    st.booleans(),
)


@settings(max_examples=25)
@given(series=st.lists(LOAD, min_size=1, max_size=30), most=st.integers(2, 6), few=st.integers(1, 3))
def test_what_holds_is_the_same_whenever_loads_were_merged(
    series: list[tuple[Kind, list[int], list[int], bool]],
    most: int,
    few: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("series")
    store, plain = store_in(folder), FactStore(folder / "records")
    loads: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merged, "MOST_PARTS", most)
        patch.setattr(merged, "FEW_PARTS", few)
        for load, (kind, keys, gone, is_merged) in enumerate(series, start=1):
            wrote(store, load, kind, [f"US/{n}" for n in keys], [f"US/{n}" for n in gone if n not in keys])
            loads.append(load)
            assert store.merged is not None
            if is_merged and store.merged.merge(loads):
                assert len(store.merged.parts(loads)) <= most
            for upto in {1, load // 2 or 1, load}:
                for asked in KINDS:
                    assert store.current(asked, loads[:upto]).equals(plain.current(asked, loads[:upto]))
    for run in store.merged.runs():
        assert list(damaged(run.folder)) == []


def test_few_folders_are_read_and_rows_are_written_again_seldom(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    assert store.merged is not None
    loads, written = list(range(1, 201)), 0
    wrote(store, 1, Kind.EVENT, [f"US/{n}" for n in range(100_000)], [])
    for load in loads[1:]:
        wrote(store, load, Kind.EVENT, [f"MX/{load}"], [])
        made = store.merged.merge(loads[:load])
        if made is not None:
            assert made.first > 1, "what is large is not written again for what is small"
            written += made.last - made.first + 1
        assert len(store.merged.parts(loads[:load])) <= MOST_PARTS
    assert len(store.merged.runs()) <= FEW_PARTS
    assert written < 5 * len(loads)
    assert store.current(Kind.EVENT, loads).height == 100_199


def test_what_a_killed_process_left_is_no_run_and_goes(tmp_path: Path) -> None:
    store, loads = too_many(tmp_path)
    assert store.merged is not None
    left = tmp_path / "merged" / ".1-9.partial"
    left.mkdir(parents=True)
    (left / "event.parquet").write_bytes(b"half")
    assert store.current(Kind.EVENT, loads).height == len(loads)
    store.merged.merge(loads)
    assert not left.exists()
    assert store.current(Kind.EVENT, loads).height == len(loads)


def test_rows_that_are_taken_out_for_good_are_in_no_run(tmp_path: Path) -> None:
    store, loads = too_many(tmp_path)
    assert store.merged is not None
    assert store.merged.merge(loads)
    rows = store.rows(3, Kind.EVENT)
    assert rows is not None
    store.replace(3, {Kind.EVENT: rows.clear()})
    assert not (tmp_path / "merged").exists()
    assert "US/3" not in store.current(Kind.EVENT, loads)["key"]


def test_a_run_that_is_damaged_is_told_and_made_again_once_it_is_gone(tmp_path: Path) -> None:
    store, loads = too_many(tmp_path)
    assert store.merged is not None
    run = store.merged.merge(loads)
    assert run is not None
    run.file(Kind.EVENT).write_bytes(b"PAR1")
    with pytest.raises(FileDamaged):
        store.current(Kind.EVENT, loads)
    shutil.rmtree(run.folder)
    assert store.current(Kind.EVENT, loads).height == len(loads)


@pytest.mark.parametrize("harm", ["torn", "one other bit", "gone"])
def test_rows_that_are_damaged_are_in_no_run_so_that_mending_them_mends_what_holds(tmp_path: Path, harm: str) -> None:
    store, loads = too_many(tmp_path)
    assert store.merged is not None
    folder = tmp_path / "records" / str(loads[-2])
    shutil.copytree(folder, tmp_path / "kept")
    file = folder / "event.parquet"
    if harm == "gone":
        shutil.rmtree(folder)
    else:
        whole = file.read_bytes()
        middle = len(whole) // 2
        file.write_bytes(
            whole[:middle] if harm == "torn" else whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
        )
    assert store.merged.merge(loads) is None
    assert store.merged.runs() == []
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(tmp_path / "kept", folder)
    assert store.merged.merge(loads)
    assert store.current(Kind.EVENT, loads).height == len(loads)


def test_a_disk_that_takes_no_run_leaves_the_loads_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Path) -> None:
        raise OSError(errno.ENOSPC, "no room")

    store, loads = too_many(tmp_path)
    assert store.merged is not None
    with monkeypatch.context() as patched:
        patched.setattr(merged, "sync", full)
        assert store.merged.merge(loads) is None
    assert list((tmp_path / "merged").iterdir()) == []
    assert store.current(Kind.EVENT, loads).height == len(loads)
    assert store.merged.merge(loads)


def test_whoever_reads_while_runs_are_merged_misses_no_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merged, "MOST_PARTS", 2)
    monkeypatch.setattr(merged, "FEW_PARTS", 1)
    store = store_in(tmp_path)
    assert store.merged is not None
    loads = list(range(1, 61))
    for load in loads:
        wrote(store, load, Kind.EVENT, [f"US/{load}"], [])
    seen: list[int] = []
    is_over = threading.Event()

    def read() -> None:
        while not is_over.is_set():
            seen.append(store.current(Kind.EVENT, loads[:30]).height)

    reading = threading.Thread(target=read)
    reading.start()
    for load in loads[2:]:
        store.merged.merge(loads[:load])
    is_over.set()
    reading.join()
    assert set(seen) == {30}
