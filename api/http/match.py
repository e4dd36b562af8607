"""`POST match`: who a record may be, without storing it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request

from api.http.models.match import MatchAnswer, MatchRequest
from api.http.problems import documented
from api.http.service import CallerDependency, ServiceDependency
from api.match import Matcher
from api.match_answer import Asked
from api.match_index import MatchNotReady

RETRY_S = 20
"""Seconds after which it is worth asking again while the index is being made."""
router = APIRouter(prefix="/api/v1", tags=["match"], responses=documented())
_making = threading.Lock()


def matcher_of(request: Request, service: ServiceDependency) -> Matcher:
    """The app's matcher, made when it is first asked for."""
    state = request.app.state
    with _making:
        if not hasattr(state, "matcher"):
            state.matcher = Matcher(service.workspace)
    found: Matcher = state.matcher
    return found


MatcherDependency = Annotated[Matcher, Depends(matcher_of)]


@contextmanager
def in_time() -> Iterator[None]:
    """What is matched inside.

    Raises:
        HTTPException: 503 where the index is still being made.
    """
    try:
        yield
    except MatchNotReady as error:
        raise HTTPException(503, str(error), {"Retry-After": str(RETRY_S)}) from None


@router.post("/match", response_model=MatchAnswer)
def match_records(
    asked: MatchRequest, service: ServiceDependency, caller: CallerDependency, matcher: MatcherDependency
) -> dict[str, Any]:
    """Who each record may be: what a load of it, alone and today, and `why` would say. Nothing is stored."""
    records = asked.stated()
    with in_time():
        found = matcher.match(records, Asked(datetime.now(UTC).date(), asked.most, asked.date_order.value))
    service.audit(caller, "match", found.people or [None], f"{len(records)} records")
    return found.document()
