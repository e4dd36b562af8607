"""Rejects and warnings of a load as a file, to be mended and sent again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse

from api.http.jobs import find_job
from api.jobs.document import START, load_of_issues
from api.spreadsheet import csv_lines
from api.web.load_pages import LOAD
from api.web.visit import PageRoute, VisitDependency
from linkage.ledger import LoadTables, Workspace

router = APIRouter(route_class=PageRoute, include_in_schema=False)
COLUMNS = ("line", "column", "rule", "message")
AT_ONCE = 5_000
"""Rows that are in memory; a file has as many as it has."""


@router.get("/loads/{job_id}/rejects.csv")
def rejects_file(job_id: str, here: VisitDependency, kind: Literal["rejected", "warned"] = "rejected") -> Response:
    """All rejects, or all warnings: line, column, rule and what is wrong."""
    workspace = here.service.workspace
    load_id = int(job_id) if LOAD.fullmatch(job_id) else load_of_issues(find_job(workspace, job_id))
    here.audit("load rejects", [None], f"job {job_id}")
    lines = csv_lines(COLUMNS, _rows(workspace, load_id, is_rejected=kind == "rejected"))
    headers = {"content-disposition": f'attachment; filename="{job_id}-{kind}.csv"'}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


def _rows(workspace: Workspace, load_id: int | None, *, is_rejected: bool) -> Iterator[tuple[object, ...]]:
    """They never change once a load is in, so each step may read on its own."""
    after = START
    while load_id is not None:
        with workspace.reading() as connection:
            found = LoadTables(connection).issues_after(load_id, after, AT_ONCE, rejected=is_rejected)
        yield from ((one.line or None, one.column, one.rule, one.message) for one in found)
        if len(found) < AT_ONCE:
            return
        after = (found[-1].file, found[-1].line, found[-1].place)
