"""Finding people: any order, no accents, identifiers with and without their issuer, and never too many."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import apsw
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import search
from api.search import Query
from api.search_index import MIGRATIONS, refresh
from api.search_terms import compact, fingerprints, name_terms, tokens
from graph.embedded import MIGRATIONS as GRAPH
from linkage.schema import MEMBERSHIP, PERSON, VEHICLE

TABLES = (
    "CREATE TABLE membership (record_key TEXT PRIMARY KEY, identity_id TEXT, confidence REAL) WITHOUT ROWID;"
    "CREATE TABLE score (identity_id TEXT PRIMARY KEY, score REAL, band TEXT, as_of TEXT) WITHOUT ROWID;"
    "CREATE TABLE redirect (former TEXT PRIMARY KEY, current TEXT) WITHOUT ROWID;"
)


def persons(*rows: dict[str, Any]) -> pl.DataFrame:
    listed = [
        {"key": f"{row['source']}/{row['record_id']}", "country": row["source"], "raw": "{}"} | row for row in rows
    ]
    return PERSON.conform(pl.DataFrame(listed, infer_schema_length=None))


PEOPLE = persons(
    {
        "source": "MX",
        "record_id": "A/17",
        "given_name": "Ángela",
        "surname": "Núñez",
        "second_surname": "O'Farrill",
        "birth_date": "1971-01-01",
        "licence": "MX:LFNL0031902",
        "phone": "+528675550142",
    },
    {"source": "US", "record_id": "u1", "given_name": "ANGELA", "surname": "NUNEZ", "fast_id": "009812345"},
    {"source": "US", "record_id": "u2", "given_name": "Angelo", "surname": "Nuñez Paz", "birth_date": "1980-05-31"},
    {"source": "CA", "record_id": "..", "given_name": "Lucretia", "surname": "Van Houten"},
)
IDENTITIES = {"MX/A/17": "d1", "US/u1": "d1", "US/u2": "d2", "CA/..": "d3"}


def memberships(of: dict[str, str]) -> pl.DataFrame:
    rows = [(key, identity, 1.0) for key, identity in sorted(of.items())]
    return pl.DataFrame(rows, schema=MEMBERSHIP.columns, orient="row")


def write(connection: apsw.Connection, people: pl.DataFrame, of: dict[str, str]) -> int:
    connection.execute("DELETE FROM membership")
    connection.executemany("INSERT INTO membership VALUES (?, ?, ?)", memberships(of).iter_rows())
    return refresh(connection, people, memberships(of))


@pytest.fixture
def connection() -> Iterator[apsw.Connection]:
    made = apsw.Connection(":memory:")
    for script in (*GRAPH, *MIGRATIONS, TABLES):
        made.execute(script)
    write(made, PEOPLE, IDENTITIES)
    yield made
    made.close()


def found(connection: apsw.Connection, text: str = "", **more: str) -> list[str]:
    return [hit.driver.identity_id for hit in search.search(connection, Query(text=text, **more)).hits]


@pytest.mark.parametrize("words", [*itertools.permutations(["Nuñez", "angela", "OFarrill"]), ("NÚÑEZ",)])
def test_names_in_any_order_and_without_accents(connection: apsw.Connection, words: tuple[str, ...]) -> None:
    assert found(connection, " ".join(words))[0] == "d1"


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("LFNL0031902", "licence"),
        ("mx:lfnl-0031902", "licence"),
        ("009812345", "fast_id"),
        ("+52 867 555 0142", "phone"),
        ("867 555 0142", "phone"),
        ("(867) 555-0142", "phone"),
        ("A/17", "record_id"),
    ],
)
def test_whole_identifiers_find_their_holder_alone(connection: apsw.Connection, text: str, column: str) -> None:
    answer = search.search(connection, Query(text=text))
    assert [hit.driver.identity_id for hit in answer.hits] == ["d1"]
    assert column in answer.hits[0].matched_on


@pytest.mark.parametrize("text", ["d1", "MX/A/17", "US/u1"])
def test_ids_of_ours_are_found(connection: apsw.Connection, text: str) -> None:
    assert found(connection, text) == ["d1"]


def test_a_former_id_is_found(connection: apsw.Connection) -> None:
    connection.execute("INSERT INTO redirect VALUES ('d0', 'd1')")
    assert found(connection, "d0") == ["d1"]


def test_a_record_id_without_letters_or_digits_is_found(connection: apsw.Connection) -> None:
    assert found(connection, "..") == ["d3"]
    assert found(connection, "CA/..") == ["d3"]


def test_a_surname_written_as_one_word_is_found(connection: apsw.Connection) -> None:
    assert found(connection, "vanhouten") == ["d3"]
    assert found(connection, "Van-Houten, Lucretia") == ["d3"]


def test_the_beginning_of_a_name_is_found_after_whole_words(connection: apsw.Connection) -> None:
    assert found(connection, "ang") == ["d1", "d2"]
    assert found(connection, "angelo nunez") == ["d2"]


def test_a_wrong_word_still_finds_who_fits_best(connection: apsw.Connection) -> None:
    assert found(connection, "Lucretia Vandermeer") == ["d3"]


def test_fields_must_all_hold(connection: apsw.Connection) -> None:
    assert found(connection, name="nunez", birth_date="1980-05-31") == ["d2"]
    assert found(connection, name="nunez", birth_date="1980") == ["d2"]
    assert found(connection, name="nunez", birth_date="1999") == []
    assert found(connection, name="angela", identifier="009812345") == ["d1"]


def test_what_very_many_hold_is_answered_from_some_of_them_and_says_so(
    connection: apsw.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = search.search(connection, Query(text="nunez"))
    assert (whole.total, whole.is_cut) == (2, False)
    monkeypatch.setattr(search, "KEPT", 1)
    for ranked in (100, 1):
        monkeypatch.setattr(search, "RANKED", ranked)
        some = search.search(connection, Query(text="nunez"))
        assert (some.total, some.is_cut) == (1, True)
        assert {hit.driver.identity_id for hit in some.hits} < {hit.driver.identity_id for hit in whole.hits}


def test_two_letters_stand_for_a_word_and_not_for_all_that_begin_with_them(connection: apsw.Connection) -> None:
    assert found(connection, "an") == []
    assert found(connection, "an nun") == ["d1", "d2"]


def test_beginnings_are_not_asked_for_where_whole_words_find_enough(connection: apsw.Connection) -> None:
    people = pl.concat([PEOPLE, persons({"source": "US", "record_id": "u9", "given_name": "Ang"})])
    write(connection, people, IDENTITIES | {"US/u9": "d9"})
    assert found(connection, "ang") == ["d9", "d1", "d2"]
    one = search.search(connection, Query(text="ang"), 1)
    assert ([hit.driver.identity_id for hit in one.hits], one.total) == (["d9"], 1)


def test_an_index_from_before_holds_what_it_held(connection: apsw.Connection) -> None:
    before = apsw.Connection(":memory:")
    for script in (*GRAPH, MIGRATIONS[0], TABLES):
        before.execute(script)
    write(before, PEOPLE, IDENTITIES)
    before.execute(MIGRATIONS[1])
    for text in ("nunez", "ang", "vanhouten", "LFNL0031902"):
        assert found(before, text) == found(connection, text) != []
    write(before, PEOPLE, dict(list(IDENTITIES.items())[:1]))
    assert len(found(before, "nunez")) < len(found(connection, "nunez"))


def test_a_name_field_does_not_find_a_record_id(connection: apsw.Connection) -> None:
    assert found(connection, name="u1") == []


@given(st.text(max_size=60))
def test_no_text_is_a_fault(text: str) -> None:
    made = apsw.Connection(":memory:")
    for script in (*GRAPH, *MIGRATIONS, TABLES):
        made.execute(script)
    try:
        for query in (Query(text=text), Query(name=text), Query(identifier=text), Query(birth_date=text)):
            assert search.search(made, query).total == 0
    finally:
        made.close()


def test_total_counts_people_and_the_limit_cuts_the_list(connection: apsw.Connection) -> None:
    answer = search.search(connection, Query(text="nunez"), limit=1)
    assert (len(answer.hits), answer.total) == (1, 2)


def test_a_line_tells_the_longest_name_and_all_countries(connection: apsw.Connection) -> None:
    (hit,) = search.search(connection, Query(text="A/17")).hits
    assert hit.driver.name == "Ángela Núñez O'Farrill"
    assert (hit.driver.countries, hit.driver.records, hit.driver.birth_date) == (("MX", "US"), 2, "1971-01-01")


def test_a_refresh_of_the_same_changes_nothing(connection: apsw.Connection) -> None:
    assert write(connection, PEOPLE, IDENTITIES) == 0
    assert write(connection, PEOPLE.head(1), IDENTITIES) == 0
    assert found(connection, "vanhouten") == ["d3"]


def test_a_corrected_record_is_found_by_its_new_name_only(connection: apsw.Connection) -> None:
    corrected = persons({"source": "CA", "record_id": "..", "given_name": "Lucretia", "surname": "Okafor"})
    assert write(connection, corrected, IDENTITIES) == 1
    assert found(connection, "okafor") == ["d3"]
    assert found(connection, "vanhouten") == []


def test_a_withdrawn_record_is_found_no_more(connection: apsw.Connection) -> None:
    left = {key: identity for key, identity in IDENTITIES.items() if key != "CA/.."}
    assert write(connection, PEOPLE.filter(pl.col("key") != "CA/.."), left) == 1
    assert found(connection, "vanhouten") == []
    assert connection.execute("SELECT count(*) FROM search_term").get == 3


def test_a_moved_record_is_found_under_its_new_identity(connection: apsw.Connection) -> None:
    write(connection, PEOPLE, IDENTITIES | {"US/u1": "d9"})
    assert found(connection, "009812345") == ["d9"]


def test_row_order_of_the_load_is_nothing(connection: apsw.Connection) -> None:
    other = apsw.Connection(":memory:")
    for script in (*GRAPH, *MIGRATIONS, TABLES):
        other.execute(script)
    write(other, PEOPLE.reverse(), IDENTITIES)
    for text in ("nunez", "a", "angela", "u"):
        assert found(other, text) == found(connection, text)
    other.close()


def test_who_drove_a_vehicle_is_found_by_vin_and_plate(connection: apsw.Connection) -> None:
    vehicles = VEHICLE.conform(
        pl.DataFrame(
            [
                {
                    "key": "MX/9ZZTRUCK0TB004711",
                    "source": "MX",
                    "vin": "9ZZTRUCK0TB004711",
                    "vin_quality": "valid",
                    "plate": "12AA3B",
                    "plate_jurisdiction": "MX",
                }
            ]
        )
    )
    refresh(connection, PEOPLE, memberships(IDENTITIES), vehicles)
    nodes = "INSERT INTO node (id, kind, key) VALUES (1, 'Identity', 'd2'), (2, 'Vehicle', '9ZZTRUCK0TB004711')"
    connection.execute(nodes)
    connection.execute("INSERT INTO edge VALUES ('DROVE', 1, 2, 'US/u2', 0, 0, 1.0, 0, 1, NULL)")
    for text in ("9zztruck0tb004711", "12-AA-3B"):
        answer = search.search(connection, Query(text=text))
        assert [hit.driver.identity_id for hit in answer.hits] == ["d2"]
        assert answer.hits[0].matched_on == ("vehicle",)


@given(st.text(max_size=40))
def test_terms_are_letters_and_digits(text: str) -> None:
    for term in (*tokens(text), *name_terms(text).split()):
        assert term.isascii()
        assert term.isalnum()
        assert term == term.upper()
    assert compact(text) == "".join(tokens(text))


def test_a_fingerprint_tells_every_searched_change() -> None:
    before = fingerprints(PEOPLE)[0]
    for column in ("surname", "birth_date", "curp", "phone", "country", "email"):
        assert fingerprints(PEOPLE.with_columns(pl.lit("X1").alias(column)))[0] != before
    assert fingerprints(PEOPLE.with_columns(pl.lit("elsewhere").alias("city")))[0] == before
