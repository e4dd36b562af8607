"""What a backup's folder holds, and what is said of one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linkage.sums import SUMS, hashed

HELD, ABOUT = "workspace", "backup.json"


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made or read.

    Args:
        digest: SHA-256 of SHA256SUMS, and so of every file that it names.
        made_at: when the ledger was as the backup has it, in UTC.
        files: how many it holds, without the list itself; `size` their bytes.
    """

    digest: str
    made_at: str
    files: int
    size: int
    seconds: float

    @classmethod
    def at(cls, folder: Path, names: list[str], made_at: str, began: float) -> Backup:
        """The backup in a folder, with the time since work on it began (monotonic)."""
        size = sum((folder / name).stat().st_size for name in names)
        return cls(digest_of(folder), made_at, len(names), size, time.monotonic() - began)

    def document(self) -> dict[str, Any]:
        """The document of `backup` and `restore`."""
        return {
            "digest": self.digest,
            "made_at": self.made_at,
            "files": self.files,
            "bytes": self.size,
            "seconds": round(self.seconds, 3),
        }


def digest_of(folder: Path) -> str:
    """What names a backup and all that is in it."""
    return hashed(folder / SUMS)
