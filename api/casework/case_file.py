"""A case as a file: to be kept, sent on, and opened again with a word on what changed since."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from api.casework.cases import PinKind
from api.casework.pinning import says_of
from api.graph_store import GraphStoreChoice
from api.spreadsheet import csv_text
from linkage.errors import LinkageError, SettingsError
from linkage.ledger import Workspace

COLUMNS = ("evidence", "kind", "ref", "title", "note", "as_of", "pinned_by", "pinned_at", "digest")
MOST_BYTES = 1_000_000
MOST_ROWS = 200


def write_case(pins: Sequence[Mapping[str, Any]]) -> str:
    """The pins as CSV; the digest is of what was shown when each was pinned."""
    rows = [
        [
            pin["evidence"],
            pin["kind"],
            pin["ref"],
            pin["says"]["title"],
            pin["note"],
            pin["as_of"],
            pin["pinned_by"],
            pin["pinned_at"],
            digest_of(pin["says"]),
        ]
        for pin in pins
    ]
    return csv_text(COLUMNS, rows)


def read_case(workspace: Workspace, data: bytes, store: GraphStoreChoice) -> list[dict[str, Any]]:
    """What a case file holds, each pin as it is now.

    Returns:
        evidence, kind, ref, note, says (now; None where it is gone), state: same, changed or gone.

    Raises:
        SettingsError: it is no file of a case.
    """
    if len(data) > MOST_BYTES:
        raise SettingsError(f"the file is over {MOST_BYTES:,} bytes; no case has as many pins")
    try:
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error):
        rows = []
    if not rows or len(rows) > MOST_ROWS or not set(COLUMNS) <= rows[0].keys():
        raise SettingsError("this is no file of a case; choose one that was exported here")
    return [_now(workspace, row, store) for row in rows]


def digest_of(says: Mapping[str, Any]) -> str:
    """SHA-256 of what a pin shows."""
    return hashlib.sha256(orjson.dumps(says, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _now(workspace: Workspace, row: Mapping[str, str], store: GraphStoreChoice) -> dict[str, Any]:
    told: dict[str, Any] = {name: row[name] or "" for name in ("evidence", "kind", "ref", "note")}
    try:
        says = says_of(workspace, PinKind(told["kind"]), told["ref"], store)
    except (LinkageError, ValueError):
        return told | {"says": None, "state": "gone"}
    # As it went through the ledger: tuples are lists there.
    says = orjson.loads(orjson.dumps(says))
    return told | {"says": says, "state": "same" if digest_of(says) == row["digest"] else "changed"}
