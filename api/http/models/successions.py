"""Requests and answers about carriers that may be another one reopened."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from api.http.models.acts import Because
from graph.successors import Ruling

_ROW: dict[str, JsonValue] = {
    "older": "US/carrier-1",
    "older_name": "Northstar Haulage LLC",
    "younger": "US/carrier-2",
    "younger_name": "North Star Hauling Inc",
    "answer": "possible",
    "probability": 0.81,
    "bits": 2.1,
    "since": "2026-02-01",
    "known_on": "2026-06-30",
    "is_ordered": True,
    "says": "the same trucks and the same address within a month",
    "reasons": [],
    "ruling": None,
    "ruling_n": None,
    "ruled_by": None,
    "ruled_at": None,
    "reason": None,
}
_Carrier = Annotated[str, Field(min_length=1, max_length=500, description="Carrier as the list names it.")]


class SuccessionRow(BaseModel):
    """Two carriers, what comparing them says, and what a person ruled."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [_ROW]})

    older: str
    older_name: str | None
    younger: str
    younger_name: str | None
    answer: str | None
    probability: float | None
    bits: float | None
    reasons: list[dict[str, Any]]
    ruling: str | None
    ruling_n: int | None


class SuccessionPage(BaseModel):
    """Some pairs, the likeliest first; follow `next_cursor` until it is null."""

    rows: list[SuccessionRow]
    next_cursor: str | None
    total: int
    as_of: str | None


class RulingRequest(Because):
    """One carrier is the other reopened, or it is not."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "older": "US/carrier-1",
                    "younger": "US/carrier-2",
                    "ruling": "confirmed",
                    "reason": "the same owner signed both filings",
                }
            ]
        }
    )

    older: _Carrier
    younger: _Carrier
    ruling: Ruling


class RulingAnswer(BaseModel):
    """The ruling, and what followed from it at once."""

    model_config = ConfigDict(extra="allow")

    ruling: dict[str, Any]
    rescored: int
    reviews_opened: int
    reviews_reopened: int
