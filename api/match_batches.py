"""Records of several requests worked on together, since most of the cost of one is the cost of starting."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

PART = 50
"""Records of one request that wait at a time, so that a long request lets short ones in between."""
MOST = 100
"""Records worked on at a time; bounds the memory of a process and how long a request waits for others."""


@dataclass
class _Ticket(Generic[Item, Answer]):
    items: Sequence[Item]
    answers: Sequence[Answer] = field(default_factory=list)
    is_done: bool = False
    error: Exception | None = None


class Batches(Generic[Item, Answer]):
    """Answers records, one batch at a time; safe to share between threads.

    Args:
        work: records to one answer each, in order; an answer depends on its record alone.
    """

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[Answer]]) -> None:
        self._work = work
        self._waiting: list[_Ticket[Item, Answer]] = []
        self._queue = threading.Lock()
        self._turn = threading.Lock()

    def run(self, items: Sequence[Item]) -> list[Answer]:
        """One answer a record.

        Raises:
            Exception: what the work on a batch with these records raised.
        """
        out: list[Answer] = []
        for begin in range(0, len(items), PART):
            ticket = _Ticket[Item, Answer](items[begin : begin + PART])
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
                size += len(ticket.items)
                if count and size > MOST:
                    break
                count += 1
            batch, self._waiting = self._waiting[:count], self._waiting[count:]
        try:
            answers = self._work([item for ticket in batch for item in ticket.items])
            begin = 0
            for ticket in batch:
                ticket.answers = answers[begin : begin + len(ticket.items)]
                begin += len(ticket.items)
        except Exception as error:
            for ticket in batch:
                ticket.error = error
        for ticket in batch:
            ticket.is_done = True
