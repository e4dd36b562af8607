"""A file that several open first at the same moment is opened by all of them."""

from __future__ import annotations

import threading
from pathlib import Path

import apsw
import pytest

from linkage.ledger import write_ahead


def test_whoever_is_told_that_it_is_busy_asks_again(tmp_path: Path) -> None:
    """Twenty new files, each opened by eight at once."""
    wrong: list[BaseException] = []

    def opened(path: Path, start: threading.Barrier) -> None:
        connection = apsw.Connection(str(path))
        start.wait()
        try:
            write_ahead(connection, 5_000)
            connection.execute("CREATE TABLE IF NOT EXISTS entry (n INTEGER)")
            connection.execute("INSERT INTO entry VALUES (1)")
        except apsw.Error as error:
            wrong.append(error)
        finally:
            connection.close()

    for number in range(20):
        path, start = tmp_path / f"{number}.db", threading.Barrier(8)
        threads = [threading.Thread(target=opened, args=(path, start)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert apsw.Connection(str(path)).execute("SELECT count(*) FROM entry").get == 8


def test_it_gives_up_after_its_time(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    other = apsw.Connection(str(path))
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(apsw.BusyError):
        write_ahead(apsw.Connection(str(path)), 50)
    other.execute("ROLLBACK")
    write_ahead(apsw.Connection(str(path)), 50)
