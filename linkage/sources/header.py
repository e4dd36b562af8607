"""Which columns of a file the manifest's names stand for; what the file lacks or holds twice refuses it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from linkage.errors import SourceError
from linkage.sources.manifest import Manifest

MOST_LISTED = 200
LONGEST_LISTED = 60


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of one file beside the names a manifest knows.

    Args:
        names: the file's own names, outer blanks removed, in order.
        found: name in the manifest -> name in the file.
    """

    names: tuple[str, ...]
    found: dict[str, str]

    @property
    def wanted(self) -> tuple[str, ...]:
        """The file's own names of the columns that mean something, in file order."""
        kept = {*self.found.values()}
        return tuple(name for name in dict.fromkeys(self.names) if name in kept)

    @property
    def ignored(self) -> tuple[str, ...]:
        """Columns of the file that the manifest does not know."""
        kept = {*self.found.values()}
        return tuple(name for name in self.names if name not in kept)


def match(names: Sequence[str], manifest: Manifest) -> Header:
    """The file's columns for the manifest's names: the same name, or the same without regard to case."""
    own = tuple(name.strip() for name in names)
    exact = {*own}
    folded = {name.casefold(): name for name in reversed(own)}
    found = {}
    for column in manifest.file_columns:
        name = column if column in exact else folded.get(column.casefold())
        if name is not None:
            found[column] = name
    return Header(own, found)


def checked(header: Header, manifest: Manifest, path: Path | str, line: int | None = 1) -> Header:
    """The header itself, once nothing that is needed was found missing or doubled.

    Raises:
        SourceError: `duplicate-column` or `missing-column`, naming the column and what is there.
    """
    times = Counter(name.casefold() for name in header.names)
    for name in header.wanted:
        if times[name.casefold()] > 1:
            message = f"the header has this column {times[name.casefold()]} times; keep one. {_there(header)}"
            raise SourceError(path, "duplicate-column", message, line=line, column=name)
    for mention in manifest.mention:
        for attribute in mention.needs:
            names = mention.columns[attribute].names
            if not any(name in header.found for name in names):
                raise _missing(header, names, path, line)
    return header


def _missing(header: Header, names: Sequence[str], path: Path | str, line: int | None) -> SourceError:
    there = [name.casefold() for name in header.names[:MOST_LISTED]] if header.found else []
    near = get_close_matches(names[0].casefold(), there, n=1, cutoff=0.75)
    hint = f" Is it the one called {near[0]}?" if near else ""
    either = f" (or {', '.join(names[1:])})" if len(names) > 1 else ""
    message = f"the file has no such column{either} and the source needs it.{hint} {_there(header)}"
    return SourceError(path, "missing-column", message, line=line, column=names[0])


def _there(header: Header) -> str:
    if not header.found:
        # The first line may be a person's row in a file without a header: it must not be shown.
        return "Not one name in its first line is known: the header is missing, or it is another kind of file."
    shown = [name[:LONGEST_LISTED] or "(no name)" for name in header.names[:MOST_LISTED]]
    more = len(header.names) - len(shown)
    return f"There are: {', '.join(shown)}{f' and {more} more' if more else ''}."
