"""Answers about who saw and changed what."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class AuditRow(BaseModel):
    """One thing that somebody saw or changed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "n": 812,
                    "at": "2026-06-30T09:12:00.125+00:00",
                    "actor": "ana",
                    "action": "show",
                    "identity_id": "D-5VC6K34XQD",
                    "detail": "for review",
                }
            ]
        }
    )

    n: int
    at: str
    actor: str
    action: str
    identity_id: str | None
    detail: Annotated[str | None, Field(description="Purpose, ids and counts only.")]


class AuditPage(BaseModel):
    """Some entries, the newest first; follow `next_cursor` until it is null."""

    rows: list[AuditRow]
    next_cursor: str | None
