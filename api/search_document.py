"""The `search` document, and its rows for a spreadsheet."""

from __future__ import annotations

from typing import Any

from api.search import Found, Hit

HIT_COLUMNS: tuple[str, ...] = (
    "identity_id",
    "name",
    "birth_date",
    "countries",
    "records",
    "score",
    "band",
    "matched_on",
)


def search_document(query: str, found: Found) -> dict[str, Any]:
    """`{query, hits, total, is_cut}` as JSON values; `is_cut` says that there are more than `total`."""
    hits = [hit_document(hit) for hit in found.hits]
    return {"query": query, "hits": hits, "total": found.total, "is_cut": found.is_cut}


def hit_document(hit: Hit) -> dict[str, Any]:
    """One hit as JSON values."""
    return {**hit.driver.document(), "matched_on": list(hit.matched_on)}


def hit_row(hit: Hit) -> tuple[object, ...]:
    """One hit in the order of HIT_COLUMNS, lists as text."""
    document = hit_document(hit)
    return tuple(
        " ".join(value) if isinstance(value, list) else value for value in (document[name] for name in HIT_COLUMNS)
    )
