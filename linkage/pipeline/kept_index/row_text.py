"""Rows of text in one block of bytes, so that a few of a million are read without reading the others.

A missing text and an empty one are the same here, as they are to every comparison and key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage.schema import PERSON

Longs = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

_LEFT_OUT = ("raw", "source", "file", "line", "known_on", "content", "record_id", "is_derogatory")
COLUMNS: tuple[str, ...] = tuple(PERSON.without(*_LEFT_OUT))
"""What matching and explaining read of a person record, its key first; all text or lists of text."""

_FIELD, _ITEM = "\0", "\n"
"""Text with NUL is refused by every reader; names and attributes in lists are folded words without line breaks."""


@dataclass(frozen=True)
class RowText:
    """Rows ordered by key.

    Args:
        starts: where each row begins in `text`, and where the last one ends.
        text: UTF-8, fields in the order of COLUMNS.
    """

    starts: Longs
    text: Bytes

    @classmethod
    def of(cls, rows: pl.DataFrame) -> RowText:
        """The rows of a frame that has COLUMNS."""
        lines = rows.select(pl.concat_str([_plain(name) for name in COLUMNS], separator=_FIELD)).to_series()
        starts = np.append(0, np.cumsum(lines.str.len_bytes().to_numpy().astype(np.int64)))
        return cls(starts, np.frombuffer("".join(lines.to_list()).encode(), dtype=np.uint8))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def frame(self, places: npt.NDArray[np.integer[Any]]) -> pl.DataFrame:
        """Some of the rows, in the order asked for, with COLUMNS."""
        lines = pl.Series("line", [self._line(int(place)).decode() for place in places], dtype=pl.String)
        fields = lines.str.split_exact(_FIELD, len(COLUMNS) - 1).struct.unnest()
        fields.columns = list(COLUMNS)
        return fields.select(_typed(name) for name in COLUMNS)

    def keys(self, places: npt.NDArray[np.int32]) -> list[str]:
        """Keys of some of the rows."""
        return [self._key(int(place)).decode() for place in places]

    def _key(self, place: int) -> bytes:
        return self._line(place).split(b"\0", 1)[0]

    def _line(self, place: int) -> bytes:
        return self.text[self.starts[place] : self.starts[place + 1]].tobytes()


def _plain(name: str) -> pl.Expr:
    column = pl.col(name)
    text = column.list.join(_ITEM) if isinstance(PERSON.columns[name], pl.List) else column
    return text.fill_null("")


def _typed(name: str) -> pl.Expr:
    text = pl.when(pl.col(name) != "").then(pl.col(name))
    return (text.str.split(_ITEM) if isinstance(PERSON.columns[name], pl.List) else text).alias(name)
