"""The document of measures."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Measures(BaseModel):
    """What was measured, each figure with its base; null where it was not."""

    model_config = ConfigDict(extra="allow")

    as_of: str | None
    policy: str
    least_base: int
    lag: dict[str, Any]
    agreement: dict[str, Any]
    bands: dict[str, Any]
    links: dict[str, Any]
