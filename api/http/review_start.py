"""A review that a person asks for, once a key and on record."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException

from api.http.idempotent import OnceDependency
from api.http.models.reviews import ChangedReview, Start
from api.http.problems import documented
from api.http.review_acts import BY_A_PERSON
from api.http.service import CallerDependency, ServiceDependency
from api.reviews.start import Wish, start_review

router = APIRouter(prefix="/api/v1", tags=["reviews"], responses=documented())


@router.post("/reviews", response_model=ChangedReview, status_code=201)
def start(asked: Start, service: ServiceDependency, caller: CallerDependency, once: OnceDependency) -> dict[str, Any]:
    """A review of an enrolled driver is open because the caller asks for it; one at a time."""
    if not caller.is_person:
        raise HTTPException(403, BY_A_PERSON)
    wish = Wish(asked.driver, asked.reason, caller.actor)
    document = once(lambda also: start_review(service.workspace, wish, also), 201)
    noted = f"review {document['review_id']} {document['trail_head']}"
    service.audit(caller, "review start", [document["identity_id"]], noted)
    return document
