"""Making a backup: the ledger and the audit as one moment has them, and every file that they rest on."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath

import apsw
import orjson

from api.audit import AUDIT, PLACE
from api.backups.files import copy, require_new, whole_or_nothing
from api.backups.told import ABOUT, HELD, Backup
from api.engine import STAGES
from api.jobs.incoming import INCOMING
from api.match_build import FOLDER as MATCH
from api.progress import Progress, Silent
from api.scores import BASIS
from api.web.searches import FILE as SEARCHES
from linkage.errors import LedgerError
from linkage.ledger import LEDGER, MERGED, RECORDS, LoadTables, Workspace, sums_of
from linkage.sums import SUMS, hashed, listed

LEFT_OUT = frozenset({MATCH, BASIS, SEARCHES, PLACE, MERGED, STAGES})
"""What is made again where it is missing, and what means nothing outside its session or process."""
_DATABASES = (LEDGER, AUDIT)
_PASSING = ("-wal", "-shm", "-journal", ".lock", ".partial")
_PAGES = 2_048
_EARLIER = "restore an earlier backup"


def backup(workspace: Workspace, folder: Path, progress: Progress | None = None) -> Backup:
    """The workspace as it is, in a new folder; no load runs meanwhile, and people go on working.

    Raises:
        LedgerError: the folder holds something, lies in the workspace, or the ledger or rows of a load are damaged.
        WriterBusy: a load took longer than a writer waits.
        OSError: the disk is full or may not be written; then there is no backup.
    """
    began, progress = time.monotonic(), progress or Silent()
    require_new(folder)
    if folder.resolve().is_relative_to(workspace.path.resolve()):
        raise LedgerError(f"{folder} lies in the workspace; name a folder outside of it")
    with whole_or_nothing(folder) as making:
        with workspace.exclusive():
            made_at = datetime.now(UTC).isoformat(timespec="seconds")
            sums = _copied(workspace.path, making / HELD, progress)
        about = {"crosslane": version("crosslane"), "workspace": workspace.path.name, "made_at": made_at}
        (making / ABOUT).write_bytes(orjson.dumps(about, option=orjson.OPT_INDENT_2) + b"\n")
        sums[ABOUT] = hashed(making / ABOUT)
        (making / SUMS).write_text(listed(sums), "utf-8")
    return Backup.at(folder, list(sums), made_at, began)


def _copied(source: Path, target: Path, progress: Progress) -> dict[str, str]:
    """The sums of all files by their name in the backup, once they are copied; the databases first."""
    target.mkdir(mode=0o700)
    sums = {}
    for name in _DATABASES:
        if (source / name).exists():
            _copy_database(source / name, target / name, progress)
            sums[f"{HELD}/{name}"] = hashed(target / name)
    with contextlib.closing(apsw.Connection(str(target / LEDGER), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
        loads = {str(load) for load in LoadTables(connection).ids()}
    files = [file for file in _files(source) if file.parts[0] != RECORDS or file.parts[1] in loads]
    progress.stage("copying files", len(files))
    for file in files:
        try:
            sums[f"{HELD}/{file.as_posix()}"] = copy(source / file, target / file)
        except FileNotFoundError:
            if file.parts[0] != INCOMING:  # a job that was refused meanwhile takes its file along
                raise
        progress.advance()
    _require_whole(source, loads, sums)
    return sums


def _require_whole(source: Path, loads: Collection[str], copied: Mapping[str, str]) -> None:
    """What was copied of the loads' rows is what was written once.

    Raises:
        LedgerError: it is not.
        FileDamaged: nor is the list of what was written.
    """
    for load in sorted(loads):
        place = PurePosixPath(RECORDS, load)
        for name, digest in sums_of(source / place).items():
            if copied.get(str(PurePosixPath(HELD) / place / name)) != digest:
                raise LedgerError(f"{source / place / name} is damaged; nothing was backed up; {_EARLIER}")


def _files(root: Path) -> Iterator[Path]:
    """Files of the workspace beside its databases, as paths within it, in order."""
    for place in sorted(root.rglob("*")):
        file = place.relative_to(root)
        if file.parts[0] not in {*LEFT_OUT, *_DATABASES} and place.is_file() and not file.name.endswith(_PASSING):
            yield file


def _copy_database(source: Path, target: Path, progress: Progress) -> None:
    """The database as one moment has it, whatever is written to it meanwhile.

    Raises:
        LedgerError: it is damaged.
    """
    with (
        contextlib.closing(apsw.Connection(str(source), flags=apsw.SQLITE_OPEN_READONLY)) as held,
        contextlib.closing(apsw.Connection(str(target))) as made,
    ):
        held.execute("BEGIN")
        pages = int(held.execute("PRAGMA page_count").get)  # from this reading on, nothing that others write is seen
        progress.stage(f"copying {source.name}", pages)
        with made.backup("main", held, "main") as work:
            while not work.done:
                work.step(_PAGES)
                progress.advance(_PAGES)
        made.execute("PRAGMA journal_mode=DELETE")  # one file; whoever opens it sets the mode again
        progress.stage(f"checking {source.name}")
        if (found := str(made.execute("PRAGMA quick_check(1)").get)) != "ok":
            raise LedgerError(f"{source} is damaged ({found}); nothing was backed up; {_EARLIER}")
