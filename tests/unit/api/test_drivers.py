"""Lists of drivers: whole under ties, whatever the page size, while scores stay."""

from __future__ import annotations

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.drivers import UNNAMED, drivers_by_score, drivers_of
from linkage.errors import SettingsError

TABLES = """
CREATE TABLE score (identity_id TEXT PRIMARY KEY, score REAL, band TEXT, as_of TEXT) WITHOUT ROWID;
CREATE TABLE membership (record_key TEXT PRIMARY KEY, identity_id TEXT, confidence REAL) WITHOUT ROWID;
CREATE TABLE search_record (record_key TEXT UNIQUE, name TEXT, birth_date TEXT, country TEXT);
"""


def ledger(scores: dict[str, float]) -> apsw.Connection:
    connection = apsw.Connection(":memory:")
    connection.execute(TABLES)
    for identity, score in scores.items():
        connection.execute("INSERT INTO score VALUES (?, ?, 'look', '2026-06-30')", (identity, score))
        connection.execute("INSERT INTO membership VALUES (?, ?, 1.0)", (f"S/{identity}", identity))
    return connection


@given(
    st.dictionaries(st.text(min_size=1, max_size=4), st.sampled_from([0.0, 0.1, 1 / 3, 39.0, 1e-300]), max_size=20),
    st.integers(1, 7),
)
def test_pages_hold_everybody_once_in_one_order(scores: dict[str, float], size: int) -> None:
    connection = ledger(scores)
    seen: list[str] = []
    cursor = None
    while True:
        page = drivers_by_score(connection, cursor, size)
        assert page.total == len(scores)
        if not page.drivers:
            assert page.next_cursor is None
            break
        assert len(page.drivers) <= size
        seen += [driver.identity_id for driver in page.drivers]
        cursor = page.next_cursor
    assert sorted(seen) == sorted(scores)
    assert [scores[identity] for identity in seen] == sorted(scores.values(), reverse=True)
    connection.close()


@pytest.mark.parametrize("cursor", ["", "!", "x", "WyIweDEucDArMCIsICJhIl0x", "bnVsbA", "WzEsMiwzXQ", "é"])
def test_other_cursors_are_refused_or_start_anew(cursor: str) -> None:
    connection = ledger({"a": 1.0})
    if cursor:
        with pytest.raises(SettingsError, match="cursor"):
            drivers_by_score(connection, cursor, 5)
    else:
        assert drivers_by_score(connection, cursor, 5).drivers
    connection.close()


def test_a_driver_reads_as_most_of_its_records_do() -> None:
    connection = ledger({})
    rows = [
        ("S/1", "Ana Ruiz", "1980-05-31", "US"),
        ("S/2", "Ana María Ruiz Peña", "1980-05", "MX"),
        ("S/3", "A Ruiz", "1980-05-31", "US"),
        ("S/4", "", None, None),
    ]
    connection.executemany("INSERT INTO search_record VALUES (?, ?, ?, ?)", rows)
    connection.executemany("INSERT INTO membership VALUES (?, 'd', 1.0)", [(row[0],) for row in rows])
    connection.execute("INSERT INTO membership VALUES ('S/5', 'e', 1.0)")
    first, second = drivers_of(connection, ["d", "nobody", "e", "d"])
    assert (first.name, first.birth_date, first.countries, first.records) == (
        "Ana María Ruiz Peña",
        "1980-05-31",
        ("MX", "US"),
        4,
    )
    assert first.score is None
    assert (second.name, second.birth_date, second.countries) == (UNNAMED, None, ())
    connection.close()
