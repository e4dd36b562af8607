"""Days in requests: within a range in which calendars and periods can be worked out."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import Field

FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)

Day = Annotated[date, Field(ge=FIRST, le=LAST, description=f"{FIRST} to {LAST}.")]
"""A day in a body."""
DayParameter = Annotated[date | None, Query(ge=FIRST, le=LAST, description="As known on this day, YYYY-MM-DD.")]
"""A day to look back to; none for what is known now."""
