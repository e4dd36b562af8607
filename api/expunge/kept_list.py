"""Tombstones in a file, to be kept beside backups that were made before: without a name, and not without use."""

from __future__ import annotations

from pathlib import Path

import orjson

from linkage.errors import LedgerError, SettingsError
from linkage.ledger import Workspace
from linkage.ledger.tombstones import KeptOut, Tombstones


def write_tombstones(workspace: Workspace, file: Path) -> int:
    """The file, for its owner alone, holds every tombstone of the workspace; returns how many.

    Raises:
        SettingsError: nobody was expunged here, or the file is there already.
    """
    with workspace.reading() as connection:
        kept = Tombstones(connection).all()
    if kept is None:
        raise SettingsError("nobody was expunged here: there are no tombstones")
    document = {"key": kept.secret.hex(), "marks": sorted(mark.hex() for mark in kept.marks)}
    try:
        file.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        raise SettingsError(f"{file} is there already; name another file") from None
    file.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")
    return len(kept.marks)


def read_tombstones(file: Path) -> KeptOut:
    """The tombstones of a file.

    Raises:
        LedgerError: it holds none.
    """
    try:
        document = orjson.loads(file.read_bytes())
        return KeptOut(bytes.fromhex(document["key"]), frozenset(map(bytes.fromhex, document["marks"])))
    except (OSError, ValueError, TypeError, KeyError):
        raise LedgerError(f"{file} holds no tombstones; they are written by: crosslane expunge --tombstones") from None
