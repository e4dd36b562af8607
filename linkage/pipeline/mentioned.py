"""What the rows of a file say, in standard form, and which of them say nothing that can be used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from linkage.schema import ISSUE, Kind
from linkage.sources import Manifest, MentionRows
from linkage.standardise import Context, Standardised

Standardise = Callable[[Kind, pl.DataFrame, Context], Standardised]


@dataclass(frozen=True)
class Mentioned:
    """What some rows of one file say.

    Args:
        facts: a frame a mention of the manifest, in its kind's schema.
        rejected: ISSUE, one row a row of which nothing is used.
        warned: ISSUE, values that were not used.
    """

    facts: Sequence[pl.DataFrame]
    rejected: pl.DataFrame
    warned: pl.DataFrame

    @classmethod
    def concat(cls, parts: Sequence[Mentioned]) -> Mentioned:
        """What all parts of a file say, in order of its lines; a row is in one part."""
        return cls(
            [pl.concat(frames) for frames in zip(*(part.facts for part in parts), strict=True)],
            pl.concat([ISSUE.empty(), *(part.rejected for part in parts)]),
            pl.concat([ISSUE.empty(), *(part.warned for part in parts)]),
        )

    def by_kind(self, manifest: Manifest) -> Mapping[Kind, pl.DataFrame]:
        """The facts of each kind, mention after mention."""
        found: dict[Kind, list[pl.DataFrame]] = {}
        for mention, frame in zip(manifest.mention, self.facts, strict=True):
            found.setdefault(mention.kind, []).append(frame)
        return {kind: pl.concat(frames) for kind, frames in found.items()}


def mentioned(
    mentions: Sequence[MentionRows],
    rejected: pl.DataFrame,
    read_as: tuple[Manifest, str, date],
    standardise: Standardise,
) -> Mentioned:
    """What the mentions of some rows come to.

    A row that mentions several things is loaded for what it tells: a further mention that it leaves blank is none,
    and one that cannot be used is warned about. It is rejected when nothing of it can be used.

    Args:
        rejected: ISSUE, rows that are no mention.
        read_as: the manifest, the order of day and month, and the load day.
    """
    manifest, order, today = read_as
    found = [
        standardise(
            mention.kind,
            mention.raw if place == 0 else _not_blank(mention, manifest, place),
            _context(mention, manifest, order, today),
        )
        for place, mention in enumerate(mentions)
    ]
    told = pl.concat([one.facts.select("line") for one in found]).unique()
    refused = pl.concat([rejected, *(one.rejected for one in found)])
    lost = refused.join(told, on="line", how="anti").unique("line", keep="first", maintain_order=True)
    partly = refused.join(told, on="line", how="semi")
    warned = pl.concat([ISSUE.empty(), *(one.warned for one in found), partly])
    return Mentioned(
        [one.facts for one in found],
        lost.sort("line"),
        warned.unique(["line", "column", "rule"], keep="first", maintain_order=True).sort(
            "line", "column", maintain_order=True
        ),
    )


def _context(mention: MentionRows, manifest: Manifest, order: str, today: date) -> Context:
    return Context(
        today=today,
        date_order=order,
        columns=mention.columns,
        country=manifest.country,
        is_derogatory=manifest.is_derogatory,
    )


def _not_blank(mention: MentionRows, manifest: Manifest, place: int) -> pl.DataFrame:
    """Rows of a further mention that say anything of it beyond its constants."""
    given = [name for name in mention.raw.columns if name in manifest.mention[place].columns]
    keys = [name for name in given if name not in manifest.mention[0].columns] or given
    return mention.raw.filter(pl.any_horizontal(pl.col(name).fill_null("").str.strip_chars() != "" for name in keys))
