"""Partners' answers given as rows: taken in by the same way as a file of them."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from api.exchange import Act
from api.exchange_intake import take_answers
from linkage.ledger import Workspace

FILE = "answers.csv"


def take_rows(workspace: Workspace, rows: Sequence[Mapping[str, str]], act: Act) -> dict[str, Any]:
    """The answers are in the workspace, each judged against the request that it names.

    Args:
        rows: text by column of the source `partner_answers`, all of the same columns.

    Returns:
        As `take_answers`; line 2 of the load's file is the first row.

    Raises:
        SourceError: they are refused as a whole.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / FILE
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), quoting=csv.QUOTE_ALL)
            writer.writeheader()
            writer.writerows(rows)
        document = take_answers(workspace, [path], act)
    loaded = document["load"]
    return document | {"load": loaded | {"files": [_named(file) for file in loaded["files"]]}}


def _named(file: Mapping[str, Any]) -> dict[str, Any]:
    """The file's part of the `load` document without the folder that it was in for a moment."""
    issues = {name: [row | {"file": FILE} for row in file[name]] for name in ("rejected", "warned")}
    return {**file, "file": FILE, **issues}
