"""How long work says where it stands, whatever shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Progress(Protocol):
    """Told by long work what it does and how far it is."""

    def stage(self, name: str, total: int | None = None) -> None:
        """A new stage has begun; `total` steps of it are to come, if that is known."""
        ...

    def advance(self, steps: int = 1) -> None:
        """So many more steps of the stage are done."""
        ...


class Silent:
    """Progress that nobody watches."""

    def stage(self, name: str, total: int | None = None) -> None:
        """Nothing is shown."""

    def advance(self, steps: int = 1) -> None:
        """Nothing is shown."""


def percent(progress: Progress) -> Callable[[float], None]:
    """Tells a stage of a hundred steps the share that is done, in [0, 1]."""
    shown = [0]

    def report(done: float) -> None:
        step = int(done * 100) - shown[0]
        shown[0] += step
        progress.advance(step)

    return report
