"""A progress bar on standard error for work that takes longer than two seconds on a terminal."""

from __future__ import annotations

import threading

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

DELAY_S = 2.0


class BarProgress:
    """Shows the stages of one piece of work; a context manager.

    Args:
        console: where the bar goes; nothing is shown where it is no terminal.
        delay_s: seconds before the first sight of it.
    """

    def __init__(self, console: Console, delay_s: float = DELAY_S) -> None:
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._lock = threading.Lock()
        self._task: TaskID | None = None
        self._is_over = False
        self._is_started = False
        self._timer = threading.Timer(delay_s, self._start)
        self._timer.daemon = True
        self._is_shown = console.is_terminal

    def __enter__(self) -> BarProgress:
        if self._is_shown:
            self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            self._is_over = True
            if self._is_started:
                self._bar.stop()

    def stage(self, name: str, total: int | None = None) -> None:
        """Another stage has begun."""
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(name, total=total)

    def advance(self, steps: int = 1) -> None:
        """So many more of the stage's items are done."""
        if self._task is not None:
            self._bar.advance(self._task, steps)

    def _start(self) -> None:
        with self._lock:
            if not self._is_over:
                self._is_started = True
                self._bar.start()
