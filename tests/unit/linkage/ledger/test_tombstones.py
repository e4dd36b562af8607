"""Tombstones keep records out and name nobody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.errors import LedgerError
from linkage.ledger import Workspace
from linkage.ledger.tombstones import KeptOut, Tombstones

keys = st.frozensets(st.text(min_size=1, max_size=12), max_size=8)
BEGUN = (
    "INSERT INTO expunging (n, at, actor, reason, identities, records, finished_at) "
    "VALUES (?, '2026-07-01', 'eva', 'an order', '[]', 1, '2026-07-01')"
)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], apsw.Connection]:
    script = Workspace.create(tmp_path_factory.mktemp("ledgers") / "w")
    with script.reading() as connection:
        tables = [str(row[0]) for row in connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")]

    def make() -> apsw.Connection:
        made = apsw.Connection(":memory:")
        for table in tables:
            made.execute(table)
        for n in (1, 2):
            made.execute(BEGUN, (n,))
        return made

    return make


@given(keys, keys, keys)
def test_exactly_those_that_were_added_are_kept_out(
    ledger: Callable[[], apsw.Connection], first: frozenset[str], second: frozenset[str], others: frozenset[str]
) -> None:
    connection = ledger()
    tombstones = Tombstones(connection)
    assert tombstones.those(first | others) == set()
    tombstones.add(1, first)
    tombstones.add(2, second)
    assert tombstones.those(first | second | others) == first | second
    held = b"".join(bytes(row[0]) for row in connection.execute("SELECT mark FROM tombstone"))
    assert not any(key.encode("utf-8", "surrogatepass") in held for key in first if len(key) > 3)


@given(keys, keys)
def test_a_list_kept_elsewhere_keeps_the_same_out(
    ledger: Callable[[], apsw.Connection], first: frozenset[str], others: frozenset[str]
) -> None:
    here, there = Tombstones(ledger()), Tombstones(ledger())
    here.add(1, first)
    kept = here.all()
    assert kept is not None
    assert kept.those(first | others) == first
    there.take_in(1, kept)
    there.take_in(2, kept)
    assert there.those(first | others) == first
    there.add(2, others)
    assert there.those(first | others) == first | others


def test_a_list_of_another_workspace_is_refused(ledger: Callable[[], apsw.Connection]) -> None:
    here = Tombstones(ledger())
    assert here.all() is None
    here.add(1, {"US/1"})
    with pytest.raises(LedgerError, match="another workspace"):
        here.take_in(2, KeptOut(b"x" * 32, frozenset({b"y" * 16})))


def test_two_workspaces_mark_one_record_differently(ledger: Callable[[], apsw.Connection], tmp_path: Path) -> None:
    marks = []
    for _ in range(2):
        tombstones = Tombstones(ledger())
        tombstones.add(1, {"US/1"})
        kept = tombstones.all()
        assert kept is not None
        marks.append(kept.marks)
    assert marks[0] != marks[1]
