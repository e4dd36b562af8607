"""Requests and answers of logins, with examples of invented people."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.accounts.purpose import MAX_REFERENCE, Purpose
from api.accounts.users import MAX_NAME, MAX_PASSWORD
from api.roles import Role

Reference = Annotated[
    str, Field(max_length=MAX_REFERENCE, description="Number of the case it is for; letters, digits and ` ./_-`.")
]


class LoginRequest(BaseModel):
    """Who logs in, and what they need records of people for."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "user": "b.okafor",
                    "password": "a sentence nobody else says",
                    "purpose": "recurrent vetting",
                    "reference": "C-2026-17",
                }
            ]
        },
    )

    user: Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
    password: Annotated[str, Field(min_length=1, max_length=MAX_PASSWORD)]
    purpose: Purpose
    reference: Reference = ""
    new_password: Annotated[
        str, Field(max_length=MAX_PASSWORD, description="What the password is to be from now on.")
    ] = ""


class SessionView(BaseModel):
    """Who asks, what they may do and why they look."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "user": "b.okafor",
                    "role": "reviewer",
                    "purpose": "recurrent vetting C-2026-17",
                    "csrf_token": "kS0Xn3pB0T8",
                    "idle_until": "2026-06-30T10:30:00Z",
                    "ends_at": "2026-06-30T22:00:00Z",
                }
            ]
        }
    )

    user: str
    role: Role
    purpose: str
    csrf_token: Annotated[
        str | None,
        Field(description="Goes into the header X-CSRF-Token of every change; null for a key."),
    ]
    idle_until: Annotated[str | None, Field(description="It ends then if nothing is asked before; null for a key.")]
    ends_at: Annotated[str | None, Field(description="It ends then in any case; null for a key.")]


class ProviderLogin(BaseModel):
    """What somebody who logs in at the provider needs records of people for."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"purpose": "review", "reference": "C-2026-17", "then": "/"}]}
    )

    purpose: Purpose
    reference: Reference = ""
    then: Annotated[
        str,
        Field(
            max_length=200,
            pattern=r"^(/[0-9A-Za-z_-]+)*/?$",
            description="Path of this service that the browser goes to afterwards; without it, it is told its session.",
        ),
    ] = ""


class ProviderPlace(BaseModel):
    """Where the browser must go to log in."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"url": "https://login.example/auth?client_id=crosslane&state=4tT0dZ"}]}
    )

    url: str
