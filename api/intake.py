"""One file of a load, read and standardised: facts a kind, rejects and warnings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import polars as pl

from linkage.pipeline.mentioned import mentioned
from linkage.schema import Kind
from linkage.sources import Manifest, ReadOptions, read
from linkage.standardise.parallel import standardise_on_all_cores


@dataclass(frozen=True)
class FileIntake:
    """What one file says.

    Args:
        rows: rows of the file; each is in a fact or rejected once.
        facts: one frame a kind, in that kind's schema.
        rejected: ISSUE, one row a rejected row.
        warned: ISSUE, values that were not used.
        expunged: rows a kind that are refused since they name somebody who was expunged.
        seen_in: load that brought the same bytes before, read the same way; None where none did.
    """

    path: Path | str
    sha256: str
    rows: int
    facts: Mapping[Kind, pl.DataFrame]
    rejected: pl.DataFrame
    warned: pl.DataFrame
    expunged: Mapping[Kind, pl.DataFrame] = field(default_factory=dict)
    seen_in: int | None = None

    @property
    def is_seen(self) -> bool:
        """Whether the same bytes were loaded before, read the same way."""
        return self.seen_in is not None

    def marked(self, seen_in: int | None) -> FileIntake:
        """The same file, known to have been loaded before or not."""
        return replace(self, seen_in=seen_in)


def intake(path: Path, manifest: Manifest, options: ReadOptions, ordinal_and_day: tuple[int, date]) -> FileIntake:
    """The file's facts under a manifest.

    Args:
        ordinal_and_day: number of the file within its load, and the load day.

    Raises:
        SourceError: the file is refused as a whole.
    """
    number, today = ordinal_and_day
    file = read(path, manifest, options, number)
    read_as = (manifest, file.date_order, today)
    found = mentioned(file.mentions, file.rejected, read_as, standardise_on_all_cores)
    return FileIntake(path, file.sha256, file.rows, found.by_kind(manifest), found.rejected, found.warned)
