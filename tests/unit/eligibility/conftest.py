"""A ledger in memory with the tables of identities and of eligibility."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any

import apsw
import pytest

from eligibility.matters import Matter, Trigger
from eligibility.migrations import MIGRATIONS


@pytest.fixture
def ledger() -> Iterator[apsw.Connection]:
    connection = apsw.Connection(":memory:")
    folder = resources.files("linkage.ledger") / "migrations"
    scripts = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    for script in [*((folder / name).read_text("utf-8") for name in scripts), *MIGRATIONS]:
        for _ in connection.execute(script):
            pass
    connection.execute("PRAGMA foreign_keys = ON")
    yield connection
    connection.close()


@pytest.fixture
def member(ledger: apsw.Connection) -> Callable[..., None]:
    """Puts records into an identity."""

    def put(identity_id: str, *records: str) -> None:
        rows = ((record, identity_id) for record in records)
        ledger.executemany("INSERT OR REPLACE INTO membership VALUES (?, ?, 1.0)", rows)

    return put


@pytest.fixture
def a_matter() -> Callable[..., Matter]:
    """A matter about the driver D1, with any field changed."""

    def build(**changes: Any) -> Matter:
        values: dict[str, Any] = {
            "identity_id": "D1",
            "trigger": Trigger.OWN_EVENT,
            "key": "incident:CBP/1",
            "anchor": "US/1",
            "shown": (("incident:CBP/1", 2.0),),
            "priority": 50.0,
            "reason": "a new event of the driver",
        }
        return Matter(**(values | changes))

    return build
