from pathlib import Path

import polars as pl
import pytest

from linkage.schema import ISSUE, Kind
from linkage.sources import ReadFile, ReadOptions, describe, load_manifest, read

HEAD = 'name = "acme"\ntitle = "Acme"\n'
PERSON = '[[mention]]\nkind = "person"\n'
KEY = '[mention.columns]\nsource = "SRC"\nrecord_id = "ID"\n'


@pytest.fixture
def load(tmp_path: Path):
    def load(mentions: str, data: str) -> ReadFile:
        manifest, file = tmp_path / "acme.toml", tmp_path / "acme.csv"
        manifest.write_text(HEAD + mentions)
        file.write_text(data)
        return read(file, load_manifest(str(manifest)), ReadOptions(), 7)

    return load


def texts(found: ReadFile, attribute: str, mention: int = 0) -> list[str | None]:
    return found.mentions[mention].raw[attribute].to_list()


def test_a_list_of_columns_gives_the_first_text_that_is_not_blank(load) -> None:
    found = load(PERSON + KEY + 'phone = ["A", "B", "C"]\n', "SRC,ID,B,A\nMX,1,b,a\nMX,2,b, \nMX,3,,  \n")
    assert texts(found, "phone") == ["a", "b", "  "]
    assert found.mentions[0].columns["phone"] == "A"


def test_a_join_keeps_its_separators_so_that_keys_stay_apart(load) -> None:
    mention = PERSON + '[mention.columns]\nsource = "SRC"\nrecord_id = { join = ["A", "B", "C"], by = "|" }\n'
    found = load(mention, "SRC,A,B,C\nMX,1,,2\nMX,1,2,\nMX,,,\n")
    assert texts(found, "record_id") == ["1||2", "1|2|", None]


def test_a_join_with_a_column_the_file_lacks_has_the_same_form(load) -> None:
    mention = PERSON + '[mention.columns]\nsource = "SRC"\nrecord_id = { join = ["A", "B"], by = "|" }\n'
    assert texts(load(mention, "SRC,A\nMX,1\n"), "record_id") == ["1|"]


def test_a_join_may_skip_blanks(load) -> None:
    mention = PERSON + KEY + 'address = { join = ["A", "B"], by = ", ", skip_blank = true }\n'
    assert texts(load(mention, "SRC,ID,A,B\nMX,1,a,b\nMX,2,, b\nMX,3, ,\n"), "address") == ["a, b", " b", None]


def test_pad_gives_back_leading_zeros_of_digits_only(load) -> None:
    mention = PERSON + KEY + 'postal_code = { first = ["ZIP"], pad = 5 }\n'
    assert texts(load(mention, "SRC,ID,ZIP\nUS,1,501\nUS,2,A1\nUS,3,\nUS,4,123456\n"), "postal_code") == [
        "00501",
        "A1",
        "",
        "123456",
    ]


def test_constants_hold_for_every_row_and_defaults_where_nothing_is_said(load) -> None:
    mention = (
        PERSON
        + '[mention.columns]\nsource = "SRC"\nrecord_id = "ID"\nregion = "REGION"\n'
        + '[mention.constants]\ncountry = "MX"\n[mention.defaults]\nsource = "MX-A"\nregion = "TAM"\nsex = "X"\n'
    )
    found = load(mention, "SRC,ID\nMX,1\n ,2\n")
    assert texts(found, "source") == ["MX", "MX-A"]
    assert texts(found, "country") == ["MX", "MX"]
    assert texts(found, "region") == ["TAM", "TAM"]
    assert texts(found, "sex") == ["X", "X"]
    assert "country" not in found.mentions[0].columns
    assert texts(load(mention, "ID\n1\n"), "source") == ["MX-A"]


def test_values_are_replaced_without_case_and_others_stay_as_received(load) -> None:
    mention = PERSON + KEY + 'sex = "S"\n[mention.values.sex]\nMale = "M"\nU = ""\n"" = "X"\n'
    assert texts(load(mention, "SRC,ID,S\na,1, mALE \na,2,u\na,3, f\na,4,\n"), "sex") == ["M", "", " f", "X"]


def test_one_row_may_mention_several_things_each_under_its_condition(load) -> None:
    mention = (
        '[[mention]]\nkind = "person"\nwhen = { T = ["person", ""], U = ["1"] }\n'
        + KEY
        + '[[mention]]\nkind = "carrier"\nwhen = { T = ["ORG"] }\n'
        + '[mention.columns]\nsource = "SRC"\ncarrier_id = "ID"\n'
    )
    found = load(mention, "SRC,ID,T,U\na,1,PERSON,1\na,2, ,1\na,3,org,1\na,4,vessel,1\na,5,person,2\n")
    assert [part.kind for part in found.mentions] == [Kind.PERSON, Kind.CARRIER]
    assert [part.raw["line"].to_list() for part in found.mentions] == [[2, 3], [4]]
    assert found.rejected.select("file", "line", "column", "rule").rows() == [
        (7, 5, "T", "mentions-nothing"),
        (7, 6, "T", "mentions-nothing"),
    ]
    assert (found.rows, found.accepted) == (5, 3)


def test_a_condition_on_a_column_the_file_lacks_takes_it_as_blank(load) -> None:
    mention = '[[mention]]\nkind = "person"\nwhen = { T = ["person", ""] }\n' + KEY
    assert load(mention, "SRC,ID\na,1\n").accepted == 1
    assert load(mention.replace(', ""', ""), "SRC,ID\na,1\n").accepted == 0


def test_frames_have_their_types_even_without_rows(load) -> None:
    found = load(PERSON + KEY + 'sex = "S"\n', "SRC,ID\n")
    raw = found.mentions[0].raw
    assert raw.schema == {
        "file": pl.Int32,
        "line": pl.Int64,
        **dict.fromkeys(["source", "record_id", "sex"], pl.String),
    }
    assert found.rejected.schema == ISSUE.columns


def test_rejects_of_all_causes_stand_in_order_of_lines(load) -> None:
    mention = '[[mention]]\nkind = "person"\nwhen = { T = ["p"] }\n' + KEY
    found = load(mention, 'SRC,ID,T\na,1,x\na,2\na,3,"p\na,4,p\na,5,x\n')
    assert found.rejected["line"].to_list() == [2, 3, 4, 6]
    assert found.rows == 5 == found.accepted + 4


def test_the_date_order_of_the_user_goes_before_that_of_the_manifest(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("source,record_id\nMX,1\n")
    drivers = load_manifest("drivers")
    assert read(file, drivers, ReadOptions(), 0).date_order == "YMD"
    assert read(file, drivers, ReadOptions(date_order="unknown"), 0).date_order == "unknown"


def test_describe_says_what_would_load_and_what_would_not(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("source;record_id;Surname;shoe\nMX;1;a;9\nMX;2\nMX;3\nMX;4;x;y;z\n")
    found = describe(file, load_manifest("drivers"), ReadOptions())
    assert (found.rows, found.accepted, found.delimiter, found.encoding) == (4, 1, ";", "utf-8")
    assert found.header == ("source", "record_id", "Surname", "shoe")
    assert found.ignored == ("shoe",)
    [person] = found.mentions
    assert (person.kind, person.rows) == (Kind.PERSON, 1)
    assert person.columns == {"source": ("source",), "record_id": ("record_id",), "surname": ("Surname",)}
    assert "given_name" in person.missing
    [rejects] = found.rejects
    assert (rejects.rule, rejects.rows, rejects.lines) == ("ragged-row", 3, (3, 4, 5))
    assert rejects.message == "4 fields expected, 2 found"
