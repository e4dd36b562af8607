"""How long work says where it stands, whatever shows it."""

from __future__ import annotations

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
