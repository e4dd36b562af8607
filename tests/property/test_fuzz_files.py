"""Files of every source in every format, damaged in any way: read or refused, and each row a record or a reject."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.compare_runs import compare_files
from api.intake import FileIntake, intake
from api.match_list import read_list
from api.train import _labels
from api.truth import EntityKind, read_truth
from linkage.errors import LinkageError, SourceError
from linkage.schema import FACTS
from linkage.sources import ReadOptions, builtin_names, load_manifest, read

TODAY = date(2026, 6, 30)
FUZZED = settings(deadline=None, suppress_health_check=list(HealthCheck))
GIVEN = (
    *("1984-03-19", "31/12/1999", "06/26/2024", "12-13-14", "19840319", "0000-00-00", "2026-02-30", "9999-12-31"),
    *("SUGR840319HTSCLM00", "1FUJGLDR9CSBM7213", "31552208", "984400117", "+52 867 555 0114", "(956) 555-0161"),
    *(
        "Ramiro",
        "de la O Ñúñez",
        "O'Brien-Smith",
        "JR",
        "王小明",
        "12 Elm St Apt 4",
        "CALLE 5 DE MAYO S/N",
        "78043-1234",
    ),
    *("US", "MX", "CA", "TX", "Y", "N", "same", "different", "clear", "active", "conviction", "family", "criminal"),
    *("2304", "US-FAST-TERR", "1", "0", "-1", "007", "1e400", "NaN", "9" * 40, "null", "N/A", "x@y.example", "=1+1"),
)
"""Values as files hold them, in columns where they belong and where they do not."""
cells = st.one_of(st.none(), st.sampled_from(GIVEN), st.sampled_from(GIVEN), st.text(max_size=6))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


def as_csv(names: list[str], rows: list[list[str | None]]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([names, *rows])
    return stream.getvalue().encode("utf-8", "replace")


def as_jsonl(names: list[str], rows: list[list[str | None]]) -> bytes:
    return "\n".join(json.dumps(dict(zip(names, row, strict=True))) for row in rows).encode()


def as_parquet(names: list[str], rows: list[list[str | None]]) -> bytes:
    stream = io.BytesIO()
    texts = [[None if cell is None else cell.encode("utf-8", "replace").decode() for cell in row] for row in rows]
    pl.DataFrame(texts, schema=dict.fromkeys(names, pl.String), orient="row").write_parquet(stream)
    return stream.getvalue()


WRITERS: dict[str, Callable[[list[str], list[list[str | None]]], bytes]] = {
    "csv": as_csv,
    "jsonl": as_jsonl,
    "parquet": as_parquet,
}


@st.composite
def files(draw: st.DrawFn) -> tuple[str, str, bytes]:
    """Source, format and bytes of a file of it, with more, fewer or other columns than the source has."""
    source = draw(st.sampled_from(builtin_names()))
    columns = list(load_manifest(source).file_columns)
    left_out = draw(st.sets(st.sampled_from(columns), max_size=3)) if draw(st.booleans()) else set()
    names = [name for name in columns if name not in left_out] + draw(st.sampled_from([[], ["other"]]))
    rows = draw(st.lists(st.lists(cells, min_size=len(names), max_size=len(names)), min_size=1, max_size=4))
    format_ = draw(st.sampled_from(sorted(WRITERS)))
    return source, format_, WRITERS[format_](names, rows)


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """The bytes with some others, fewer, or more of the same."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(len(data) - 1, 0)))
        length = draw(st.integers(0, 12))
        match draw(st.sampled_from(["flip", "cut", "take out", "put in", "repeat"])):
            case "flip" if data:
                data[place] ^= 1 << draw(st.integers(0, 7))
            case "cut":
                del data[place:]
            case "take out":
                del data[place : place + length]
            case "put in":
                data[place:place] = draw(
                    st.one_of(st.binary(max_size=6), st.sampled_from([b'"', b"\n", b"\0", b"\r", b"{"]))
                )
            case "repeat":
                data[place:place] = data[place : place + length]
    return bytes(data)


def taken(path: Path, source: str, content: bytes, **options: str) -> FileIntake | None:
    path.write_bytes(content)
    try:
        return intake(path, load_manifest(source), ReadOptions(**options), (0, TODAY))
    except SourceError:
        return None


def adds_up(found: FileIntake) -> None:
    for kind, frame in found.facts.items():
        FACTS[kind].check(frame)
        assert frame["key"].null_count() == 0
    told = {line for frame in found.facts.values() for line in frame["line"]}
    rejected = found.rejected["line"].to_list()
    assert len(rejected) == len(set(rejected))
    assert told.isdisjoint(rejected)
    assert found.rows == len(told) + len(rejected)
    assert told | set(rejected) >= set(found.warned["line"])


@given(file=files())
@FUZZED
def test_any_cells_of_any_source_are_taken_or_rejected_row_by_row(folder: Path, file: tuple[str, str, bytes]) -> None:
    source, format_, content = file
    found = taken(folder / f"whole.{format_}", source, content)
    if found is not None:
        adds_up(found)


@given(data=st.data(), file=files(), encoding=st.sampled_from([None, None, "cp1252", "utf-16-le", "shift_jis"]))
@FUZZED
def test_a_damaged_file_of_any_source_is_refused_or_its_rows_add_up(
    folder: Path, data: st.DataObject, file: tuple[str, str, bytes], encoding: str | None
) -> None:
    source, format_, content = file
    options = {"encoding": encoding} if encoding else {}
    found = taken(folder / f"damaged.{format_}", source, data.draw(damaged(content)), **options)
    if found is not None:
        adds_up(found)


TYPES = (
    *(pl.Int8, pl.UInt64, pl.Float32, pl.Float64, pl.Boolean, pl.Date, pl.Time, pl.Binary, pl.Categorical, pl.Null),
    *(pl.Datetime("ms"), pl.Datetime("us", "America/Chicago"), pl.Datetime("ns"), pl.Duration("ms"), pl.Decimal(38, 4)),
    *(pl.List(pl.String), pl.Struct({"a": pl.Int8}), pl.Array(pl.Int8, 2)),
)
numbers = st.one_of(
    st.none(), st.integers(-(2**63), 2**63 - 1), st.integers(-(2**31), 2**31 - 1), st.integers(-40_000, 40_000)
)


@pytest.mark.parametrize("dtype", TYPES, ids=str)
@given(values=st.lists(numbers, min_size=1, max_size=3), column=st.sampled_from(["record_id", "birth_date", "surname"]))
@settings(FUZZED, max_examples=max(settings().max_examples // 4, 1))
def test_a_parquet_column_of_any_type_is_read_or_named(
    folder: Path, dtype: pl.DataType, values: list[int | None], column: str
) -> None:
    stored = pl.Series(column, values, dtype=pl.Int64)
    try:
        as_text = dtype in (pl.Categorical, pl.Binary)
        typed = stored.cast(pl.String).cast(dtype) if as_text else stored.cast(dtype, strict=False)
    except pl.exceptions.PolarsError:
        return
    frame = pl.DataFrame({"source": ["MX"] * len(typed), "record_id": [f"r{n}" for n in range(len(typed))]})
    path = folder / "typed.parquet"
    frame.with_columns(typed).write_parquet(path)
    try:
        found = read(path, load_manifest("drivers"), ReadOptions(), 0)
    except SourceError as refused:
        told = refused
    else:
        assert [*found.mentions[0].raw["line"], *found.rejected["line"]] == list(range(1, len(typed) + 1))
        return
    assert told.column == column


TABLES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "truth": ("source,record_id,entity_id,group", read_truth),
    "truth of vehicles": (
        "source,vin,plate,plate_jurisdiction,entity_id",
        lambda path: read_truth(path, EntityKind.VEHICLE),
    ),
    "identities": ("source,record_id,identity_id", lambda path: compare_files(path, path)),
    "names": ("name,birth_date,phone,source", lambda path: read_list(path.read_bytes(), ("birth_date", "phone"))),
    "judged pairs": ("record_l,record_r,is_match,by,at", _labels),
}
"""Other tables that people hand in: their head, and what reads them."""


@pytest.mark.parametrize("what", TABLES)
@given(data=st.data())
@settings(FUZZED, max_examples=max(settings().max_examples // 2, 1))
def test_a_damaged_table_of_another_kind_is_read_or_refused(folder: Path, what: str, data: st.DataObject) -> None:
    head, reads = TABLES[what]
    names = head.split(",")
    rows = data.draw(st.lists(st.lists(cells, min_size=len(names), max_size=len(names)), max_size=4))
    path = folder / "table.csv"
    path.write_bytes(data.draw(damaged(as_csv(names, rows))))
    with suppress(LinkageError):
        reads(path)
