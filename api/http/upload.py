"""A file sent as multipart/form-data, written to disk as it comes in: never the whole of it in memory."""

from __future__ import annotations

import errno
from collections.abc import Callable

from fastapi import HTTPException, Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api.jobs.incoming import Arrival, safe_name

FILE = "file"
BATCH = 1 << 20
"""Bytes handed to a thread at a time."""
MOST_FIELD = 1000
"""Bytes of a field that is no file."""
MOST_PARTS = 20


class Upload:
    """One form on its way in.

    Args:
        open_file: makes the file of the name that it is to be kept under.
        max_size: bytes of the file.
    """

    def __init__(self, boundary: bytes, open_file: Callable[[str], Arrival], max_size: int) -> None:
        self.arrival: Arrival | None = None
        self.fields: dict[str, str] = {}
        self._open, self._max_size = open_file, max_size
        self._parts = 0
        self._is_over = False
        self._header, self._value = bytearray(), bytearray()
        self._headers: dict[bytes, bytes] = {}
        self._name = ""
        self._text = bytearray()
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._on_part_begin,
                "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers_finished,
                "on_part_data": self._on_part_data,
                "on_part_end": self._on_part_end,
                "on_end": self._on_end,
            },
        )

    def feed(self, data: bytes) -> None:
        """The bytes are the form's next.

        Raises:
            HTTPException: they are no part of such a form, or too many.
        """
        try:
            self._parser.write(data)
        except FormParserError:
            raise HTTPException(400, "the body is no multipart/form-data") from None
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise HTTPException(507, "there is no room for the file; ask whoever runs this service") from None
            raise

    def received(self) -> Arrival:
        """The file, once the whole form was fed.

        Raises:
            HTTPException: the form broke off, or holds no file.
        """
        if not self._is_over:
            raise HTTPException(400, "the body broke off before its end; send it again")
        if self.arrival is None:
            raise HTTPException(422, f"give the file as the field {FILE}, with a file name")
        return self.arrival

    def _on_part_begin(self) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise HTTPException(422, f"the form has more than {MOST_PARTS} fields")
        self._headers = {}

    def _on_header_end(self) -> None:
        self._headers[bytes(self._header).lower()] = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        self._text.clear()
        if self._name == FILE:
            if self.arrival is not None:
                raise HTTPException(422, "the form has more than one file; send each as a load of its own")
            self.arrival = self._open(safe_name(options.get(b"filename", b"").decode("utf-8", "replace")))

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._name == FILE:
            assert self.arrival is not None, "made with the part's headers"
            if self.arrival.size + end - start > self._max_size:
                raise HTTPException(413, f"the file is over {self._max_size} bytes")
            self.arrival.write(data[start:end])
            return
        if len(self._text) + end - start > MOST_FIELD:
            raise HTTPException(422, f"a field is longer than {MOST_FIELD} bytes")
        self._text.extend(data[start:end])

    def _on_part_end(self) -> None:
        if self._name == FILE:
            return
        if self._name in self.fields:
            raise HTTPException(422, "a field is there twice")
        try:
            self.fields[self._name] = self._text.decode("utf-8")
        except UnicodeDecodeError:
            raise HTTPException(422, "a field is no UTF-8 text") from None

    def _on_end(self) -> None:
        self._is_over = True


def boundary_of(request: Request) -> bytes:
    """What parts the fields of a form from each other.

    Raises:
        HTTPException: the body is no such form.
    """
    kind, options = parse_options_header(request.headers.get("content-type", "").encode("latin-1"))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 0 < len(boundary) <= 70:
        raise HTTPException(415, "send the file as multipart/form-data")
    return boundary


async def receive(request: Request, upload: Upload) -> None:
    """The whole body was fed to `upload`; the only coroutine here, since nothing else hands out a body piece by piece.

    Raises:
        HTTPException: it broke off, or was refused.
    """
    pending = bytearray()
    try:
        async for chunk in request.stream():
            pending += chunk
            if len(pending) >= BATCH:
                await run_in_threadpool(upload.feed, bytes(pending))
                pending.clear()
    except ClientDisconnect:
        raise HTTPException(400, "the body broke off before its end; send it again") from None
    await run_in_threadpool(upload.feed, bytes(pending))
