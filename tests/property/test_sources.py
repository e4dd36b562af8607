import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from linkage.errors import SourceError
from linkage.sources import ReadFile, ReadOptions, load_manifest, read

DRIVERS = load_manifest("drivers")
COLUMNS = ["source", "record_id", "surname", "given_name", "address"]

PLAIN = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

# What breaks readers: quotes, delimiters, line ends of every kind, blanks, wide and combining characters.
cells = st.one_of(
    st.text(st.sampled_from("ab\",;\t|\r\n '\\=é\u0301𝔊\u2028\x85\x1a\ufeff"), max_size=8),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sources")


def load(path: Path, content: bytes, **options: str) -> ReadFile:
    path.write_bytes(content)
    return read(path, DRIVERS, ReadOptions(**options), 0)


@given(
    rows=st.lists(st.lists(cells, min_size=5, max_size=5), max_size=8),
    dialect=st.tuples(
        st.sampled_from(",;\t|"),
        st.sampled_from(["\n", "\r\n", "\r"]),
        st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    ),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    columns=st.permutations(COLUMNS),
)
@PLAIN
def test_any_table_reads_back_cell_for_cell_with_its_lines(
    folder: Path, rows: list[list[str]], dialect: tuple[str, str, int], encoding: str, columns: list[str]
) -> None:
    delimiter, end, quoting = dialect
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow(columns)
    starts = []
    for row in rows:
        text = stream.getvalue()
        starts.append(1 + text.count("\r" if end == "\r" else "\n"))
        # The writer quotes only the line end it writes: the other half beside it, unquoted, would make a CRLF.
        assume(not (end == "\n" and quoting == csv.QUOTE_MINIMAL and row[-1].endswith("\r")))
        assume(not (end == "\r" and quoting == csv.QUOTE_MINIMAL and row[0].startswith("\n")))
        writer.writerow(row)
    found = load(folder / "table.csv", stream.getvalue().encode(encoding))
    assert found.rejected.rows() == []
    assert found.mentions[0].raw.select("line", *columns).rows() == [
        (line, *row) for line, row in zip(starts, rows, strict=True)
    ]


@given(content=st.binary(max_size=200), name=st.sampled_from(["a.csv", "a.jsonl", "a.parquet"]))
@PLAIN
def test_any_bytes_are_read_or_refused(folder: Path, content: bytes, name: str) -> None:
    try:
        found = load(folder / name, content)
    except SourceError:
        return
    assert found.rows == found.accepted + found.rejected.height


noise = st.lists(
    st.sampled_from(
        [
            b'"',
            b'""',
            b",",
            b"\n",
            b"\r",
            b"\r\n",
            b"a",
            b"MX,1,x,y,z\n",
            b'"MX","1","x","y","z"\n',
            b"\xf1",
            b"\0",
            b" ",
        ]
    ),
    max_size=40,
).map(b"".join)


@given(content=noise, encoding=st.sampled_from([None, "cp1252", "utf-16-le", "latin-1", "cp037"]))
@PLAIN
def test_any_noise_below_a_header_is_read_or_refused_and_rows_add_up(
    folder: Path, content: bytes, encoding: str | None
) -> None:
    header = (",".join(COLUMNS) + "\n").encode(encoding or "utf-8")
    options = {"encoding": encoding} if encoding else {}
    try:
        found = load(folder / "noise.csv", header + content, **options)
    except SourceError:
        return
    lines = [*found.mentions[0].raw["line"], *found.rejected["line"]]
    assert found.rows == len(lines) == len(set(lines))
    assert all(line > 1 for line in lines)


@given(
    before=st.text(st.sampled_from("a, \n"), max_size=20),
    stray=st.sampled_from(['"', '"a', '"""', '"a""', '"a\n""']),
    good=st.integers(1, 5),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
@PLAIN
def test_a_stray_quote_swallows_no_row_that_is_whole(
    folder: Path, before: str, stray: str, good: int, quoting: int
) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=quoting)
    writer.writerows(["MX", f"good{n}", "x", "", 'y"z'] for n in range(good))
    found = load(folder / "stray.csv", f"{','.join(COLUMNS)}\n{before},{stray}\n{stream.getvalue()}".encode())
    loaded = found.mentions[0].raw["record_id"].to_list()
    assert loaded[-good:] == [f"good{n}" for n in range(good)]


@given(good=st.integers(1, 5), chance=st.sampled_from(['12"', 'x"', 'x"""']))
@PLAIN
def test_a_stray_quote_closed_by_chance_swallows_no_row_that_is_whole(folder: Path, good: int, chance: str) -> None:
    rows = "".join(f"MX,good{n},x,y,z\n" for n in range(good))
    content = f'{",".join(COLUMNS)}\nMX,1,x,y,"7 Yew\n{rows}MX,last,{chance},y,z\n'
    found = load(folder / "chance.csv", content.encode())
    assert found.rejected.select("line", "column", "rule").rows() == [(2, "address", "quote-not-closed")]
    assert found.mentions[0].raw["record_id"].to_list() == [*(f"good{n}" for n in range(good)), "last"]


json_cells = st.one_of(st.none(), cells, st.integers(), st.booleans())


@given(rows=st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS, json_cells)), min_size=1, max_size=6))
@PLAIN
def test_json_lines_read_back_cell_for_cell(folder: Path, rows: list[dict[str, object]]) -> None:
    content = "\n".join(json.dumps(row) for row in rows).encode()
    found = load(folder / "rows.jsonl", content)
    assert found.rejected.height == 0
    expected = [
        tuple(
            None if value is None else str(value).lower() if isinstance(value, bool) else str(value)
            for value in (row[name] for name in COLUMNS)
        )
        for row in rows
    ]
    assert found.mentions[0].raw.select(COLUMNS).rows() == expected


@given(values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5))
@PLAIN
def test_floats_of_parquet_become_text_of_the_same_number_without_exponent(folder: Path, values: list[float]) -> None:
    path = folder / "floats.parquet"
    count = len(values)
    pl.DataFrame({"source": ["MX"] * count, "record_id": ["1"] * count, "surname": values}).write_parquet(path)
    texts = read(path, DRIVERS, ReadOptions(), 0).mentions[0].raw["surname"].to_list()
    assert [float(text) for text in texts] == values
    assert not any("e" in text.lower() or text.endswith(".0") for text in texts)
