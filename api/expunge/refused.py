"""Rows about people who were expunged, refused when an old file, or a partner who does not know, brings them again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import polars as pl

from api.intake import FileIntake
from linkage.ledger import Workspace
from linkage.ledger.naming import NAMED_IN
from linkage.ledger.tombstones import Tombstones
from linkage.schema import ISSUE, Kind

RULE = "expunged"
_MESSAGE = "about a person who was expunged; not loaded"


def without_expunged(workspace: Workspace, file: FileIntake) -> FileIntake:
    """The file without the rows that name a record with a tombstone; each is a reject, whatever else it tells."""
    with workspace.reading() as connection:
        expunged = Tombstones(connection).those(_named(file))
    if not expunged:
        return file
    gone = pl.Series(sorted(expunged), dtype=pl.String).implode()
    theirs = {
        kind: frame.filter(pl.any_horizontal(pl.col(name).is_in(gone).fill_null(value=False) for name in columns))
        for kind, frame in file.facts.items()
        if (columns := NAMED_IN[kind])
    }
    lines = pl.concat(frame.select("file", "line") for frame in theirs.values()).unique("line", maintain_order=True)
    issues = ISSUE.conform(lines.with_columns(rule=pl.lit(RULE), message=pl.lit(_MESSAGE)))
    return replace(
        file,
        facts={kind: frame.join(lines, on="line", how="anti") for kind, frame in file.facts.items()},
        rejected=pl.concat([file.rejected, issues]).sort("line", maintain_order=True),
        warned=file.warned.join(lines, on="line", how="anti"),
        expunged={kind: frame for kind, frame in theirs.items() if len(frame)},
    )


def last_told(files: Sequence[FileIntake], kind: Kind) -> tuple[pl.DataFrame, pl.Series]:
    """The last version that the files tell of each row, and keys of rows that are an expunged person's by then.

    Such a row is nobody's from then on: whoever it was held for before is not to keep what the source corrected.
    """
    told = pl.concat([file.facts[kind] for file in files])
    refused = [file.expunged[kind] for file in files if kind in file.expunged]
    if not refused:
        return told.unique("key", keep="last", maintain_order=True), pl.Series("key", [], dtype=pl.String)
    also = pl.concat(refused).with_columns(is_expunged=pl.lit(value=True))
    told = pl.concat([told.with_columns(is_expunged=pl.lit(value=False)), also])
    last = told.sort("file", "line", maintain_order=True).unique("key", keep="last", maintain_order=True)
    return last.filter(~pl.col("is_expunged")).drop("is_expunged"), last.filter("is_expunged")["key"]


def _named(file: FileIntake) -> Iterator[str]:
    """Everything in the file by which a person may be named."""
    for kind, frame in file.facts.items():
        for name in NAMED_IN[kind]:
            yield from frame[name].unique().drop_nulls()
