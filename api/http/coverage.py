"""What was checked on enrolled drivers, country by country, and what is unknown."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.coverage import CoverageQuestion, board_document, coverage_document, oldest_document
from api.http.models.coverage import Board, CoveragePage, Oldest
from api.http.models.days import DayParameter
from api.http.paging import CursorParameter, LimitParameter, page_of
from api.http.problems import documented
from api.http.service import CallerDependency, ServiceDependency
from eligibility.coverage import Result

router = APIRouter(prefix="/api/v1", tags=["coverage"], responses=documented())
CountryParameter = Annotated[str | None, Query(max_length=3, pattern="^[A-Z]{2,3}$")]
_CELL = ("identity_id", "country", "record_type")


@router.get("/coverage", response_model=CoveragePage)
def list_coverage(  # noqa: PLR0913, PLR0917 - one parameter each
    service: ServiceDependency,
    caller: CallerDependency,
    driver: Annotated[
        str | None, Query(max_length=1000, description="One driver: identity id, former id or source/record_id.")
    ] = None,
    country: CountryParameter = None,
    record_type: Annotated[str | None, Query(max_length=40, pattern="^[a-z_]+$")] = None,
    result: Annotated[Result | None, Query()] = None,
    may_go_to: CountryParameter = None,
    as_of: DayParameter = None,
    cursor: CursorParameter = None,
    limit: LimitParameter = 100,
) -> dict[str, Any]:
    """Cells of everybody who is enrolled, or of one driver: when each was last answered and with what result."""
    question = CoverageQuestion(as_of, country, record_type, result, may_go_to)
    document = coverage_document(service.workspace, question, driver)
    page = page_of("coverage", document["rows"], _cell, (str, str, str), cursor, limit)
    people = dict.fromkeys(row["identity_id"] for row in page["rows"])
    service.audit(caller, "coverage", people or [None], f"{len(page['rows'])} cells")
    return document | page


@router.get("/coverage/board", response_model=Board)
def count_coverage(service: ServiceDependency, caller: CallerDependency, as_of: DayParameter = None) -> dict[str, Any]:
    """Enrolled drivers counted by country, record type and result."""
    document = board_document(service.workspace, as_of)
    service.audit(caller, "coverage board", [None], f"{document['drivers']} drivers")
    return document


@router.get("/coverage/oldest", response_model=Oldest)
def list_oldest(
    service: ServiceDependency, caller: CallerDependency, as_of: DayParameter = None, limit: LimitParameter = 100
) -> dict[str, Any]:
    """Enrolled drivers about whom something has been unknown for longest."""
    document = oldest_document(service.workspace, as_of, limit)
    rows = document["rows"]
    service.audit(caller, "coverage oldest", [row["identity_id"] for row in rows] or [None])
    left = document["total"] - len(rows)
    notice = f"{left} more have a gap: ask for a higher limit, or page through the cells" if left else None
    return document | {"truncated": left > 0, "notice": notice}


def _cell(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(row[name] for name in _CELL)
