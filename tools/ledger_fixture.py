"""`python -m tools.ledger_fixture`: keeps a small workspace of the present schema, to be migrated by later versions.

Run it before a migration is added. `fixtures/ledgers/NN.tar.xz` is named for the number of scripts that its ledger has
had; `expect.json` in it says who its people were.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tarfile
import tempfile
from contextlib import redirect_stdout
from pathlib import Path

import apsw

from api.cli import main as crosslane

ROOT = Path(__file__).resolve().parents[1]
STORY = ROOT / "fixtures" / "story"
LEDGERS = ROOT / "fixtures" / "ledgers"
FILES = (
    *("us_drivers", "mx_drivers", "yard_drivers", "enrolments"),
    *("mx_driving", "mx_vehicles", "mx_events", "yard_events"),
)
PASSING = (".lock", "-wal", "-shm", ".sync")


def main() -> int:
    """Exit code 0 when the fixture was written."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "workspace"
        os.chdir(STORY)  # a ledger keeps the paths it was given
        run("init", folder)
        for name in FILES:
            source = name.partition("_")[2] or name
            run("load", folder, f"{name}.csv", "--source", source, "--today", "2026-06-30")
        versions = schema_of(folder)
        expected = {"schema": versions, "identities": run("identities", folder)["rows"]}
        LEDGERS.mkdir(exist_ok=True)
        made = LEDGERS / f"{sum(versions.values()):02d}.tar.xz"
        with tarfile.open(made, "w:xz", preset=9) as archive:
            for file in sorted(folder.rglob("*")):
                if file.is_file() and not file.name.endswith(PASSING):
                    archive.add(file, f"workspace/{file.relative_to(folder)}", filter=nobodys)
            text = json.dumps(expected, sort_keys=True).encode()
            entry = tarfile.TarInfo("expect.json")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text))
    print(f"{made.relative_to(ROOT)}: {made.stat().st_size:,} bytes")
    return 0


def run(command: str, folder: Path, *words: str) -> dict:
    """The document of a command that must work."""
    with redirect_stdout(io.StringIO()) as out:
        code = crosslane([command, *words, "-w", str(folder), "--json"])
    if code:
        raise SystemExit(f"{command} {' '.join(words)}: exit {code}")
    return json.loads(out.getvalue())


def schema_of(folder: Path) -> dict[str, int]:
    """Scripts that each package has had in a ledger; the ledger is one file afterwards."""
    connection = apsw.Connection(str(folder / "ledger.db"))
    found = dict(connection.execute("SELECT package, version FROM schema_version").fetchall())
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()
    return found


def nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """The same file whoever made it, and whenever."""
    entry.uid = entry.gid = entry.mtime = 0
    entry.uname = entry.gname = ""
    return entry


if __name__ == "__main__":
    sys.exit(main())
