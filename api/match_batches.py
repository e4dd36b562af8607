"""Records of several requests worked on together, since most of the cost of one is the cost of starting."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

PART = 50
"""Records of one request that wait at a time, so that a long request lets short ones in between."""
MOST = 100
"""Records worked on at a time; bounds the memory of a process and how long a request waits for others."""
LINGER_S = 0.005
"""Seconds for which others may join a batch: those who were just answered ask again at about the same time."""


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
        self._changed = threading.Condition()
        self._is_busy = False

    def run(self, items: Sequence[Item]) -> list[Answer]:
        """One answer a record.

        Raises:
            Exception: what the work on a batch with these records raised.
        """
        out: list[Answer] = []
        for begin in range(0, len(items), PART):
            ticket = _Ticket[Item, Answer](items[begin : begin + PART])
            self._wait_for(ticket)
            if ticket.error is not None:
                raise ticket.error
            out.extend(ticket.answers)
        return out

    def _wait_for(self, ticket: _Ticket[Item, Answer]) -> None:
        """The ticket is done: by whoever is at work, or by this thread with all others that wait."""
        with self._changed:
            self._waiting.append(ticket)
            self._changed.wait_for(lambda: ticket.is_done or not self._is_busy)
            if ticket.is_done:
                return
            self._is_busy = True
        try:
            while not ticket.is_done:
                time.sleep(LINGER_S)
                self._next()
        finally:
            with self._changed:
                self._is_busy = False
                self._changed.notify_all()

    def _next(self) -> None:
        batch = self._take()
        try:
            answers = self._work([item for ticket in batch for item in ticket.items])
            begin = 0
            for ticket in batch:
                ticket.answers = answers[begin : begin + len(ticket.items)]
                begin += len(ticket.items)
        except Exception as error:
            for ticket in batch:
                ticket.error = error
        with self._changed:
            for ticket in batch:
                ticket.is_done = True
            self._changed.notify_all()

    def _take(self) -> list[_Ticket[Item, Answer]]:
        with self._changed:
            count, size = 0, 0
            for ticket in self._waiting:
                size += len(ticket.items)
                if count and size > MOST:
                    break
                count += 1
            batch, self._waiting = self._waiting[:count], self._waiting[count:]
        return batch
