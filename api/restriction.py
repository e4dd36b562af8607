"""Which sources a workspace may hold: declared when it is made, and held by every way in from then on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import apsw

from linkage.errors import SettingsError, SourceError
from linkage.ledger import LoadTables
from linkage.sources import Manifest, builtin_names, load_manifest

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE declared_source (
        kind         TEXT NOT NULL CHECK (kind IN ('manifest', 'code')),
        name         TEXT NOT NULL CHECK (name <> ''),
        digest       TEXT,
        declared_at  TEXT NOT NULL,
        declared_by  TEXT NOT NULL,
        PRIMARY KEY (kind, name)
    ) WITHOUT ROWID;
    """,
)


@dataclass(frozen=True, slots=True)
class Restriction:
    """What a workspace may hold; without manifests, whatever is loaded.

    Args:
        manifests: manifest name and, where it does not come along with the program, the digest of its text: another
            manifest of the same name is another source.
        codes: what `source` may be in a row; none = anything.
    """

    manifests: tuple[tuple[str, str | None], ...] = ()
    codes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.manifests)

    def require(self, path: Path | str, source: str, manifest: Manifest) -> None:
        """The manifest is one of those declared.

        Args:
            path: the file that it is to be read by, for the error.
            source: how the caller named the manifest.

        Raises:
            SourceError: it is not, so the file is not opened.
        """
        if self and (manifest.name, _digest(source, manifest)) not in self.manifests:
            raise SourceError(path, "source-not-declared", f"this workspace {self.told()}; nothing was read")

    def require_codes(self, path: Path | str, codes: Iterable[str | None]) -> None:
        """Every row is of a source declared.

        Raises:
            SourceError: one is not, so nothing of the file is kept.
        """
        if self.codes and not {code for code in codes if code is not None} <= set(self.codes):
            raise SourceError(
                path,
                "source-not-declared",
                f"rows are of another source: this workspace {self.told()}; nothing was kept",
            )

    def told(self) -> str:
        """What it may hold, in words."""
        if not self:
            return "may hold any source"
        rows = f", and of them rows of {', '.join(self.codes)} only" if self.codes else ""
        return f"may hold {', '.join(name for name, _ in self.manifests)} only{rows}"

    def document(self) -> dict[str, Any]:
        """As JSON values; null where anything may be held."""
        return {
            "sources": [name for name, _ in self.manifests] or None,
            "codes": list(self.codes) or None,
        }


def asked(sources: Sequence[str], codes: Sequence[str]) -> Restriction:
    """The restriction that somebody states.

    Args:
        sources: built-in names and paths of manifests.
        codes: what `source` may be in a row.

    Raises:
        SettingsError: codes are given without sources.
        SourceError: a manifest cannot be used.
    """
    if codes and not sources:
        raise SettingsError("--codes: say with --sources which files they may come in")
    manifests = [(source, load_manifest(source)) for source in sources]
    kept = {(manifest.name, _digest(source, manifest)) for source, manifest in manifests}
    return Restriction(tuple(sorted(kept, key=str)), tuple(sorted(set(codes))))


def restriction_of(connection: apsw.Connection) -> Restriction:
    """The restriction of a workspace."""
    rows = connection.execute("SELECT kind, name, digest FROM declared_source ORDER BY kind, name").fetchall()
    manifests = [
        (str(name), None if digest is None else str(digest)) for kind, name, digest in rows if kind == "manifest"
    ]
    return Restriction(tuple(sorted(manifests, key=str)), tuple(str(name) for kind, name, _ in rows if kind == "code"))


def declare(connection: apsw.Connection, wanted: Restriction, by: str) -> None:
    """The workspace may hold this and nothing else.

    Raises:
        SettingsError: it holds something already, or another declaration stands.
    """
    standing = restriction_of(connection)
    if standing == wanted:
        return
    if standing or LoadTables(connection).ids():
        raise SettingsError(
            "init --sources: what a workspace may hold is said when it is made; make another one, and load into it"
        )
    at = datetime.now(UTC).isoformat(timespec="seconds")
    rows = [("manifest", name, digest, at, by) for name, digest in wanted.manifests]
    rows += [("code", code, None, at, by) for code in wanted.codes]
    connection.executemany("INSERT INTO declared_source VALUES (?, ?, ?, ?, ?)", rows)


def undeclared_loads(connection: apsw.Connection) -> list[int]:
    """Loads of sources that the workspace may not hold; there is none unless somebody went round the program.

    A load without a manifest is an expunging's: it brought nothing.
    """
    restriction = restriction_of(connection)
    if not restriction:
        return []
    names = {name for name, _ in restriction.manifests}
    rows = connection.execute("SELECT load_id, source FROM load WHERE manifest <> '' ORDER BY load_id").fetchall()
    return [int(str(load_id)) for load_id, source in rows if source not in names]


def _digest(source: str, manifest: Manifest) -> str | None:
    """None for a manifest that comes along with the program, whose text changes with it."""
    return None if source in builtin_names() else str(manifest.digest)
