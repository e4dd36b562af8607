import hashlib
from pathlib import Path

import pytest

from linkage.errors import SourceError
from linkage.sources import ReadFile, ReadOptions, load_manifest, read

HEADER = b"source,record_id,surname\n"


def load(path: Path, content: bytes, source: str = "drivers", **options: str) -> ReadFile:
    path.write_bytes(content)
    return read(path, load_manifest(source), ReadOptions(**options), 3)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.csv"


def cells(found: ReadFile, name: str = "surname") -> list[tuple[int, str]]:
    return found.mentions[0].raw.select("line", name).rows()


def rejects(found: ReadFile) -> list[tuple[int, str | None, str]]:
    return found.rejected.select("line", "column", "rule").rows()


def test_a_row_is_text_as_received_with_file_and_line(file: Path) -> None:
    found = load(file, HEADER + b'MX, 007 ,"  Quiroga "\n')
    assert found.mentions[0].raw.row(0, named=True) | {} == {
        **dict.fromkeys(found.mentions[0].raw.columns),
        "file": 3,
        "line": 2,
        "source": "MX",
        "record_id": " 007 ",
        "surname": "  Quiroga ",
    }
    assert found.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()


def test_empty_cell_is_empty_and_absent_column_is_null(file: Path) -> None:
    raw = load(file, HEADER + b"MX,1,\n").mentions[0].raw
    assert raw["surname"].to_list() == [""]
    assert raw["given_name"].to_list() == [None]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_line_ends_of_any_system_give_the_same_rows(file: Path, end: bytes) -> None:
    found = load(file, end.join([b"source,record_id,surname", b"MX,1,A", b"", b'MX,2,"B"', b"MX,3,C"]))
    assert cells(found) == [(2, "A"), (4, "B"), (5, "C")]


def test_line_breaks_inside_quotes_are_kept_to_the_letter_and_counted(file: Path) -> None:
    found = load(file, HEADER + b'MX,1,"a\r\nb\nc ""d"""\r\nMX,2,e\n')
    assert cells(found) == [(2, 'a\r\nb\nc "d"'), (5, "e")]


def test_a_carriage_return_inside_an_unquoted_cell_is_a_character(file: Path) -> None:
    found = load(file, HEADER + b'MX,1,a\rb\nMX,"2",c\rd\n')
    assert cells(found) == [(2, "a\rb"), (3, "c\rd")]


def test_quotes_inside_an_unquoted_cell_are_characters(file: Path) -> None:
    assert cells(load(file, HEADER + b'MX,1,12" pipe "x"\n')) == [(2, '12" pipe "x"')]


def test_ragged_rows_are_rejected_whole_and_the_others_load(file: Path) -> None:
    found = load(file, HEADER + b"MX,1\nMX,2,b\nMX,3,c,d,e\n   \n")
    assert cells(found) == [(3, "b")]
    assert rejects(found) == [(2, None, "ragged-row"), (4, None, "ragged-row"), (5, None, "ragged-row")]
    assert found.rejected["message"].to_list()[:2] == ["3 fields expected, 2 found", "3 fields expected, 5 found"]
    assert (found.rows, found.accepted) == (4, 1)


def test_an_unclosed_quote_costs_only_the_row_where_it_starts(file: Path) -> None:
    found = load(file, HEADER + b'MX,1,"a\nMX,2,b\nMX,"3","c"\nMX,4,"d\nMX,5,e\n')
    assert cells(found) == [(3, "b"), (4, "c"), (6, "e")]
    assert rejects(found) == [(2, "surname", "quote-not-closed"), (5, "surname", "quote-not-closed")]


def test_a_stray_quote_that_a_later_row_closes_by_chance_swallows_no_row(file: Path) -> None:
    found = load(file, HEADER + b'MX,1,"a\nMX,2,b\nMX,12",c\nMX,4,d\n')
    assert cells(found) == [(3, "b"), (4, "c"), (5, "d")]
    assert rejects(found) == [(2, "surname", "quote-not-closed")]


def test_a_ragged_row_with_a_real_multi_line_field_is_one_reject(file: Path) -> None:
    found = load(file, HEADER + b'MX,"1\nx"\nMX,2,b\n')
    assert cells(found) == [(4, "b")]
    assert rejects(found) == [(2, None, "ragged-row")]


def test_an_unclosed_quote_after_a_closed_multi_line_field_names_the_start_of_its_row(file: Path) -> None:
    found = load(file, HEADER + b'MX,"1\n1","a\nMX,2,b\n')
    assert cells(found) == [(4, "b")]
    assert rejects(found) == [(2, "surname", "quote-not-closed")]


def test_text_after_a_closing_quote_rejects_the_row_and_is_not_repaired(file: Path) -> None:
    found = load(file, HEADER + b'MX,"1"x,a\nMX,2,b\n')
    assert cells(found) == [(3, "b")]
    assert rejects(found) == [(2, "record_id", "quote-misplaced")]


def test_a_quoted_field_beyond_the_limit_counts_as_unclosed_and_a_long_one_below_it_loads(file: Path) -> None:
    long, longer = b"x" * 900_000, b"y\n" * 600_000
    found = load(file, HEADER + b'MX,1,"' + long + b'"\nMX,2,"' + longer + b'"\nMX,3,c\n')
    assert [(line, len(text)) for line, text in cells(found)] == [(2, 900_000), (600_004, 1)]
    assert rejects(found)[0] == (3, "surname", "quote-not-closed")


def test_a_very_long_unquoted_cell_loads(file: Path) -> None:
    found = load(file, HEADER + b"MX,1," + b"z" * 3_000_000 + b"\nMX,2,b\n")
    assert [len(text) for _, text in cells(found)] == [3_000_000, 1]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("line", [b'MX,1,"', b'MX,1,"""', b'"",1,"', b'MX,"1"x"""', b'"'])
def test_many_stray_quotes_cost_linear_time(file: Path, line: bytes) -> None:
    found = load(file, HEADER + (line + b"\n") * 100_000)
    assert found.rows == found.accepted + found.rejected.height
    assert found.rows >= 50_000


def test_rows_over_many_blocks_keep_their_lines(file: Path) -> None:
    body = b"".join(b'MX,%d,"%s\n%d"\n' % (n, b"\xc3\x91" * (n % 50), n) for n in range(60_000))
    found = load(file, HEADER + body)
    assert cells(found) == [(2 + 2 * n, "Ñ" * (n % 50) + f"\n{n}") for n in range(60_000)]


@pytest.mark.parametrize("mark", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides_the_encoding(file: Path, mark: str) -> None:
    found = load(file, "source,record_id,surname\nMX,1,Nuñez 𝔊\n".encode(mark))
    assert cells(found) == [(2, "Nuñez 𝔊")]
    assert found.encoding == mark.removesuffix("-sig")


def test_big_endian_utf16_with_a_mark_is_read(file: Path) -> None:
    text = "\ufeffsource;record_id;surname\r\nMX;1;Ñ\r\n"
    assert cells(load(file, text.encode("utf-16-be"))) == [(2, "Ñ")]


@pytest.mark.parametrize("name", ["cp1252", "latin-1", "mac-roman", "cp850", "utf-16-le", "gb18030"])
def test_a_declared_encoding_gives_exact_letters(file: Path, name: str) -> None:
    content = "source,record_id,surname\nMX,1,Peñúñuri\n".encode(name)
    assert cells(load(file, content, encoding=name)) == [(2, "Peñúñuri")]


def test_utf16_declared_without_a_mark_asks_for_the_order(file: Path) -> None:
    with pytest.raises(SourceError, match="utf-16-le or utf-16-be"):
        load(file, "source,record_id,surname\n".encode("utf-16-le"), encoding="utf-16")


PLACES = [
    (b"MX,1,a\nMX,2,", (3, "surname")),
    (b"MX,1,a\n", (3, "source")),
    (b'MX,1,"a, b\n\nc, ', (4, "surname")),
    (b"MX,1,a,", (2, None)),
    (b"MX,1,a\n" * 300_000 + b"MX,", (300_002, "record_id")),
]


@pytest.mark.parametrize(("before", "place"), PLACES, ids=range(len(PLACES)))
@pytest.mark.parametrize(("bad", "rule"), [(b"\xf1", "undecodable-bytes"), (b"\0", "nul-character")])
def test_bytes_that_are_no_text_refuse_the_file_at_their_place(
    file: Path, before: bytes, place: tuple[int, str | None], bad: bytes, rule: str
) -> None:
    with pytest.raises(SourceError) as caught:
        load(file, HEADER + before + bad + b"z\nMX,9,z\n")
    assert (caught.value.rule, caught.value.line, caught.value.column) == (rule, *place)


def test_bytes_a_declared_encoding_does_not_have_are_refused_at_their_place(file: Path) -> None:
    with pytest.raises(SourceError, match="line 3, column surname: bytes that are not cp1252"):
        load(file, HEADER + b"MX,1,\xf1\nMX,2,\x81\n", encoding="cp1252")


def test_a_truncated_last_character_is_refused(file: Path) -> None:
    with pytest.raises(SourceError) as caught:
        load(file, HEADER + "MX,1,ñ".encode()[:-1])
    assert (caught.value.line, caught.value.column) == (2, "surname")


def test_half_a_utf16_character_at_the_end_is_refused_at_its_line(file: Path) -> None:
    with pytest.raises(SourceError) as caught:
        load(file, "source,record_id,surname\nMX,1,a\nMX,2,b".encode("utf-16") + b"\x41")
    assert (caught.value.line, caught.value.column) == (3, "surname")


def test_bad_bytes_in_the_header_name_its_line(file: Path) -> None:
    with pytest.raises(SourceError) as caught:
        load(file, b"source,record_id,ca\xf1on\nMX,1,a\n")
    assert (caught.value.rule, caught.value.line, caught.value.column) == ("undecodable-bytes", 1, None)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_from_the_header(file: Path, delimiter: str) -> None:
    row = delimiter.join(["source", "record_id", '"surname"']), delimiter.join(["MX", "1", "a,b;c"])
    content = "\n".join(row) if delimiter not in ",;" else "\n".join(row).replace("a,b;c", '"a,b;c"')
    found = load(file, content.encode())
    assert cells(found) == [(2, "a,b;c")]
    assert found.delimiter == delimiter


def test_a_header_name_that_holds_another_delimiter_does_not_mislead(file: Path) -> None:
    found = load(file, b'source;record_id;"a, b, c, d, e";surname\nMX;1;;Q\n')
    assert cells(found) == [(2, "Q")]


@pytest.mark.parametrize(("word", "character"), [("tab", "\t"), ("^", "^"), ("\\t", "\t"), ("semicolon", ";")])
def test_a_declared_delimiter_is_used(file: Path, word: str, character: str) -> None:
    content = "source,record_id,surname\nMX,1,a".replace(",", character).encode()
    assert cells(load(file, content, delimiter=word)) == [(2, "a")]


def test_a_header_over_two_lines_is_read(file: Path) -> None:
    found = load(file, b'source,record_id,"sur\nname",surname\nMX,1,x,a\n')
    assert cells(found) == [(3, "a")]
    assert found.header.ignored == ("sur\nname",)


def test_a_header_whose_quote_is_never_closed_is_refused(file: Path) -> None:
    with pytest.raises(SourceError, match="header-not-readable"):
        load(file, b'source,record_id,"surname\nMX,1,a\n')


def test_blank_lines_before_the_header_are_skipped_and_counted(file: Path) -> None:
    assert cells(load(file, b"\n\r\n" + HEADER + b"MX,1,a\n")) == [(4, "a")]


def test_a_header_without_rows_is_no_rows(file: Path) -> None:
    found = load(file, HEADER)
    assert (found.rows, found.accepted, found.mentions[0].raw.height) == (0, 0, 0)


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n", b"\r\n"])
def test_an_empty_file_is_refused(file: Path, content: bytes) -> None:
    with pytest.raises(SourceError, match="file-empty"):
        load(file, content)


def test_a_missing_column_refuses_the_file_and_lists_what_is_there(file: Path) -> None:
    with pytest.raises(SourceError) as caught:
        load(file, b"source,recordid,surname\nMX,1,a\n")
    assert (caught.value.rule, caught.value.column) == ("missing-column", "record_id")
    assert "recordid?" in caught.value.message
    assert "There are: source, recordid, surname." in caught.value.message


def test_a_file_without_a_header_is_refused_without_showing_its_first_person(file: Path) -> None:
    with pytest.raises(SourceError) as caught:
        load(file, b"MX,1,Zambudio\n")
    assert "Zambudio" not in str(caught.value)
    assert "header is missing" in str(caught.value)


@pytest.mark.parametrize("twice", [b"surname", b"Surname", b" surname "])
def test_a_mapped_column_that_is_there_twice_refuses_the_file(file: Path, twice: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        load(file, b"source,record_id,surname," + twice + b"\nMX,1,a,b\n")
    assert (caught.value.rule, caught.value.column) == ("duplicate-column", "surname")


def test_unknown_columns_are_ignored_even_twice_or_without_a_name_but_remembered(file: Path) -> None:
    found = load(file, b"source,x,record_id,x,surname,\nMX,1,2,3,a,\n")
    assert cells(found) == [(2, "a")]
    assert found.header.ignored == ("x", "x", "")


def test_column_names_match_without_blanks_and_case_and_issues_use_the_files_own(file: Path) -> None:
    found = load(file, b"SOURCE, Record_ID ,SurName\nMX,1,a\n")
    assert cells(found) == [(2, "a")]
    assert found.mentions[0].columns["surname"] == "SurName"
    assert found.mentions[0].columns["given_name"] == "given_name"


@pytest.mark.parametrize("magic", [b"\x1f\x8b\x08\x00", b"PK\x03\x04rest"])
def test_a_packed_file_is_refused_by_name(file: Path, magic: bytes) -> None:
    with pytest.raises(SourceError, match="file-packed"):
        load(file, magic)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent.csv", tmp_path / "a\0b"):
        with pytest.raises(SourceError, match="file-not-readable"):
            read(path, load_manifest("drivers"), ReadOptions(), 0)


@pytest.mark.parametrize(
    "options",
    [
        {"date_order": "ymd"},
        {"encoding": "klingon"},
        {"encoding": "base64"},
        {"encoding": "idna"},
        {"delimiter": ",,"},
        {"delimiter": '"'},
        {"delimiter": "\n"},
    ],
)
def test_an_option_that_cannot_be_used_is_refused(options: dict[str, str]) -> None:
    with pytest.raises(SourceError) as caught:
        ReadOptions(**options)
    assert caught.value.exit_code == 2
