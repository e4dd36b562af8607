"""`doctor --full`: damage that the quick look cannot see, in words that say what to do, and what mends it."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import apsw
import pytest

from api.bootstrap import open_workspace


@pytest.fixture
def kept(cli: Any, world: Path) -> Any:
    shutil.rmtree(cli.folder)
    shutil.copytree(world, cli.folder)
    return cli


def failed(kept: Any, *options: str) -> dict[str, str]:
    """What `doctor` finds wrong, by check."""
    result = kept("doctor", *options, "--json")
    found = {check["name"]: check["detail"] for check in result.document["checks"] if not check["ok"]}
    assert result.code == int(bool(found))
    return found


def with_another_bit(file: Path, place: int) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])


def test_a_whole_workspace_is_said_to_be_whole(kept: Any) -> None:
    assert failed(kept, "--full") == {}
    checks = {check["name"]: check["detail"] for check in kept.json("doctor", "--full")["checks"]}
    assert "what was written" in checks["files"]
    assert "audit.db" in checks["databases"]
    assert "earlier version" not in checks["files"]


def test_another_bit_amid_rows_is_told_is_not_backed_up_and_the_file_of_a_backup_mends_it(
    kept: Any, tmp_path: Path
) -> None:
    kept.json("backup", tmp_path / "backup")
    files = sorted((kept.folder / "records").rglob("*.parquet"))
    rng = random.Random(4)
    for file in rng.sample(files, 2):
        with_another_bit(file, file.stat().st_size // 2)
        assert failed(kept) == {}, "the quick look reads the ends alone"
        found = failed(kept, "--full")
        assert list(found) == ["files"]
        assert str(file) in found["files"]
        assert "from a backup" in found["files"]
        assert not any(str(other) in found["files"] for other in files if other != file)
        refused = kept("backup", tmp_path / "another")
        assert (refused.code, str(file) in refused.err) == (2, True)
        assert not (tmp_path / "another").exists()
        shutil.copy(tmp_path / "backup" / "workspace" / file.relative_to(kept.folder), file)
        assert failed(kept, "--full") == {}


def test_a_command_that_meets_what_cannot_be_read_says_which_file(kept: Any, write: Any) -> None:
    file = next((kept.folder / "records").rglob("person.parquet"))
    file.write_bytes(b"x" * file.stat().st_size)
    more = write("more.csv", "source,record_id,given_name,surname\nUS,later,Ulises,Quintanar\n")
    for words in (("load", more, "--source", "drivers"), ("graph", "verify"), ("graph", "rebuild")):
        result = kept(*words)
        assert result.code == 1, words
        assert f"{file} is damaged" in result.err
        assert "doctor --full" in result.err


def test_an_index_that_says_something_else_than_its_table_is_told(kept: Any) -> None:
    ledger = kept.folder / "ledger.db"
    with open_workspace(kept.folder).transaction() as connection:
        identity = str(connection.execute("SELECT min(identity_id) FROM membership").get).encode()
    with apsw.Connection(str(ledger)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = connection.pragma("page_size")
        pages = connection.execute(
            "SELECT pageno FROM dbstat WHERE name = 'membership_by_identity' ORDER BY 1"
        ).fetchall()
    connection.close()
    whole = ledger.read_bytes()
    places = [whole.find(identity, (page - 1) * size, page * size) for (page,) in pages]
    with_another_bit(ledger, next(place for place in places if place >= 0) + len(identity) - 1)
    assert "ledger" not in failed(kept), "the quick look compares no index with its table"
    found = failed(kept, "--full")["databases"]
    assert str(ledger) in found
    assert "restore it from a backup" in found


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE node SET props = replace(props, 'US', 'CA')", "different; mend it with: crosslane graph rebuild"),
        ("UPDATE node SET props = CAST(x'7bff' AS TEXT)", "cannot be understood (UnicodeDecodeError); restore"),
    ],
)
def test_a_node_that_is_not_what_the_rows_make_is_told(kept: Any, change: str, says: str) -> None:
    with open_workspace(kept.folder).transaction() as connection:
        connection.execute(change)
        assert connection.changes()
    assert failed(kept) == {}
    found = failed(kept, "--full")
    assert list(found) == ["graph rows"]
    assert says in found["graph rows"]


def test_many_damaged_files_are_counted_beyond_the_first(kept: Any) -> None:
    files = sorted((kept.folder / "records").rglob("*.parquet"))
    assert len(files) > 5
    for file in files:
        with_another_bit(file, file.stat().st_size // 2)
    told = failed(kept, "--full")["files"]
    assert told.count("is not what was written") == 5
    assert f"and {len(files) - 5} more files" in told
