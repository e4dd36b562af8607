"""The way back: a workspace as a backup has it, every file compared with its sum before anything is in place."""

from __future__ import annotations

import time
from pathlib import Path, PurePosixPath

import orjson

from api.backups.files import copy, require_new, whole_or_nothing
from api.backups.told import ABOUT, HELD, Backup, digest_of
from api.bootstrap import open_workspace
from api.changes.log import ChangeLog
from api.expunge.run import keep_out
from api.progress import Progress, Silent
from linkage.errors import LedgerError
from linkage.ledger import LEDGER, RECORDS
from linkage.ledger.tombstones import KeptOut
from linkage.sums import SUMS, hashed, read_sums


def restore(
    folder: Path,
    path: Path,
    progress: Progress | None = None,
    digest: str | None = None,
    kept_out: tuple[KeptOut, str] | None = None,
) -> Backup:
    """A new workspace at `path` as the backup has it.

    Nobody is signed in to it. Accounts and keys are as they were when the backup was made: what was revoked since has
    to be revoked again.

    Args:
        digest: of the backup that is meant, where it was kept elsewhere.
        kept_out: tombstones of whoever was expunged since, who is taken out before anything is in place; and by whom.

    Raises:
        LedgerError: it is no backup, not a whole one, another one, of a newer version, or `path` holds something.
        OSError: the disk is full or may not be written; then there is no workspace.
    """
    began, progress = time.monotonic(), progress or Silent()
    require_new(path)
    sums = _sums(folder)
    if digest is not None and digest_of(folder) != digest.strip().lower():
        raise LedgerError(f"{folder} is another backup than the one of this digest, or its list of sums was changed")
    if hashed(folder / ABOUT) != sums[ABOUT]:
        raise _changed(ABOUT)
    with whole_or_nothing(path) as making:
        progress.stage("copying files", len(sums) - 1)
        for name in sorted(sums.keys() - {ABOUT}):
            if copy(folder / name, making / PurePosixPath(name).relative_to(HELD)) != sums[name]:
                raise _changed(name)
            progress.advance()
        (making / RECORDS).mkdir(exist_ok=True)
        workspace = open_workspace(making)
        with workspace.transaction() as connection:
            connection.execute("DELETE FROM session")
            ChangeLog(connection).begin_era()
        if kept_out is not None:
            keep_out(workspace, *kept_out, progress)
    return Backup.at(folder, list(sums), str(orjson.loads((folder / ABOUT).read_bytes())["made_at"]), began)


def _sums(folder: Path) -> dict[str, str]:
    """The sum of each file that a backup holds.

    Raises:
        LedgerError: the folder is no backup, or what is in it is not what its list names.
    """
    if not (folder / SUMS).is_file():
        raise LedgerError(f"{folder} is no backup: it has no {SUMS}")
    sums = read_sums(folder / SUMS)
    if sums is None or not all(map(_is_inside, sums)):
        raise _changed(SUMS)
    there = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()} - {SUMS}
    if missing := sorted({ABOUT, f"{HELD}/{LEDGER}"} - sums.keys() or sums.keys() - there):
        raise LedgerError(f"{folder} lacks {missing[0]}; take another backup")
    if added := sorted(there - sums.keys()):
        raise LedgerError(f"{folder} holds {added[0]}, which was not backed up; take another backup, or move that file")
    return sums


def _is_inside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return name == ABOUT or (parts[0] == HELD and len(parts) > 1 and ".." not in parts)


def _changed(name: str) -> LedgerError:
    return LedgerError(f"{name} of the backup is not what was backed up; take another backup")
