"""What loading a file would do, without loading it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from linkage.schema import Kind
from linkage.sources.manifest import Manifest
from linkage.sources.options import ReadOptions
from linkage.sources.read import ReadFile, read

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class MentionSummary:
    """One kind of thing that the rows would mention.

    Args:
        kind: what it is.
        rows: rows that mention it.
        columns: attribute -> the file's columns it is taken from.
        missing: attributes that the manifest knows and the file has no column for.
        constants: attributes that hold one text for every row.
    """

    kind: Kind
    rows: int
    columns: dict[str, tuple[str, ...]]
    missing: tuple[str, ...]
    constants: dict[str, str]


@dataclass(frozen=True, slots=True)
class RejectSummary:
    """Rows that one rule would reject.

    Args:
        rule: kebab-case name.
        rows: how many.
        lines: the first of them.
        message: what is wrong with the first.
    """

    rule: str
    rows: int
    lines: tuple[int, ...]
    message: str


@dataclass(frozen=True, slots=True)
class FileDescription:
    """What a source makes of a file before any value is judged.

    Args:
        path: as the user named it.
        source: name of the manifest.
        sha256: of the file's bytes.
        format: csv, parquet or jsonl.
        encoding: of its text; None where the format has its own.
        delimiter: of a CSV file.
        date_order: of its dates.
        rows: rows in the file, `accepted` plus the rejected ones.
        accepted: rows that have the file's shape and mention something.
        header: all its columns, in order.
        ignored: those of them that the manifest does not know.
        mentions: what the rows mention.
        rejects: rows that would not load, a rule.
    """

    path: Path
    source: str
    sha256: str
    format: str
    encoding: str | None
    delimiter: str | None
    date_order: str
    rows: int
    accepted: int
    header: tuple[str, ...]
    ignored: tuple[str, ...]
    mentions: tuple[MentionSummary, ...]
    rejects: tuple[RejectSummary, ...]


def describe(path: Path, manifest: Manifest, options: ReadOptions) -> FileDescription:
    """What would load of a file and what would not, as far as its shape tells.

    Raises:
        SourceError: the file would be refused.
    """
    found = read(path, manifest, options, 0)
    return FileDescription(
        path=path,
        source=manifest.name,
        sha256=found.sha256,
        format=found.format.value,
        encoding=found.encoding,
        delimiter=found.delimiter,
        date_order=found.date_order,
        rows=found.rows,
        accepted=found.accepted,
        header=found.header.names,
        ignored=found.header.ignored,
        mentions=_mentions(found, manifest),
        rejects=_rejects(found),
    )


def _mentions(found: ReadFile, manifest: Manifest) -> tuple[MentionSummary, ...]:
    own = found.header.found
    summaries = []
    for mention, rows in zip(manifest.mention, found.mentions, strict=True):
        columns = {
            attribute: tuple(own[name] for name in rule.names if name in own)
            for attribute, rule in mention.columns.items()
        }
        summaries.append(
            MentionSummary(
                kind=rows.kind,
                rows=rows.raw.height,
                columns={attribute: names for attribute, names in columns.items() if names},
                missing=tuple(attribute for attribute, names in columns.items() if not names),
                constants=dict(mention.constants),
            )
        )
    return tuple(summaries)


def _rejects(found: ReadFile) -> tuple[RejectSummary, ...]:
    summaries = []
    for (rule,), rows in found.rejected.group_by("rule", maintain_order=True):
        lines = tuple(rows["line"][:MOST_SHOWN])
        summaries.append(RejectSummary(str(rule), rows.height, lines, rows["message"][0]))
    return tuple(summaries)
