"""Every byte that is not what was written is told, in whichever file of a load it lies."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import apsw
import polars as pl
import pytest

from linkage.errors import FileDamaged
from linkage.ledger import FactStore, damaged, damaged_ends, is_sealed, sums_of
from linkage.ledger.lookup import LOOKUP, Lookups
from linkage.schema import FACTS, Kind
from linkage.sums import SUMS
from linkage.unreadable import UNREADABLE

ROWS = 400
FLIPS = 20


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows of every kind there is, as a load writes them."""
    store = FactStore(tmp_path_factory.mktemp("records"))
    facts = {kind: FACTS[kind].conform(_rows(kind)) for kind in Kind}
    store.write(1, facts, {Kind.PERSON: pl.Series(["US/withdrawn"])})
    return store.path / "1"


def _rows(kind: Kind) -> pl.DataFrame:
    rng = random.Random(kind)
    return pl.DataFrame(
        {
            name: pl.Series([_value(dtype, rng) for _ in range(ROWS)], dtype=dtype)
            for name, dtype in FACTS[kind].columns.items()
        }
    ).with_columns(key=pl.Series([f"US/{number}" for number in range(ROWS)]))


def _value(dtype: Any, rng: random.Random) -> Any:
    if rng.random() < 0.2:
        return None
    if dtype == pl.Date:
        return date.fromordinal(rng.randrange(720_000, 740_000))
    if dtype == pl.Boolean:
        return rng.random() < 0.5
    if dtype.is_float():
        return rng.random()
    if dtype.is_integer():
        return rng.randrange(100)
    return [rng.choice("abc")] if isinstance(dtype, pl.List) else rng.choice(["Okafor", "Quirke", "a longer one é"])


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "records" / "1"))


def flipped(file: Path, rng: random.Random) -> Iterator[bytes]:
    """The file with one other bit, so many times."""
    whole = file.read_bytes()
    for _ in range(FLIPS):
        place, bit = rng.randrange(len(whole)), 1 << rng.randrange(8)
        yield whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :]


def test_every_file_of_a_load_has_its_sum_and_is_what_was_written(written: Path) -> None:
    assert set(sums_of(written)) == {file.name for file in written.iterdir()} - {SUMS}
    assert {f"{kind}.parquet" for kind in Kind} | {LOOKUP} == set(sums_of(written))
    assert list(damaged(written)) == []
    assert list(damaged_ends(written)) == []


def test_one_other_bit_in_any_file_is_told_with_the_file_and_what_to_do(folder: Path) -> None:
    rng = random.Random(1)
    for file in sorted(folder.iterdir()):
        whole = file.read_bytes()
        for other in flipped(file, rng):
            file.write_bytes(other)
            found = list(damaged(folder))
            assert found, (file.name, "no other file is accused for it")
            told = [str(one) for one in found]
            assert all("restore" in one for one in told)
            # In the list of sums it may be the name or the sum of another file that changed: that one is looked at.
            assert file.name == SUMS or [one.file for one in found] == [file], told
        file.write_bytes(whole)
    assert list(damaged(folder)) == []


def test_reading_alone_would_not_tell(folder: Path) -> None:
    """Why there are sums: rows come out of a Parquet file with one other bit, and are other rows."""
    file, rng = folder / "person.parquet", random.Random(2)
    whole = pl.read_parquet(file)
    silent = 0
    for other in flipped(file, rng):
        file.write_bytes(other)
        try:
            silent += not pl.read_parquet(file).equals(whole)
        except UNREADABLE:
            continue
    assert silent > 0


def test_what_is_gone_came_since_or_is_cut_short_is_told(folder: Path) -> None:
    (folder / "event.parquet").unlink()
    (folder / "more.parquet").write_bytes(b"x")
    (folder / "check.parquet").write_bytes((folder / "check.parquet").read_bytes()[:-1])
    assert {(one.file.name, one.what) for one in damaged(folder)} == {
        ("event.parquet", "is gone"),
        ("more.parquet", "is not of the load"),
        ("check.parquet", "is not what was written"),
    }
    assert {one.file.name for one in damaged_ends(folder)} == {"event.parquet", "more.parquet", "check.parquet"}


def test_a_load_of_an_earlier_version_gets_sums_where_it_can_be_read(folder: Path) -> None:
    (folder / SUMS).unlink()
    store = FactStore(folder.parent)
    file = folder / "event.parquet"
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    assert [one.file for one in damaged(folder)] == [file]
    store.complete([1])
    assert not is_sealed(folder), "what is damaged is not made good by a sum"
    file.write_bytes(whole)
    store.complete([1])
    assert list(damaged(folder)) == []
    assert store.incomplete([1]) == []


def test_a_lookup_that_was_deleted_is_made_again_and_no_other_sum_changes(folder: Path) -> None:
    store, before = FactStore(folder.parent), sums_of(folder)
    (folder / LOOKUP).write_bytes(b"damaged")
    (told,) = map(str, damaged(folder))
    assert "delete it" in told
    (folder / LOOKUP).unlink()
    store.complete([1])
    assert list(damaged(folder)) == []
    assert {name: digest for name, digest in sums_of(folder).items() if name != LOOKUP} == {
        name: digest for name, digest in before.items() if name != LOOKUP
    }
    assert Lookups(folder.parent).rows(1, Kind.PERSON, "key", ["US/7"])


class _Killed(BaseException):
    pass


@pytest.mark.parametrize("nth", range(6))
def test_rows_that_are_replaced_by_a_killed_process_are_whole_once_that_is_ended(
    folder: Path, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    """The list of sums, the lookup and each of three files take their names in turn; killed before the nth of them."""
    store, kinds = FactStore(folder.parent), (Kind.PERSON, Kind.EVENT, Kind.CHECK)
    gone = [f"US/{number}" for number in range(0, ROWS, 7)]

    def left() -> dict[Kind, pl.DataFrame]:
        """What is to be replaced still: kinds that hold what is to go, as whoever goes on with it finds them."""
        rows = {kind: found for kind in kinds if (found := store.rows(1, kind)) is not None}
        return {
            kind: frame.filter(~pl.col("key").is_in(gone))
            for kind, frame in rows.items()
            if frame["key"].is_in(gone).any()
        }

    real, named = Path.rename, []

    def rename(source: Path, target: Path) -> Path:
        if len(named) == nth:
            raise _Killed
        named.append(target.name)
        return real(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", rename)
        if nth < 5:
            with pytest.raises(_Killed):
                store.replace(1, left())
        else:
            store.replace(1, left())
    assert named == [SUMS, LOOKUP, "person.parquet", "event.parquet", "check.parquet"][:nth]
    store.sweep([1])
    if still := left():
        store.replace(1, still)
    assert left() == {}
    assert list(damaged(folder)) == []
    assert [file.name for file in folder.glob(".*")] == []
    looked_up = Lookups(folder.parent).rows(1, Kind.PERSON, "key", [*gone, "US/1"])
    assert [row["key"] for row in looked_up] == ["US/1"]


def test_making_a_lookup_again_makes_no_damaged_rows_good(folder: Path) -> None:
    file = folder / "crossing.parquet"
    file.write_bytes(file.read_bytes() + b"x")
    (folder / LOOKUP).unlink()
    FactStore(folder.parent).complete([1])
    assert file in [one.file for one in damaged(folder)]


@pytest.mark.parametrize("name", ["person.parquet", LOOKUP])
def test_whoever_reads_what_cannot_be_read_is_told_the_file(folder: Path, name: str) -> None:
    store, file = FactStore(folder.parent), folder / name
    whole = file.read_bytes()
    file.write_bytes(whole[:8] + b"x" * (len(whole) - 8))
    asked = {
        "current": lambda: store.current(Kind.PERSON, [1]),
        "withdrawn": lambda: store.withdrawn(Kind.PERSON, [1]),
        "count": lambda: store.count(Kind.PERSON, [1]),
        "covered": lambda: store.covered(Kind.PERSON, [1], ["known_on"]),
        "countries": lambda: store.countries(Kind.PERSON, [1]),
        "by a column that nobody looks up": lambda: Lookups(folder.parent).rows(1, Kind.PERSON, "record_id", ["x"]),
        "by key": lambda: Lookups(folder.parent).rows(1, Kind.PERSON, "key", ["US/7"]),
    }
    met = [asked["by key"]] if name == LOOKUP else [ask for way, ask in asked.items() if way != "by key"]
    for ask in met:
        with pytest.raises(FileDamaged) as error:
            ask()
        assert error.value.file == file
        assert "restore" in str(error.value)


def test_a_block_of_the_lookup_with_another_byte_is_told_when_it_is_read(folder: Path) -> None:
    connection = apsw.Connection(str(folder / LOOKUP))
    with connection:
        ((lines,),) = connection.execute("SELECT lines FROM block LIMIT 1")
        connection.execute("UPDATE block SET lines = ?", (lines[:20] + bytes([lines[20] ^ 1]) + lines[21:],))
    connection.close()
    with pytest.raises(FileDamaged):
        Lookups(folder.parent).rows(1, Kind.PERSON, "key", [f"US/{number}" for number in range(ROWS)])
