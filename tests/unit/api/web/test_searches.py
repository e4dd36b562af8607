"""Searches kept for the session: each found by its owner alone, for as long as it lasts, and as what it was."""

from __future__ import annotations

import time
from pathlib import Path

import apsw
import pytest

from api.search import Query
from api.web.searches import FILE, KEPT_S, Searches
from linkage.errors import UnknownRecord


@pytest.fixture
def searches(tmp_path: Path) -> Searches:
    return Searches(tmp_path)


def age_by(searches: Searches, seconds: float) -> None:
    connection = apsw.Connection(str(searches.folder / FILE))
    connection.execute("UPDATE search SET at = at - ?", (seconds,))
    connection.close()


def test_a_search_is_found_under_its_token(searches: Searches) -> None:
    query = Query(text="Ocampo =x", birth_date="1984")
    token = searches.keep("ana", query)
    assert searches.find("ana", token) == query
    assert "Ocampo" not in token
    assert searches.keep("ana", query) != token


def test_nobody_finds_the_search_of_another_nor_one_that_is_too_old(searches: Searches) -> None:
    token = searches.keep("ana", Query(text="Ocampo"))
    for user, asked in (("ben", token), ("ana", token + "x"), ("ana", ""), ("", token)):
        with pytest.raises(UnknownRecord):
            searches.find(user, asked)
    age_by(searches, KEPT_S + 1)
    with pytest.raises(UnknownRecord):
        searches.find("ana", token)


def test_a_list_is_no_search_and_a_search_no_list(searches: Searches) -> None:
    token, listed = searches.keep("ana", Query(text="x")), searches.keep_list("ana", {"rows": [], "columns": {}})
    assert searches.list_of("ana", listed) == {"rows": [], "columns": {}}
    with pytest.raises(UnknownRecord):
        searches.list_of("ana", token)
    with pytest.raises(UnknownRecord):
        searches.find("ana", listed)


def test_what_is_too_old_is_gone_from_the_file_and_nobody_else_may_read_it(searches: Searches) -> None:
    searches.keep("ana", Query(text="Quintanarvez"))
    age_by(searches, KEPT_S + 1)
    searches.keep("ana", Query(text="other"))
    path = searches.folder / FILE
    connection = apsw.Connection(str(path))
    assert connection.execute("SELECT count(*) FROM search").get == 1
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    assert b"Quintanarvez" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert time.time() > 0
