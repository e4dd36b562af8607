"""The description of the API, with the models that it only refers to."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from api.http.models.reconcile import Batch
from api.http.problems import Problem

_ELSEWHERE: tuple[type[BaseModel], ...] = (Batch, Problem)
"""Models that a route reads or answers by itself, and that its description refers to."""


def install(app: FastAPI) -> None:
    """The app describes itself so."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        is_new = app.openapi_schema is None
        document = plain()
        if is_new:
            _complete(document["components"]["schemas"])
        return document

    app.openapi = described  # type: ignore[method-assign]


def _complete(schemas: dict[str, Any]) -> None:
    for model in _ELSEWHERE:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        for name, part in schema.pop("$defs", {}).items():
            schemas.setdefault(name, part)
        schemas.setdefault(model.__name__, schema)
