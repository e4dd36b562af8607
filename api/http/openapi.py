"""The description of the API: problems under the media type that they are sent in."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from api.http.models.reconcile import Batch
from api.http.problems import MEDIA_TYPE

_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_ELSEWHERE: tuple[type[BaseModel], ...] = (Batch,)
"""Models that a route reads by itself, and that its description refers to."""


def install(app: FastAPI) -> None:
    """The app describes itself so."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        is_new = app.openapi_schema is None
        document = plain()
        if is_new:
            _complete(document["components"]["schemas"])
            for path in document["paths"].values():
                for operation in path.values():
                    _tell(operation["responses"])
        return document

    app.openapi = described  # type: ignore[method-assign]


def _complete(schemas: dict[str, Any]) -> None:
    for model in _ELSEWHERE:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        for name, part in schema.pop("$defs", {}).items():
            schemas.setdefault(name, part)
        schemas.setdefault(model.__name__, schema)


def _tell(responses: dict[str, Any]) -> None:
    """FastAPI describes a problem under the media type of the answer that was asked for."""
    for response in responses.values():
        content = response.get("content", {})
        for media_type in [name for name, told in content.items() if told.get("schema") == _PROBLEM]:
            content[MEDIA_TYPE] = content.pop(media_type)
