"""How often one caller may ask. Each process counts for itself: N workers together let N times as much through."""

from __future__ import annotations

import math
import time

from fastapi import HTTPException
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from api.access_settings import RateLimits
from api.roles import Caller

TOO_MANY = 429


class Rates:
    """Counts requests by caller, and logins by address and by name."""

    def __init__(self, limits: RateLimits) -> None:
        self._limits = limits
        self._windows = SlidingWindowCounterRateLimiter(MemoryStorage())

    def request(self, caller: Caller) -> None:
        """One more request of a caller.

        Raises:
            HTTPException: 429 with Retry-After; likewise below.
        """
        self._count(self._limits.user if caller.is_person else self._limits.key, "caller", caller.actor)

    def first_sight(self, address: str) -> None:
        """One more secret from an address that argon2id has to look at."""
        self._count(self._limits.login, "address", address)

    def login(self, address: str, name: str) -> None:
        """One more login from an address, under a name that may be nobody's."""
        self.first_sight(address)
        self._count(self._limits.name, "name", name.casefold())

    def _count(self, a_minute: int, what: str, who: str) -> None:
        if not a_minute:
            return
        window = RateLimitItemPerMinute(a_minute)
        if self._windows.hit(window, what, who):
            return
        wait = self._windows.get_window_stats(window, what, who).reset_time - time.time()
        seconds = max(1, math.ceil(wait))
        raise HTTPException(
            TOO_MANY, f"too many requests; wait {seconds} seconds", headers={"Retry-After": str(seconds)}
        )
