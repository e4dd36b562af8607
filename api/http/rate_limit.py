"""How often one caller may ask. Each process counts for itself: N workers together let N times as much through."""

from __future__ import annotations

import math
import time

from fastapi import HTTPException
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter, RateLimiter, SlidingWindowCounterRateLimiter

from api.access_settings import RateLimits
from api.roles import Caller

TOO_MANY = 429


class Rates:
    """Counts requests by caller, and logins by address and by name.

    Logins are counted one by one, over the last sixty seconds exactly. Callers ask so often that two counters stand
    for each, of this minute and of the one before it: what is let through is right but for some at a minute's turn.
    """

    def __init__(self, limits: RateLimits) -> None:
        self._limits = limits
        self._callers = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._logins = MovingWindowRateLimiter(MemoryStorage())

    def request(self, caller: Caller) -> None:
        """One more request of a caller.

        Raises:
            HTTPException: 429 with Retry-After; likewise below.
        """
        a_minute = self._limits.user if caller.is_person else self._limits.key
        _count(self._callers, a_minute, "caller", caller.actor)

    def first_sight(self, address: str) -> None:
        """One more secret from an address that argon2id has to look at."""
        _count(self._logins, self._limits.login, "address", address)

    def login(self, address: str, name: str) -> None:
        """One more login from an address, under a name that may be nobody's."""
        self.first_sight(address)
        _count(self._logins, self._limits.name, "name", name.casefold())


def _count(windows: RateLimiter, a_minute: int, what: str, who: str) -> None:
    if not a_minute:
        return
    window = RateLimitItemPerMinute(a_minute)
    if windows.hit(window, what, who):
        return
    seconds = max(1, math.ceil(windows.get_window_stats(window, what, who).reset_time - time.time()))
    raise HTTPException(TOO_MANY, f"too many requests; wait {seconds} seconds", headers={"Retry-After": str(seconds)})
