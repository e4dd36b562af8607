"""Numbered scripts that make eligibility's tables in the ledger."""

from __future__ import annotations

from importlib import resources


def _scripts() -> tuple[str, ...]:
    folder = resources.files("eligibility.migrations")
    entries = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda entry: entry.name)
    return tuple(entry.read_text("utf-8") for entry in entries)


MIGRATIONS: tuple[str, ...] = _scripts()
"""Oldest first: for `Workspace.migrate("eligibility", MIGRATIONS)`."""
