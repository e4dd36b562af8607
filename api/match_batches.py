"""Rows of several requests worked on together, since half of the cost of one row is the cost of starting."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import polars as pl

Answer = TypeVar("Answer")

PART = 50
"""Rows of one request that wait at a time, so that a long request lets short ones in between."""
MOST = 100
"""Rows worked on at a time; bounds the memory of a process and how long a request waits for others."""


@dataclass
class _Ticket(Generic[Answer]):
    rows: pl.DataFrame
    answers: Sequence[Answer] = field(default_factory=list)
    is_done: bool = False
    error: Exception | None = None


class Batches(Generic[Answer]):
    """Answers rows, one batch at a time; safe to share between threads.

    Args:
        work: rows to one answer each, in order; an answer depends on its row alone.
    """

    def __init__(self, work: Callable[[pl.DataFrame], Sequence[Answer]]) -> None:
        self._work = work
        self._waiting: list[_Ticket[Answer]] = []
        self._queue = threading.Lock()
        self._turn = threading.Lock()

    def run(self, rows: pl.DataFrame) -> list[Answer]:
        """One answer a row.

        Raises:
            Exception: what the work on a batch with these rows raised.
        """
        out: list[Answer] = []
        for begin in range(0, len(rows), PART):
            ticket = _Ticket[Answer](rows[begin : begin + PART])
            with self._queue:
                self._waiting.append(ticket)
            with self._turn:
                # Whoever has the turn works for all who wait; a ticket may so be done before its owner's turn.
                while not ticket.is_done:
                    self._next()
            if ticket.error is not None:
                raise ticket.error
            out.extend(ticket.answers)
        return out

    def _next(self) -> None:
        with self._queue:
            count, size = 0, 0
            for ticket in self._waiting:
                size += len(ticket.rows)
                if count and size > MOST:
                    break
                count += 1
            batch, self._waiting = self._waiting[:count], self._waiting[count:]
        try:
            answers = self._work(pl.concat([ticket.rows for ticket in batch]))
            begin = 0
            for ticket in batch:
                ticket.answers = answers[begin : begin + len(ticket.rows)]
                begin += len(ticket.rows)
        except Exception as error:
            for ticket in batch:
                ticket.error = error
        for ticket in batch:
            ticket.is_done = True
