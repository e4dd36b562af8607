"""Which letters the shipped fonts can draw, read from the table in each font that says so.

A letter that no font has would be drawn as an empty box, which tells a reader nothing: its code is printed instead.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

_BY_SEGMENT, _BY_GROUP = 4, 12
"""Formats of the table: of 16-bit letters in segments, and of all letters in groups (OpenType 1.9.1, cmap)."""


def drawable(fonts: Iterable[Path]) -> frozenset[int]:
    """Code points that at least one of the fonts has a picture of."""
    return frozenset(point for font in fonts for point in _points(font.read_bytes()))


def _points(font: bytes) -> Iterator[int]:
    table = _table(font, b"cmap")
    (count,) = struct.unpack_from(">H", table, 2)
    for entry in range(count):
        (offset,) = struct.unpack_from(">I", table, 4 + entry * 8 + 4)
        (form,) = struct.unpack_from(">H", table, offset)
        if form == _BY_SEGMENT:
            yield from _of_segments(table[offset:])
        elif form == _BY_GROUP:
            yield from _of_groups(table[offset:])


def _table(font: bytes, tag: bytes) -> bytes:
    (count,) = struct.unpack_from(">H", font, 4)
    for entry in range(count):
        name, _, offset, length = struct.unpack_from(">4sIII", font, 12 + entry * 16)
        if name == tag:
            return font[offset : offset + length]
    raise ValueError(f"the font has no table {tag.decode()}")


def _of_segments(table: bytes) -> Iterator[int]:
    (doubled,) = struct.unpack_from(">H", table, 6)
    count = doubled // 2
    ends = struct.unpack_from(f">{count}H", table, 14)
    starts = struct.unpack_from(f">{count}H", table, 16 + doubled)
    deltas = struct.unpack_from(f">{count}H", table, 16 + 2 * doubled)
    places = struct.unpack_from(f">{count}H", table, 16 + 3 * doubled)
    for segment, (start, end) in enumerate(zip(starts, ends, strict=True)):
        for point in range(start, end + 1):
            glyph = point + deltas[segment]
            if places[segment]:  # counted from the place itself
                at = 16 + 3 * doubled + 2 * segment + places[segment] + 2 * (point - start)
                (found,) = struct.unpack_from(">H", table, at) if at + 2 <= len(table) else (0,)
                glyph = found and found + deltas[segment]
            if glyph & 0xFFFF:
                yield point


def _of_groups(table: bytes) -> Iterator[int]:
    (count,) = struct.unpack_from(">I", table, 12)
    for group in range(count):
        start, end, first = struct.unpack_from(">III", table, 16 + group * 12)
        yield from range(start + (first == 0), end + 1)
