"""What waits to be loaded: one folder a job in the workspace, whole and on disk before the job is acknowledged.

The files hold people's records. They are readable by the service alone, carry no name that a sender gave, and go as
soon as their job is over.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from linkage.disk import sync

INCOMING = "incoming"
SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".parquet"})
YOUNG_S = 60.0
"""Seconds for which a folder without a file is taken for one whose file is about to be made."""


def safe_name(given: str) -> str:
    """The name a file is kept under: only its suffix is the sender's, since a name may be a person's."""
    suffix = Path(given.replace("\\", "/")).suffix.lower()
    return f"upload{suffix if suffix in SUFFIXES else ''}"


class Arrival:
    """A file on its way in; its lock says that somebody is at it.

    Args:
        path: where it is written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self.is_kept = False
        self._digest = hashlib.sha256()
        self._descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    @property
    def sha256(self) -> str:
        """Of the bytes so far."""
        return self._digest.hexdigest()

    def write(self, data: bytes) -> None:
        """The bytes are the file's next."""
        self._digest.update(data)
        self.size += len(data)
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]

    def settle(self) -> None:
        """The file and the folders that lead to it are on disk."""
        os.fsync(self._descriptor)
        for folder in (self.path.parent, self.path.parent.parent, self.path.parent.parent.parent):
            sync(folder)

    def keep(self) -> None:
        """The file stays: a job owns it."""
        self.is_kept = True

    def close(self) -> None:
        """Nobody is at the file any more."""
        os.close(self._descriptor)


@dataclass(frozen=True, slots=True)
class Incoming:
    """The folder of a workspace where files wait.

    Args:
        workspace: folder of the workspace.
    """

    workspace: Path

    @property
    def path(self) -> Path:
        """The folder itself."""
        return self.workspace / INCOMING

    def folder(self, job_id: str) -> Path:
        """Where a job's files are."""
        return self.path / job_id

    @contextmanager
    def arriving(self, job_id: str, name: str) -> Iterator[Arrival]:
        """A file to be written; gone again when the block ends before it is kept."""
        folder = self.folder(job_id)
        folder.mkdir(mode=0o700, parents=True)
        arrival = Arrival(folder / name)
        try:
            yield arrival
        finally:
            if not arrival.is_kept:
                self.remove(job_id)
            arrival.close()

    def remove(self, job_id: str) -> None:
        """Nothing of the job's files is left."""
        shutil.rmtree(self.folder(job_id), ignore_errors=True)

    def sweep(self, unfinished: Callable[[], frozenset[str]]) -> list[str]:
        """Folders that no unfinished job owns and nobody writes to are gone; returns their names.

        Args:
            unfinished: ids of the jobs whose files are needed, as they are when it is called.
        """
        gone = []
        folders = sorted(self.path.iterdir()) if self.path.exists() else []
        # Whoever writes a file adds its job before letting go of the file: so look for jobs after looking for writers.
        left = [folder for folder in folders if not _is_being_written(folder)]
        needed = unfinished() if left else frozenset[str]()
        for folder in left:
            if folder.name not in needed:
                shutil.rmtree(folder, ignore_errors=True)
                gone.append(folder.name)
        return gone


def _is_being_written(folder: Path) -> bool:
    try:
        files = list(folder.iterdir())
        if not files:
            return time.time() - folder.stat().st_mtime < YOUNG_S
        return any(_is_locked(file) for file in files)
    except FileNotFoundError:
        return False


def _is_locked(file: Path) -> bool:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
