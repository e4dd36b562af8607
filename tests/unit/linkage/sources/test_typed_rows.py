from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from linkage.errors import SourceError
from linkage.sources import FileFormat, ReadFile, ReadOptions, load_manifest, read
from linkage.sources.numbers import plain

DRIVERS = load_manifest("drivers")


def jsonl(tmp_path: Path, content: str | bytes, **options: str) -> ReadFile:
    path = tmp_path / "people.jsonl"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(path, DRIVERS, ReadOptions(**options), 0)


def parquet(tmp_path: Path, **columns: object) -> ReadFile:
    path = tmp_path / "people[1]*.parquet"
    pl.DataFrame({"source": ["MX"], "record_id": ["1"], **columns}, strict=False).write_parquet(path)
    return read(path, DRIVERS, ReadOptions(), 0)


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        ("1.0e5", "100000"),
        ("1E-7", "0.0000001"),
        ("31882047.0", "31882047"),
        ("1.10", "1.10"),
        ("-0.5", "-0.5"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("1.7976931348623157e308", "17976931348623157" + "0" * 292),
        ("0.0", "0"),
    ],
)
def test_numbers_are_written_out_without_exponent_or_loss(literal: str, text: str) -> None:
    assert plain(literal) == text


@pytest.mark.parametrize("literal", ["1e999999999", "1e99999999999999999999", "inf", "nan"])
def test_numbers_out_of_range_are_refused(literal: str) -> None:
    with pytest.raises(ValueError, match=r"range|number"):
        plain(literal)


def test_json_numbers_keep_their_digits(tmp_path: Path) -> None:
    row = '{"source":"MX","record_id":123456789012345678901234567890,"phone":8675550101.0,"surname":1.0e5,"sex":true}'
    raw = jsonl(tmp_path, row).mentions[0].raw
    assert raw.select("record_id", "phone", "surname", "sex").row(0) == (
        "123456789012345678901234567890",
        "8675550101",
        "100000",
        "true",
    )


def test_json_lines_are_physical_lines_and_absent_or_null_is_null(tmp_path: Path) -> None:
    found = jsonl(
        tmp_path,
        '\ufeff{"source":"MX","record_id":"1","surname":"Ñ \\n"}\r\n\n'
        '{"source":"MX","record_id":"2","surname":null,"x":[1]}\n'
        '{"source":"MX","record_id":"3"}',
    )
    assert found.mentions[0].raw.select("line", "record_id", "surname").rows() == [
        (1, "1", "Ñ \n"),
        (3, "2", None),
        (4, "3", None),
    ]
    assert found.header.ignored == ("x",)


@pytest.mark.parametrize(
    ("line", "column", "rule"),
    [
        ('{"source":"MX"', None, "json-not-readable"),
        ("[1]", None, "json-not-an-object"),
        ('"text"', None, "json-not-an-object"),
        ('{"source":"MX","source":"US"}', None, "json-not-readable"),
        ('{"surname":NaN}', None, "json-not-readable"),
        ('{"surname":1e999999}', None, "json-not-readable"),
        ('{"surname":{"a":1}}', "surname", "nested-value"),
        ('{"surname":["a"]}', "surname", "nested-value"),
        ('{"surname":"\\u0000"}', None, "nul-character"),
        ('{"surname":"\\ud800"}', None, "json-not-readable"),
        ('{"\\udfff":1}', None, "json-not-readable"),
        ("[" * 200_000, None, "json-not-readable"),
    ],
)
def test_a_bad_json_line_is_rejected_with_its_line_and_the_others_load(
    tmp_path: Path, line: str, column: str | None, rule: str
) -> None:
    good = '{"source":"MX","record_id":"1"}'
    found = jsonl(tmp_path, f"{good}\n{line}\n{good}\n")
    assert found.rejected.select("line", "column", "rule").rows() == [(2, column, rule)]
    assert found.mentions[0].raw["line"].to_list() == [1, 3]
    assert (found.rows, found.accepted) == (3, 2)


def test_json_errors_do_not_show_the_line(tmp_path: Path) -> None:
    found = jsonl(tmp_path, '{"surname": Zambudio}\n{"source":"MX","record_id":"1"}')
    assert "Zambudio" not in found.rejected["message"][0]


def test_json_without_a_needed_key_in_any_row_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="missing-column"):
        jsonl(tmp_path, '{"source":"MX","surname":"a"}\n')


def test_json_keys_that_differ_by_case_are_one_column_twice(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="duplicate-column"):
        jsonl(
            tmp_path, '{"source":"MX","record_id":"1","surname":"a"}\n{"source":"MX","record_id":"2","Surname":"b"}\n'
        )


def test_json_keys_with_outer_blanks_are_the_column_they_look_like(tmp_path: Path) -> None:
    assert jsonl(tmp_path, '{"source":"MX","record_id":"1"," surname ":"a"}').mentions[0].raw["surname"][0] == "a"
    with pytest.raises(SourceError, match="duplicate-column"):
        jsonl(tmp_path, '{"source":"MX","record_id":"1"," surname ":"a","surname":"b"}')


def test_json_keys_that_appear_late_fill_the_earlier_rows_with_null(tmp_path: Path) -> None:
    rows = [f'{{"source":"MX","record_id":"{n}"}}' for n in range(50_001)] + [
        '{"source":"MX","record_id":"z","surname":"a"}'
    ]
    raw = jsonl(tmp_path, "\n".join(rows)).mentions[0].raw
    assert (raw["surname"].null_count(), raw["surname"][-1], raw["line"][-1]) == (50_001, "a", 50_002)


def test_json_in_another_encoding_is_refused_until_it_is_declared(tmp_path: Path) -> None:
    content = '{"source":"MX","record_id":"1"}\n{"source":"MX","record_id":"ñ"}\n'.encode("cp1252")
    with pytest.raises(SourceError) as caught:
        jsonl(tmp_path, content)
    assert caught.value.line == 2
    assert jsonl(tmp_path, content, encoding="cp1252").mentions[0].raw["record_id"][1] == "ñ"


def test_an_empty_json_file_is_refused_and_one_of_blank_lines_has_no_rows(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="file-empty"):
        jsonl(tmp_path, "")
    assert jsonl(tmp_path, "\n\n").rows == 0


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (pl.Series([2**63], dtype=pl.UInt64), "9223372036854775808"),
        (pl.Series([31882047.0]), "31882047"),
        (pl.Series([1e5]), "100000"),
        (pl.Series([0.1], dtype=pl.Float32), "0.1"),
        (pl.Series([1e22]), "10000000000000000000000"),
        (pl.Series([float("nan")]), None),
        (pl.Series([None], dtype=pl.Float64), None),
        (pl.Series([None], dtype=pl.Null), None),
        (pl.Series([Decimal("1.50")]), "1.50"),
        (pl.Series([date(1980, 5, 31)]), "1980-05-31"),
        (pl.Series([datetime(1980, 5, 31)]), "1980-05-31"),
        (pl.Series([datetime(1980, 5, 31, 6, 7)]), "1980-05-31T06:07:00"),
        (pl.Series([datetime(1980, 5, 31, tzinfo=UTC)]), "1980-05-31T00:00:00+00:00"),
        (pl.Series([True]), "true"),
        (pl.Series(["García"], dtype=pl.Categorical), "García"),
        (pl.Series(["Ñ".encode()]), "Ñ"),
        (pl.Series(["  a "]), "  a "),
    ],
)
def test_parquet_values_become_the_text_a_person_would_write(tmp_path: Path, values: pl.Series, text: str) -> None:
    found = parquet(tmp_path, surname=values)
    assert found.mentions[0].raw["surname"].to_list() == [text]
    assert found.format is FileFormat.PARQUET


def test_parquet_lines_are_row_numbers_from_one(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"source": ["MX"] * 3, "record_id": ["1", "2\0", "3"]}).write_parquet(path)
    found = read(path, DRIVERS, ReadOptions(), 0)
    assert found.mentions[0].raw["line"].to_list() == [1, 3]
    assert found.rejected.select("line", "column", "rule").rows() == [(2, "record_id", "nul-character")]


@pytest.mark.parametrize("values", [pl.Series([["a"]]), pl.Series([{"a": 1}])])
def test_a_nested_parquet_column_refuses_the_file_only_where_it_is_mapped(tmp_path: Path, values: pl.Series) -> None:
    with pytest.raises(SourceError, match="column surname: its values are nested"):
        parquet(tmp_path, surname=values)
    assert parquet(tmp_path, unknown=values).header.ignored == ("unknown",)


def test_parquet_bytes_that_are_no_text_refuse_the_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="undecodable-bytes"):
        parquet(tmp_path, surname=pl.Series([b"\xff"]))


@pytest.mark.parametrize("dtype", [pl.Date, pl.Datetime("ms"), pl.Datetime("ms", "UTC"), pl.Duration("us")])
def test_a_column_of_what_no_calendar_has_is_named_and_breaks_nothing(tmp_path: Path, dtype: pl.DataType) -> None:
    number, stored = (2**31 - 1, pl.Int32) if dtype == pl.Date else (2**62, pl.Int64)
    with pytest.raises(SourceError) as refused:
        parquet(tmp_path, birth_date=pl.Series([number], dtype=stored).cast(dtype))
    assert refused.value.column == "birth_date"


def test_parquet_names_keep_working_with_outer_blanks_and_case(tmp_path: Path) -> None:
    found = parquet(tmp_path, **{" SurName ": ["a"]})
    assert found.mentions[0].raw["surname"].to_list() == ["a"]


@pytest.mark.parametrize("content", [b"PAR1", b"PAR1" + b"x" * 100, b"PAR1" + b"\xff" * 100 + b"PAR1"])
def test_a_damaged_parquet_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    with pytest.raises(SourceError, match="parquet-not-readable"):
        read(path, DRIVERS, ReadOptions(), 0)


def test_a_parquet_file_without_a_needed_column_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"source": ["MX"]}).write_parquet(path)
    with pytest.raises(SourceError, match="missing-column"):
        read(path, DRIVERS, ReadOptions(), 0)
