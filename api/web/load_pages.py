"""Loads: what a file would do, taking it on, how far it is, and its rejects to be mended and sent again."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api.http.jobs import find_job, stage_of
from api.jobs.acceptance import WhatToLoad, accept_file, new_job_id
from api.jobs.document import FIRST, START, whole_document
from api.jobs.incoming import Incoming, safe_name
from api.jobs.tables import JobTables
from api.load import LoadRequest, check
from api.web.site import render
from api.web.views.loads import KINDS, committed, listed, told
from api.web.visit import FormDependency, PageRoute, Visit, VisitDependency, field
from linkage.errors import SettingsError, UnknownRecord
from linkage.ledger import LoadTables
from linkage.sources import builtin_names, load_manifest

router = APIRouter(route_class=PageRoute, include_in_schema=False)
UPLOADS = (("POST", "/loads"), ("POST", "/loads/check"))
"""Routes whose bodies may be large."""
LOAD = re.compile(r"[0-9]{1,18}")
"""How a load that came by the command line is called in an address; a job is called otherwise."""
LISTED = 100


@router.get("/loads")
def loads_page(here: VisitDependency) -> Response:
    """What was loaded and what is waiting, the newest first."""
    with here.service.workspace.reading() as connection:
        jobs, tables = JobTables(connection).page(None, None, LISTED), LoadTables(connection)
        loads = [row for number in tables.ids()[-LISTED:] if (row := tables.get(number))]
    here.audit("loads page", [None])
    return render("loads.html", here.at("loads"), rows=listed(jobs, loads)[:LISTED], sources=_sources())


@router.post("/loads/check")
async def check_page(request: Request, here: VisitDependency, form: FormDependency) -> Response:
    """What the file would load, reject and warn about; nothing is loaded."""
    file = _file(await request.form())
    return await run_in_threadpool(_checked, here, file, form)


def _checked(here: Visit, file: UploadFile, form: dict[str, list[str]]) -> Response:
    what = _what(form)
    with _kept(file) as path:
        found = check(path, LoadRequest((path,), what.source, what.today, date_order=what.date_order))
    here.audit("load checked", [None], f"{found['rows']} rows")
    return render("load_check.html", here.at("loads"), found=found, name=file.filename)


@router.post("/loads")
async def start_load(request: Request, here: VisitDependency, form: FormDependency) -> Response:
    """The file is taken on; its page tells how far it is, also after the browser was closed."""
    file = _file(await request.form())
    job_id = await run_in_threadpool(_accepted, here, file, _what(form))
    return RedirectResponse(f"/loads/{job_id}", 303)


def _accepted(here: Visit, file: UploadFile, what: WhatToLoad) -> str:
    incoming = Incoming(here.service.workspace.path)
    with ExitStack() as stack:
        arrival = stack.enter_context(incoming.arriving(new_job_id(), file.filename or "file"))
        while data := file.file.read(1 << 20):
            arrival.write(data)
        job = accept_file(here.service.workspace, arrival, what, here.caller.actor)
    here.audit("load accepted", [None], f"job {job.job_id}")
    return job.job_id


@router.get("/loads/{job_id}")
def load_page(job_id: str, here: VisitDependency) -> Response:
    """One load: read = accepted + rejected, what it changed, and why rows were left out."""
    if LOAD.fullmatch(job_id):
        return _committed(here, int(job_id))
    job = find_job(here.service.workspace, job_id)
    stage = stage_of(here.service.workspace, job)
    with here.service.workspace.reading() as connection:
        document = whole_document(connection, job, stage)
    here.audit("load page", [None], f"job {job_id}")
    return render("load.html", here.at("loads"), view=told(document), is_over=job.is_over)


def _committed(here: Visit, number: int) -> Response:
    """A load that came by the command line."""
    with here.service.workspace.reading() as connection:
        tables = LoadTables(connection)
        row, files = tables.get(number), tables.files(number)
        found = {kind: tables.issues_after(number, START, FIRST, rejected=kind == KINDS[0]) for kind in KINDS}
    if row is None:
        raise UnknownRecord("there is no such load")
    here.audit("load page", [None], f"load {number}")
    return render("load.html", here.at("loads"), view=committed(row, files, found), is_over=True)


def _file(form: Any) -> UploadFile:
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise SettingsError("choose a file first")
    return file


@contextmanager
def _kept(file: UploadFile) -> Iterator[Path]:
    """The file on disk, for as long as it is read."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / safe_name(file.filename or "file")
        with path.open("wb") as out:
            shutil.copyfileobj(file.file, out)
        yield path


def _what(form: dict[str, list[str]]) -> WhatToLoad:
    day = field(form, "today")
    try:
        today = date.fromisoformat(day) if day else date.today()
    except ValueError:
        raise SettingsError("give the load day as a day") from None
    return WhatToLoad(field(form, "source"), today, date_order=field(form, "date_order") or None)


def _sources() -> list[Any]:
    return [load_manifest(name) for name in builtin_names()]
