"""One file of a load, read and standardised: facts a kind, rejects and warnings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import polars as pl

from linkage.schema import ISSUE, Kind
from linkage.sources import Manifest, MentionRows, ReadFile, ReadOptions, read
from linkage.standardise import Context
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

    path: Path
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

    A row that mentions several things is loaded for what it tells: a further mention that it leaves blank is none,
    and one that cannot be used is warned about. It is rejected when nothing of it can be used.

    Args:
        ordinal_and_day: number of the file within its load, and the load day.

    Raises:
        SourceError: the file is refused as a whole.
    """
    number, today = ordinal_and_day
    file = read(path, manifest, options, number)
    facts: dict[Kind, list[pl.DataFrame]] = {}
    rejected, warned = [file.rejected], [ISSUE.empty()]
    for place, mention in enumerate(file.mentions):
        raw = mention.raw if place == 0 else _not_blank(mention, manifest, place)
        found = standardise_on_all_cores(mention.kind, raw, _context(mention, manifest, file, today))
        facts.setdefault(mention.kind, []).append(found.facts)
        rejected.append(found.rejected)
        warned.append(found.warned)
    told = pl.concat([frame.select("line") for frames in facts.values() for frame in frames]).unique()
    refused = pl.concat(rejected)
    lost = refused.join(told, on="line", how="anti").unique("line", keep="first", maintain_order=True)
    partly = refused.join(told, on="line", how="semi")
    return FileIntake(
        path=path,
        sha256=file.sha256,
        rows=file.rows,
        facts={kind: pl.concat(frames) for kind, frames in facts.items()},
        rejected=lost.sort("line"),
        warned=pl.concat([*warned, partly])
        .unique(["line", "column", "rule"], keep="first", maintain_order=True)
        .sort("line", "column", maintain_order=True),
    )


def _context(mention: MentionRows, manifest: Manifest, file: ReadFile, today: date) -> Context:
    return Context(
        today=today,
        date_order=file.date_order,
        columns=mention.columns,
        country=manifest.country,
        is_derogatory=manifest.is_derogatory,
    )


def _not_blank(mention: MentionRows, manifest: Manifest, place: int) -> pl.DataFrame:
    """Rows of a further mention that say anything of it beyond its constants."""
    given = [name for name in mention.raw.columns if name in manifest.mention[place].columns]
    keys = [name for name in given if name not in manifest.mention[0].columns] or given
    return mention.raw.filter(pl.any_horizontal(pl.col(name).fill_null("").str.strip_chars() != "" for name in keys))
