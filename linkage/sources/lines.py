"""Physical lines of a text file: decoded exactly or not at all, numbered from 1, read in blocks of bounded size."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader
from itertools import chain
from pathlib import Path

from linkage.errors import SourceError

BLOCK = 1 << 20
"""Bytes read at a time."""

HERE = "\ufffd"
"""Stands where a fault is, as the last character of a text that is refused."""

_BOMS = (
    # UTF-32 first: its little-endian mark begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MARKS = re.compile(r'"|\r\n|\r|\n')
_NEED_BOM = {"utf-16", "utf-32"}
_PACKED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "ZIP or Excel",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"(\xb5/\xfd": "zstd",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Why the text of a file ends before the file does."""

    rule: str
    message: str


def opened(path: Path) -> BufferedReader:
    """The file, open for reading bytes.

    Raises:
        SourceError: it cannot be opened.
    """
    try:
        return path.open("rb")
    except (OSError, ValueError) as error:
        message = f"the file cannot be read ({type(error).__name__}); check the path and its permissions"
        raise SourceError(path, "file-not-readable", message) from error


def encoding_of(path: Path, head: bytes, declared: str) -> str:
    """The encoding to read the text in: of the byte-order mark if there is one, else the declared one.

    Raises:
        SourceError: the file is packed, or its declared encoding needs a mark it does not have.
    """
    for magic, name in _PACKED.items():
        if head.startswith(magic):
            raise SourceError(path, "file-packed", f"the file is packed ({name}); unpack it or export it as CSV first")
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    if declared in _NEED_BOM:
        message = f"{declared} is declared but there is no byte-order mark; declare {declared}-le or {declared}-be"
        raise SourceError(path, "byte-order-unknown", message)
    return declared


def text_of(stream: BufferedReader, encoding: str, digest: hashlib._Hash, faults: list[Fault]) -> Iterator[str]:
    """The text in blocks, until the end or the first fault, which is then added to `faults`.

    Bytes that cannot be decoded and NUL characters are faults; what stands before them is still handed on with `HERE`
    in their place, so that the reader can tell line and column. Every byte read is added to the digest.
    """
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    while True:
        block = stream.read(BLOCK)
        digest.update(block)
        state = decoder.getstate()
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            decoder.setstate(state)
            # The decoder may have held back bytes of the block before, or taken a mark off this one.
            good = len(block) - (len(error.object) - error.start)
            yield decoder.decode(block[: max(good, 0)]) + HERE
            faults.append(_undecodable(encoding))
            return
        except UnicodeError:
            yield HERE
            faults.append(_undecodable(encoding))
            return
        nul = text.find("\0")
        if nul >= 0:
            yield text[:nul] + HERE
            message = "a NUL character: the file is binary, damaged or in UTF-16; export it as UTF-8 text"
            faults.append(Fault("nul-character", message))
            return
        if text:
            yield text
        if not block:
            return


def _undecodable(encoding: str) -> Fault:
    shown = encoding.removesuffix("-sig")
    message = f"bytes that are not {shown}; declare the file's encoding (for example --encoding cp1252)"
    return Fault("undecodable-bytes", message)


class Lines:
    """Physical lines of a text, numbered, with a way back.

    The terminator is the first one outside quotes: after CR alone, lines end at CR; else at LF, and a CR before it
    stays at the end of the line for the reader to judge (in a quoted field it belongs to the text).

    Args:
        blocks: the text.
        terminator: where it is known already.
    """

    __slots__ = ("_ahead", "_blocks", "_ready", "_rest", "number", "terminator")

    def __init__(self, blocks: Iterator[str], terminator: str | None = None) -> None:
        first = next(blocks, "")
        if first.endswith("\r"):
            first += next(blocks, "")  # CR or CRLF: the next character tells
        self.terminator = terminator or _terminator(first)
        self.number = 0  # of the line handed out last
        self._blocks = chain((first,), blocks)
        self._ready: Iterator[str] = iter(())
        self._rest: list[str] = []
        self._ahead: deque[str] = deque()

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        if self._ahead:
            self.number += 1
            return self._ahead.popleft()
        for line in self._ready:
            self.number += 1
            return line
        self._fill()
        self.number += 1
        return next(self._ready)

    def back(self, lines: Sequence[str]) -> None:
        """The lines, which were the last ones handed out, will be handed out again."""
        self._ahead.extendleft(reversed(lines))
        self.number -= len(lines)

    def _fill(self) -> None:
        """The next lines are ready.

        Raises:
            StopIteration: there is no further line.
        """
        for block in self._blocks:
            *whole, last = block.split(self.terminator)
            if whole:
                whole[0] = "".join((*self._rest, whole[0]))
                self._rest = [last] if last else []
                self._ready = iter(whole)
                return
            if last:
                self._rest.append(last)
        if not self._rest:
            raise StopIteration
        self._ready = iter(["".join(self._rest)])
        self._rest = []


def _terminator(text: str) -> str:
    """CR where the first line end outside quotes is a CR alone, else LF."""
    quotes = 0
    for found in _MARKS.finditer(text):
        mark = found.group()
        if mark == '"':
            quotes += 1
        elif quotes % 2 == 0:
            return "\r" if mark == "\r" else "\n"
    return "\n" if "\n" in text or "\r" not in text else "\r"
