"""Code that a process loads stays until it ends, so the collector of garbage looks through it in vain."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Code is loaded in the block; the collector rests meanwhile."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def keep_loaded() -> None:
    """What this process holds now, the collector passes over from here on, at the end of the process too."""
    gc.freeze()
