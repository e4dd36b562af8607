"""The description of the API: problems under the media type that they are sent in."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from api.http.models.reconcile import Batch
from api.http.problems import MEDIA_TYPE

BY_HAND: tuple[type[BaseModel], ...] = (Batch,)
"""Bodies that routes read themselves, since they come in more than one form."""
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
            for model in BY_HAND:
                document["components"]["schemas"].update(_shapes(model))
        return document

    app.openapi = described  # type: ignore[method-assign]


def _shapes(model: type[BaseModel]) -> dict[str, Any]:
    """The model's schema and those of its parts, by name."""
    whole = model.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**whole.pop("$defs", {}), model.__name__: whole}


def _tell(responses: dict[str, Any]) -> None:
    """FastAPI writes every answer down as JSON, and its own errors for what does not fit."""
    for response in responses.values():
        content = response.get("content", {})
        shape = content.get(_JSON, {}).get("schema", {})
        if shape == _PROBLEM:
            content[MEDIA_TYPE] = content.pop(_JSON)
