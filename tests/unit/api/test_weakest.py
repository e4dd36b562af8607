"""The weakest link of an identity: of the strongest paths, the weakest step; a person's word is never it."""

from __future__ import annotations

from itertools import combinations

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.weakest import links_within, strongest_tree, weakest_link, weakest_links

TABLES = """
CREATE TABLE membership (record_key TEXT PRIMARY KEY, identity_id TEXT, confidence REAL) WITHOUT ROWID;
CREATE TABLE scored_pair (record_l TEXT, record_r TEXT, match_weight REAL, match_probability REAL);
CREATE TABLE decision (n INTEGER PRIMARY KEY, a TEXT, b TEXT, judgement TEXT, reason TEXT, by TEXT, at TEXT,
    undone_by TEXT, undone_at TEXT);
"""


def ledger(members: dict[str, str], pairs: dict[tuple[str, str], float]) -> apsw.Connection:
    connection = apsw.Connection(":memory:")
    connection.execute(TABLES)
    connection.executemany("INSERT INTO membership VALUES (?, ?, 1.0)", members.items())
    connection.executemany("INSERT INTO scored_pair VALUES (?, ?, ?, 0.5)", ((a, b, w) for (a, b), w in pairs.items()))
    return connection


def judge(connection: apsw.Connection, a: str, b: str, judgement: str = "same") -> None:
    connection.execute(
        "INSERT INTO decision (a, b, judgement, reason, by, at) VALUES (?, ?, ?, 'r', 'p', 't')", (a, b, judgement)
    )


def test_it_is_the_weakest_step_of_the_strongest_paths() -> None:
    connection = ledger(
        dict.fromkeys("abcd", "D") | {"x": "E", "y": "E", "z": "F"},
        {("a", "b"): 20.0, ("b", "c"): 12.0, ("a", "c"): 3.0, ("c", "d"): 15.0, ("x", "y"): 9.0, ("y", "z"): 5.0},
    )
    assert weakest_link(connection, "D") == {
        "left": "b",
        "right": "c",
        "bits": 12.0,
        "probability": pytest.approx(0.99976, abs=1e-5),
    }
    assert weakest_link(connection, "F") is None
    assert weakest_links(connection).select("identity_id", "match_weight").rows() == [("E", 9.0), ("D", 12.0)]


def test_a_person_s_word_is_no_weak_link() -> None:
    connection = ledger(dict.fromkeys("abc", "D"), {("a", "b"): 9.0, ("b", "c"): -5.0})
    judge(connection, "b", "c")
    assert weakest_link(connection, "D")["bits"] == 9.0
    alone = ledger(dict.fromkeys("ab", "D"), {})
    judge(alone, "a", "b")
    assert weakest_link(alone, "D") is None
    assert links_within(alone, "D")["is_decided"].to_list() == [True]


weights = st.dictionaries(st.sampled_from(list(combinations("abcdef", 2))), st.integers(1, 6).map(float), max_size=15)


@given(weights)
def test_no_path_between_two_records_is_stronger_than_that_of_the_tree(pairs: dict[tuple[str, str], float]) -> None:
    connection = ledger(dict.fromkeys("abcdef", "D"), pairs)
    tree = {
        (a, b): w
        for a, b, w in strongest_tree(links_within(connection)).select("record_l", "record_r", "match_weight").rows()
    }
    assert set(tree) <= set(pairs)
    for a, b in combinations("abcdef", 2):
        assert widest(tree, a, b) == widest(pairs, a, b)


def widest(pairs: dict[tuple[str, str], float], a: str, b: str) -> float:
    """The weakest step of the strongest path, 0 where there is none."""
    for weight in sorted(set(pairs.values()), reverse=True):
        reached, grown = {a}, True
        while grown:
            grown = False
            for (x, y), w in pairs.items():
                if w >= weight and (x in reached) != (y in reached):
                    reached |= {x, y}
                    grown = True
        if b in reached:
            return weight
    return 0.0
