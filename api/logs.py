"""The log of a server: one JSON object a line, of which nothing came from a request or a record.

What a library says in a message may hold a value of a person, and so may the text of an exception. So only our own
lines are written as they are. Of the web server's messages the template is, without what would be filled in; of others
only which line said something; and of an exception its type and the line that raised it.
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from pathlib import PurePath
from types import TracebackType
from typing import Any, TextIO

import orjson

OURS = "crosslane"
_SERVER = "uvicorn"
_FIELDS = "fields"


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "log": record.name,
            "event": _event(record),
            **getattr(record, _FIELDS, {}),
        }
        if record.exc_info and record.exc_info[0]:
            line |= {"error": record.exc_info[0].__name__, "where": where(record.exc_info[2])}
        return orjson.dumps(line, default=str).decode()


def _event(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] in (OURS, _SERVER):
        return str(record.msg).strip()
    return f"said by {record.module}:{record.lineno}"


def say(log: logging.Logger, event: str, level: int = logging.INFO, **fields: Any) -> None:
    """The event is one line of the log.

    Args:
        event: a fixed text.
        fields: ids, counts, times and names of our own; never what somebody sent or what is held of a person.
    """
    log.log(level, event, extra={_FIELDS: fields})


def to_stderr(stream: TextIO | None = None) -> None:
    """What is logged in this process goes to standard error as JSON lines: all of ours, warnings of others."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    root, ours = logging.getLogger(), logging.getLogger(OURS)
    root.handlers[:] = [handler]
    ours.handlers[:] = []
    ours.propagate = True
    ours.setLevel(logging.INFO)


def where(traceback: TracebackType | None) -> str | None:
    """File and line that raised, the last of ours where there is one."""
    found = None
    while traceback is not None:
        path = PurePath(traceback.tb_frame.f_code.co_filename)
        if found is None or not {"site-packages", "lib"} & set(path.parts):
            found = f"{'/'.join(path.parts[-2:])}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return found
