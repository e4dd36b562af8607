"""Days in requests: as ISO text, within a range in which calendars and periods can be worked out."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import BeforeValidator, Field

FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _is_text(value: object) -> object:
    """A number is no day, though it could be taken for seconds since 1970."""
    if isinstance(value, date) or (isinstance(value, str) and _ISO.fullmatch(value)):
        return value
    message = "give a day as YYYY-MM-DD"
    raise ValueError(message)


Day = Annotated[date, BeforeValidator(_is_text), Field(ge=FIRST, le=LAST, description=f"{FIRST} to {LAST}.")]
"""A day in a body or a query."""
DayParameter = Annotated[Day | None, Query(description="As known on this day, YYYY-MM-DD.")]
"""A day to look back to; none for what is known now."""
