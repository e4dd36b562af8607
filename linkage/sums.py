"""Lists of SHA-256 sums in the form of sha256sum(1), by which anybody can check files without this program."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

SUMS = "SHA256SUMS"
"""Name of the list in the folder whose files it names."""
_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")


def hashed(file: Path) -> str:
    """The SHA-256 of a file.

    Raises:
        OSError: it cannot be read.
    """
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def listed(sums: Mapping[str, str]) -> str:
    """The list of the sums, each under the name of its file."""
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))


def read_sums(file: Path) -> dict[str, str] | None:
    """The sums of a list by name; None where the file is not, byte for byte, what `listed` makes.

    Raises:
        OSError: it cannot be read.
    """
    text = file.read_text("utf-8", "replace")
    found = [_LINE.fullmatch(line) for line in text.splitlines()]
    sums = {line[2]: line[1] for line in found if line is not None}
    return sums if listed(sums) == text else None
