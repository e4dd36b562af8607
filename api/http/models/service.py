"""Answers about the service itself; none tells of a person."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel


class Health(BaseModel):
    """Whether the process answers."""

    status: str = "ok"


class Readiness(BaseModel):
    """Whether the workspace can be read and audited."""

    status: str
    checks: list[dict[str, Any]]
