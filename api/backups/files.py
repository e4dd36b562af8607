"""Files on their way into a backup and out of it: hashed as they are copied, and on disk when they are done."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from linkage.disk import sync
from linkage.errors import LedgerError

_CHUNK = 1 << 20


def require_new(folder: Path) -> None:
    """Nothing is there, or an empty folder.

    Raises:
        LedgerError: something is.
    """
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise LedgerError(f"{folder} is there already and holds other things; name a new folder")


@contextlib.contextmanager
def whole_or_nothing(folder: Path) -> Iterator[Path]:
    """A folder to be filled beside the one that is meant, which it becomes once all of it is on disk.

    What a killed process left of an earlier attempt is removed first.
    """
    making = folder.with_name(f".{folder.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700, parents=True)
    try:
        yield making
        for place in (making, *making.rglob("*")):
            sync(place)
        making.rename(folder)
        sync(folder.absolute().parent)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise


def copy(source: Path, target: Path) -> str:
    """The SHA-256 of the file, once it is copied."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with source.open("rb") as reader, target.open("xb") as writer:
        while chunk := reader.read(_CHUNK):
            writer.write(chunk)
            digest.update(chunk)
    return digest.hexdigest()
