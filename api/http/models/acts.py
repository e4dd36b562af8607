"""What requests share that change something: who asks is known, why is always asked."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

MAX_REASON, MAX_WRITTEN = 2_000, 20_000
MAX_NUMBER = 2**53 - 1
"""Largest number that every JSON reader keeps as it is."""


def _says_something(text: str) -> str:
    if not text.strip():
        message = "say something"
        raise ValueError(message)
    return text.strip()


ReasonText = Annotated[
    str,
    Field(min_length=1, max_length=MAX_REASON, description="Why, in words that others can check."),
    AfterValidator(_says_something),
]
WrittenText = Annotated[str, Field(min_length=1, max_length=MAX_WRITTEN), AfterValidator(_says_something)]
NameText = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_says_something)]
ReferenceText = Annotated[
    str, Field(min_length=1, max_length=1_000, description="Identity id, former id or source/record_id.")
]


class Because(BaseModel):
    """Why something is done."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "seen in the court file"}]})

    reason: ReasonText
