"""What changed in a workspace, in order, for systems that follow it without reading everything again."""

from __future__ import annotations

from importlib import resources

_SCRIPTS = ("0001_change.sql", "0002_bulk.sql", "0003_era.sql")
MIGRATIONS: tuple[str, ...] = tuple(
    (resources.files(__name__) / "migrations" / name).read_text("utf-8") for name in _SCRIPTS
)
