"""Words a manifest or a user may say about a file: format, date order, mode, encoding, delimiter."""

from __future__ import annotations

import codecs
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from linkage.errors import SourceError


class FileFormat(StrEnum):
    """How rows are written. A file that shows another format by itself (Parquet mark, .jsonl) is read as that."""

    CSV = "csv"
    PARQUET = "parquet"
    JSONL = "jsonl"


class DateOrder(StrEnum):
    """Order of day, month and year where a date does not tell it; `unknown` keeps both readings."""

    YMD = "YMD"
    DMY = "DMY"
    MDY = "MDY"
    UNKNOWN = "unknown"


class LoadMode(StrEnum):
    """What a file stands for: some rows, all rows the partner holds, or keys to withdraw."""

    DELTA = "delta"
    SNAPSHOT = "snapshot"
    DELETE = "delete"


_UNSAFE_CODECS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "utf-7", "undefined", "mbcs", "oem"}
_DELIMITER_NAMES = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}


def checked_encoding(name: str) -> str:
    """The encoding's canonical name.

    Raises:
        ValueError: no text encoding of that name can be read from a file.
    """
    try:
        info = codecs.lookup(name)
        with suppress(UnicodeError):
            b"a".decode(name)  # LookupError where the codec is no text encoding, such as base64
    except (LookupError, ValueError) as error:
        message = "is no text encoding; use for example utf-8, utf-16, cp1252 or latin-1"
        raise ValueError(message) from error
    if info.name in _UNSAFE_CODECS or info.incrementaldecoder is None:
        message = "is no encoding of files; use for example utf-8, utf-16, cp1252 or latin-1"
        raise ValueError(message)
    return info.name


def checked_delimiter(text: str) -> str:
    """The delimiter as one character; `tab`, `comma`, `semicolon`, `pipe` and `space` may be spelled out.

    Raises:
        ValueError: it is not one character, or one that quotes or ends lines.
    """
    character = _DELIMITER_NAMES.get(text.lower(), text)
    if len(character) != 1 or character in '"\r\n\0\ufeff' or character.isalnum():
        message = 'must be one character such as "," ";" "|" or "tab"'
        raise ValueError(message)
    return character


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a user declares about one file, over what its manifest says; None = as the manifest says.

    Args:
        date_order: YMD, DMY, MDY or unknown.
        encoding: name of a text encoding.
        delimiter: one character, or its name.

    Raises:
        SourceError: one of them cannot be used.
    """

    date_order: str | None = None
    encoding: str | None = None
    delimiter: str | None = None

    def __post_init__(self) -> None:
        if self.date_order is not None and self.date_order not in list(DateOrder):
            _refuse("--date-order", f"must be one of {', '.join(DateOrder)}")
        try:
            if self.encoding is not None:
                object.__setattr__(self, "encoding", checked_encoding(self.encoding))
        except ValueError as error:
            _refuse("--encoding", str(error))
        try:
            if self.delimiter is not None:
                object.__setattr__(self, "delimiter", checked_delimiter(self.delimiter))
        except ValueError as error:
            _refuse("--delimiter", str(error))


def _refuse(option: str, message: str) -> None:
    raise SourceError(option, "option-not-usable", message)
