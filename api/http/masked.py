"""Answers whose identifiers are masked: what every route gives unless it says otherwise."""

from __future__ import annotations

from typing import Any

from fastapi.responses import JSONResponse

from api.masking import Masker


def masked_answers(masker: Masker) -> type[JSONResponse]:
    """A class of answers in which the masker has masked every identifier of a person."""

    class MaskedAnswer(JSONResponse):
        """A JSON document with its identifiers masked."""

        def render(self, content: Any) -> bytes:
            return super().render(masker.document(content))

    return MaskedAnswer
