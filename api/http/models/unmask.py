"""The request to see identifiers in full, with an example about an invented person."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

SHORTEST = 10
"""Characters of a reason that says something (assumed)."""


class UnmaskRequest(BaseModel):
    """Why the identifiers must be seen; the audit keeps it for good, so it names nobody."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "the licence number goes into request R-000041 to MX"}]},
    )

    reason: Annotated[str, Field(min_length=SHORTEST, max_length=400)]

    @field_validator("reason")
    @classmethod
    def _says_something(cls, text: str) -> str:
        if len(text.strip()) < SHORTEST or not text.isprintable():
            message = f"say why in words, in {SHORTEST} characters or more"
            raise ValueError(message)
        return text.strip()
