"""Rows by key are the rows of the Parquet file, whatever they hold."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from linkage.ledger import lookup
from linkage.ledger.facts import FactStore
from linkage.ledger.lookup import LOOKED_UP, LOOKUP, MOST_OPEN, WITHDRAWN, Lookups, mark_of
from linkage.schema import FACTS, Kind
from linkage.sums import SUMS

TEXTS = ("José\tÑuñez", 'a "quoted"\nline', "كامل", "\U0001f69a", "", None)
VALUES = {
    pl.String: TEXTS,
    pl.Int32: (-1, 0, 2**31 - 1, None),
    pl.Int64: (2**63 - 1, -5, None),
    pl.UInt64: (2**64 - 1, 2**53 + 1, 0),
    pl.Float64: (0.1 + 0.2, 1e-300, 3.0, None),
    pl.Boolean: (True, False, None),
    pl.Date: (date(1899, 12, 31), date(2026, 6, 30), None),
    pl.List(pl.String): (["a", "é|b"], [], None),
}


def rows(kind: Kind, count: int = 100) -> pl.DataFrame:
    """Rows in which every type takes every value, over several blocks."""
    columns = {
        name: [VALUES[dtype][n % len(VALUES[dtype])] for n in range(count)]
        for name, dtype in FACTS[kind].columns.items()
    }
    columns[LOOKED_UP[kind]] = [None if n % 9 == 8 else f"MX/ñ{n % 40}" for n in range(count)]
    columns["key"] = [f"US/{n}#e" for n in range(count)]
    return pl.DataFrame(columns, schema=FACTS[kind].columns)


def parquet(folder: Path, load: int, kind: Kind) -> pl.DataFrame:
    return pl.read_parquet(folder / str(load) / f"{kind}.parquet")


def in_order(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(found, key=lambda row: (row["key"], row[WITHDRAWN]))


@pytest.mark.parametrize("kind", list(LOOKED_UP))
def test_what_is_looked_up_is_what_the_parquet_holds(tmp_path: Path, kind: Kind) -> None:
    withdrawn = {kind: pl.Series(["US/0#e", "US/never"])}
    FactStore(tmp_path).write(3, {kind: rows(kind)}, withdrawn)
    whole, lookups = parquet(tmp_path, 3, kind), Lookups(tmp_path)
    shutil.copytree(tmp_path / "3", tmp_path / "other" / "3")
    (tmp_path / "other" / "3" / LOOKUP).unlink()
    for column in {"key", LOOKED_UP[kind]}:
        asked = whole[column].drop_nulls().unique().to_list()
        for values in (*([value] for value in asked), asked, [*asked[:3], "nobody's"], ["nobody's"], []):
            found = lookups.rows(3, kind, column, values)
            expected = whole.filter(pl.col(column).is_in(values)).to_dicts()
            assert in_order(found) == in_order(expected)
            without = in_order(Lookups(tmp_path / "other").rows(3, kind, column, values))
            assert without == in_order(expected)


def test_two_values_of_one_checksum_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "mark_of", lambda value: 7)
    FactStore(tmp_path).write(1, {Kind.CARRIER: rows(Kind.CARRIER)}, {})
    found = Lookups(tmp_path).rows(1, Kind.CARRIER, "key", ["US/3#e"])
    assert [row["key"] for row in found] == ["US/3#e"]


def test_a_load_of_an_earlier_version_has_none_until_it_is_completed(tmp_path: Path) -> None:
    store = FactStore(tmp_path)
    for load in (1, 2):
        store.write(load, {Kind.EVENT: rows(Kind.EVENT), Kind.CROSSING: FACTS[Kind.CROSSING].empty()}, {})
    (tmp_path / "2" / LOOKUP).unlink()
    lookups = Lookups(tmp_path)
    before = lookups.rows(2, Kind.EVENT, "key", ["US/3#e"])
    assert [store.complete([1, 2]), store.complete([1, 2])] == [1, 0]
    files = [(tmp_path / load / LOOKUP).stat().st_size for load in ("1", "2")]
    assert files[0] == files[1]
    held = {"crossing.parquet", "event.parquet", LOOKUP, SUMS}
    assert {file.name for file in (tmp_path / "2").iterdir()} == held
    assert len(before) == 1
    assert lookups.rows(2, Kind.EVENT, "key", ["US/3#e"]) == before


def test_what_nobody_looks_up_is_read_from_the_parquet(tmp_path: Path) -> None:
    vehicles = pl.DataFrame({"key": ["V1", "V2"]})
    FactStore(tmp_path).write(1, {Kind.CARRIER: rows(Kind.CARRIER), Kind.VEHICLE: vehicles}, {})
    lookups = Lookups(tmp_path)
    assert [row["key"] for row in lookups.rows(1, Kind.VEHICLE, "key", ["V2"])] == ["V2"]
    by_name = [row["key"] for row in lookups.rows(1, Kind.CARRIER, "name", [TEXTS[0]])]
    expected = parquet(tmp_path, 1, Kind.CARRIER).filter(pl.col("name") == TEXTS[0])["key"].to_list()
    assert sorted(by_name) == sorted(expected) != []
    assert lookups.rows(1, Kind.EVENT, "key", ["V1"]) == []


def test_a_workspace_that_is_named_from_where_one_stands_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "w").mkdir()
    store = FactStore(tmp_path / "w")
    store.write(1, {Kind.PERSON: FACTS[Kind.PERSON].conform(pl.DataFrame({"key": ["US/1"]}))}, {})
    monkeypatch.chdir(tmp_path)
    (row,) = Lookups(Path("w")).rows(1, Kind.PERSON, "key", ["US/1"])
    assert row["key"] == "US/1"


def test_however_many_loads_are_asked_few_stay_open(tmp_path: Path) -> None:
    store, lookups = FactStore(tmp_path), Lookups(tmp_path)
    numbers = range(1, MOST_OPEN + 9)
    for load in numbers:
        store.write(load, {Kind.PERSON: FACTS[Kind.PERSON].conform(pl.DataFrame({"key": [f"US/{load}"]}))}, {})
    descriptors = Path("/proc/self/fd")
    before = len(list(descriptors.iterdir()))
    for _ in range(2):
        found = [lookups.rows(load, Kind.PERSON, "key", [f"US/{load}"]) for load in numbers]
        assert [row["key"] for (row,) in found] == [f"US/{load}" for load in numbers]
    assert MOST_OPEN - 2 <= len(list(descriptors.iterdir())) - before <= MOST_OPEN + 2


def test_one_that_is_closed_for_others_while_it_is_read_is_read_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "MOST_OPEN", 1)
    store, lookups = FactStore(tmp_path), Lookups(tmp_path)
    for load in (1, 2, 3):
        store.write(load, {Kind.EVENT: rows(Kind.EVENT)}, {})
    keys = parquet(tmp_path, 1, Kind.EVENT)["key"].to_list()
    with ThreadPoolExecutor(8) as pool:
        asked = [(load, key) for key in keys for load in (1, 2, 3)]
        found = list(pool.map(lambda one: lookups.rows(one[0], Kind.EVENT, "key", [one[1]]), asked))
    assert [row["key"] for (row,) in found] == [key for _, key in asked]


def test_marks_are_of_all_that_rows_are_found_by(tmp_path: Path) -> None:
    store = FactStore(tmp_path)
    store.write(1, {Kind.EVENT: rows(Kind.EVENT)}, {Kind.PERSON: pl.Series(["US/gone"])})
    held = parquet(tmp_path, 1, Kind.EVENT)
    keys = {"US/gone", *held["key"], *held["record_key"].drop_nulls()}
    assert store.marks(1) == sorted({mark_of(key) for key in keys})
    (tmp_path / "1" / LOOKUP).unlink()
    assert store.marks(1) is None
