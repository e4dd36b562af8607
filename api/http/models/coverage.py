"""Answers about what was checked on enrolled drivers."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue

_CELL: dict[str, JsonValue] = {
    "identity_id": "D-5VC6K34XQD",
    "country": "MX",
    "record_type": "criminal",
    "result": "never",
    "checked_on": None,
    "age_days": None,
    "gap_since": "2024-04-03",
    "because": ["residence"],
    "may_go_to": [],
}


class CoverageCell(BaseModel):
    """What was last answered on one driver about one record type of one country."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [_CELL]})

    identity_id: str
    country: str
    record_type: str
    result: Annotated[str, Field(description="clear, derogatory, not_shared, stale or never.")]
    checked_on: str | None
    age_days: int | None
    gap_since: str | None
    because: Annotated[list[str], Field(description="Why the country matters.")]
    may_go_to: Annotated[list[str], Field(description="Countries that may be told the fact that the answer rests on.")]


class CoveragePage(BaseModel):
    """Some cells; follow `next_cursor` until it is null."""

    rows: list[CoverageCell]
    next_cursor: str | None
    total: int
    as_of: str
    policy: str


class BoardRow(BaseModel):
    """Enrolled drivers counted for one record type of one country."""

    model_config = ConfigDict(extra="allow")

    country: str
    record_type: str
    drivers: int
    unknown: int
    unknown_share: float | None
    oldest_gap: str | None


class Board(BaseModel):
    """Coverage counted; nobody is named."""

    rows: list[BoardRow]
    as_of: str
    policy: str
    drivers: int


class OldestRow(BaseModel):
    """A driver about whom something is unknown."""

    model_config = ConfigDict(extra="allow")

    identity_id: str
    gap_since: str | None
    gap_days: int | None
    gaps: int
    cells: int


class Oldest(BaseModel):
    """Drivers with a gap, the oldest first."""

    rows: list[OldestRow]
    as_of: str
    policy: str
    total: int
    truncated: bool
    notice: str | None
