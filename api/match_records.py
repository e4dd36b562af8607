"""Records as a caller states them, in standard form: read by the manifest of `drivers`, as a file of them would be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from linkage.schema import Kind
from linkage.sources import Manifest, load_manifest
from linkage.sources.header import match as match_header
from linkage.sources.mentions import mentions_of
from linkage.sources.rows import LINE, to_issues, without_nul
from linkage.standardise import Context, Standardiser

SOURCE = "drivers"
NO_SOURCE = "?"
"""Source of a record that states none; no file may use it, since keys show where a record is from."""


@dataclass(frozen=True)
class StatedRecords:
    """Records of one request.

    Args:
        persons: PERSON, one row an accepted record; `line` is its place in the request, counted from 0.
        rejected: ISSUE of records that no load would take, `line` likewise.
        warned: ISSUE of values that say nothing, or not what they seem to.
    """

    persons: pl.DataFrame
    rejected: pl.DataFrame
    warned: pl.DataFrame


class RecordReader:
    """Reads records with one set of shipped tables; safe to share between threads."""

    def __init__(self) -> None:
        self.manifest: Manifest = load_manifest(SOURCE)
        self._standardiser = Standardiser()

    @property
    def columns(self) -> tuple[str, ...]:
        """Fields that a record may state."""
        return tuple(self.manifest.file_columns)

    def read(self, records: Sequence[Mapping[str, str | None]], today: date, date_order: str | None) -> StatedRecords:
        """The records in standard form.

        Args:
            records: field of the manifest to text.
            today: day of the load that they stand for.
            date_order: YMD, DMY, MDY or unknown; None = as the manifest says.
        """
        rows, rejects = without_nul(self._frame(records))
        header = match_header([name for name in rows.columns if name != LINE], self.manifest)
        mentions, _ = mentions_of(rows, header, self.manifest, 0)
        context = Context(
            today=today,
            date_order=date_order or self.manifest.date_order.value,
            columns=mentions[0].columns,
            country=self.manifest.country,
            is_derogatory=self.manifest.is_derogatory,
        )
        found = self._standardiser.standardise(Kind.PERSON, mentions[0].raw, context)
        return StatedRecords(found.facts, pl.concat([to_issues(rejects, 0), found.rejected]), found.warned)

    def _frame(self, records: Sequence[Mapping[str, str | None]]) -> pl.DataFrame:
        """One text column a field that any record states; a record without a key gets its place for one."""
        names = [name for name in self.columns if any(name in record for record in records)]
        data: dict[str, Any] = {name: [record.get(name) for record in records] for name in names}
        data["source"] = [record.get("source") or NO_SOURCE for record in records]
        data["record_id"] = [record.get("record_id") or str(place) for place, record in enumerate(records)]
        lines = pl.Series(LINE, range(len(records)), dtype=pl.Int64)
        return pl.DataFrame({name: pl.Series(values, dtype=pl.String) for name, values in data.items()}).with_columns(
            lines
        )
