"""The errors a caller can meet.

    LinkageError
    ├── SourceError      a file, option or manifest is refused; nothing of it was loaded
    ├── SchemaError      a frame between two stages does not have its columns: a fault of ours
    ├── SettingsError    an option, workspace or environment value cannot be used
    ├── ModelError       a model file cannot be used
    ├── TrainingError    what training found is no model to rely on
    ├── LedgerError      the workspace is missing, locked or of another version
    │   └── WriterBusy   somebody else writes it, for longer than was waited
    ├── FileDamaged      a file of the workspace is not what was written
    └── UnknownRecord    an id names nothing in the workspace

Texts name files, lines, columns and ids of ours. They never hold a name, a birth date or an identifier of a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class LinkageError(Exception):
    """Base of every error this project raises on purpose."""

    retryable = False
    exit_code = 1


@dataclass
class SourceError(LinkageError):
    """A file, option or manifest is refused as a whole.

    Args:
        path: the file as the user named it.
        rule: short kebab-case name of the rule that was broken.
        message: what is wrong and what to do about it, without personal data.
        line: physical line (header = 1), where there is one.
        column: the file's own column name, where there is one.
    """

    path: Path | str
    rule: str
    message: str
    line: int | None = None
    column: str | None = None
    exit_code = 2

    def __str__(self) -> str:
        place = str(self.path)
        if self.line is not None:
            place += f", line {self.line}"
        if self.column is not None:
            place += f", column {self.column}"
        return f"{place}: {self.message} [{self.rule}]"


@dataclass
class SchemaError(LinkageError):
    """A frame between two stages lacks a column or has it in another type."""

    stage: str
    column: str
    expected: str
    actual: str

    def __str__(self) -> str:
        return f"{self.stage}: column {self.column} should be {self.expected}, is {self.actual}"


class SettingsError(LinkageError):
    """An option, workspace path or environment value cannot be used."""

    exit_code = 2


class Outlived(LinkageError):
    """What was asked with belongs to a state that is no more; to ask anew, from the beginning, is what helps."""

    exit_code = 2


class ModelError(LinkageError):
    """A model or policy file cannot be used."""

    exit_code = 2


@dataclass
class TrainingError(LinkageError):
    """Training, labels or a sample cannot give what was asked; each reason is one sentence without personal data."""

    reasons: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(self.reasons)


class LedgerError(LinkageError):
    """The workspace is missing, locked by another writer, or written by another version."""

    exit_code = 2


class WriterBusy(LedgerError):
    """Somebody else writes the workspace, for longer than was waited; nothing was changed."""

    retryable = True


@dataclass
class FileDamaged(LinkageError):
    """A file of the workspace is not what was written; only an earlier copy helps.

    Args:
        file: as it lies in the workspace.
    """

    file: Path

    def __str__(self) -> str:
        return f"{self.file} is damaged; look with: crosslane doctor --full; restore it from a backup"


class UnknownRecord(LinkageError):
    """An id names no record and no identity of the workspace."""

    exit_code = 2
