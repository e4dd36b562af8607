"""How much may be sent, and how long a request waits for what it asked for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of writes over HTTP.

    Args:
        max_upload: bytes of a file.
        wait_s: seconds until a request whose work is not done yet is told where to follow it.
    """

    max_upload: int = 2_000_000_000
    wait_s: float = 10.0
