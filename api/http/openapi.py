"""The description of the API: problems under the media type that they are sent in."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from api.http.problems import MEDIA_TYPE

_JSON = "application/json"
_PROBLEM = {"$ref": "#/components/schemas/Problem"}


def install(app: FastAPI) -> None:
    """The app describes itself so."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        is_new = app.openapi_schema is None
        document = plain()
        if is_new:
            for path in document["paths"].values():
                for operation in path.values():
                    _tell(operation["responses"])
        return document

    app.openapi = described  # type: ignore[method-assign]


def _tell(responses: dict[str, Any]) -> None:
    """FastAPI writes every answer down as JSON, and its own errors for what does not fit."""
    for response in responses.values():
        content = response.get("content", {})
        shape = content.get(_JSON, {}).get("schema", {})
        if shape == _PROBLEM:
            content[MEDIA_TYPE] = content.pop(_JSON)
