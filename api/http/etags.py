"""Entity tags: an answer that the caller has already is not sent again (RFC 9110, section 13)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Header, Response

NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "The answer is still the one that this tag came with."}
}
IfNoneMatch = Annotated[
    str | None, Header(max_length=1000, description="`ETag` of the answer that you have; 304 while it still holds.")
]


def tag_of(document: Mapping[str, Any]) -> str:
    """The tag of a document by its content."""
    told = json.dumps(document, sort_keys=True, ensure_ascii=False)
    return quoted(hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest())


def quoted(mark: str) -> str:
    """A mark of hexadecimal digits as a tag."""
    return f'"{mark}"'


def is_held(tag: str, if_none_match: str | None) -> bool:
    """The caller has the answer of this tag; tags are compared weakly, as they are for reads."""
    if if_none_match is None:
        return False
    held = [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
    return "*" in held or tag in held


def not_modified(tag: str) -> Response:
    """304 with the tag and nothing else."""
    return Response(status_code=304, headers={"ETag": tag})
