"""The answer to why two records or identities are one person."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field


class AttributeBits(BaseModel):
    """What one attribute says, in bits for or against."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "attribute": "birth_date",
                    "level": "exact",
                    "bits": 11.2,
                    "left": "1971-01-01",
                    "right": "1971-01-01",
                    "note": "",
                }
            ]
        },
    )

    attribute: str
    level: str
    bits: float


class WhyView(BaseModel):
    """Same, possible or different, bit by bit: `prior_bits` and the bits of the attributes add up to `bits`."""

    model_config = ConfigDict(extra="allow")

    verdict: str
    left: str
    right: str
    probability: Annotated[float, Field(ge=0, le=1)]
    bits: float
    prior_bits: float
    by_attribute: list[AttributeBits]
    chain: list[dict[str, Any]]
    together: list[dict[str, Any]]
    decisions: list[dict[str, Any]]
    conflicts: list[Any]
    model: str
