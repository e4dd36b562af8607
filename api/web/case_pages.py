"""Cases: opened, filled from any page, noted in, and told as a report whose evidence is cited."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api.casework.case_file import MOST_BYTES, read_case, write_case
from api.casework.cases import Cases, Pin, PinKind
from api.casework.held import CaseHeld
from api.casework.pinning import people_pinned, says_of
from api.drivers import names_of
from api.web.site import render
from api.web.visit import FormDependency, Number, PageRoute, Visit, VisitDependency, field
from linkage.errors import SettingsError

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/cases")
def cases_page(here: VisitDependency) -> Response:
    """Every case."""
    with here.service.workspace.reading() as connection:
        rows = Cases(connection, here.caller.actor).all()
    here.audit("cases page", [None])
    return render("cases.html", here.at("cases"), rows=rows)


@router.post("/cases")
def open_case(here: VisitDependency, form: FormDependency) -> Response:
    """A new case, with a first pin where one was sent with it."""
    with here.service.workspace.transaction() as connection:
        case_id = Cases(connection, here.caller.actor).open(field(form, "title"))
    here.audit("case opened", [None], f"case {case_id}")
    if field(form, "kind"):
        _pin(here, case_id, form)
    return RedirectResponse(f"/cases/{case_id}", 303)


@router.get("/cases/{case_id}")
def case_page(case_id: Number, here: VisitDependency) -> Response:
    """What was pinned, noted and drawn."""
    held = CaseHeld.read(here.service.workspace, case_id, here.caller.actor)
    people = held.people()
    here.audit("case page", people or [None], f"case {case_id}")
    with here.service.workspace.reading() as connection:
        known = names_of(connection, people)
    pinned = {who: known[who] for who in people_pinned([pin["says"] for pin in held.pins]) if who in known}
    return render("case.html", here.at("cases"), drivers=pinned, names=known, **held.document())


@router.post("/cases/{case_id}/pins")
def pin_page(case_id: Number, here: VisitDependency, form: FormDependency) -> Response:
    """One thing more is in the case."""
    _pin(here, case_id, form)
    return RedirectResponse(f"/cases/{case_id}", 303)


@router.post("/cases/{case_id}/pins/{pin_id}/take-out")
def take_out(case_id: Number, pin_id: Number, here: VisitDependency, _: FormDependency) -> Response:
    """One thing less."""
    with here.service.workspace.transaction() as connection:
        Cases(connection, here.caller.actor).take_out(case_id, pin_id)
    here.audit("case pin out", [None], f"case {case_id} pin {pin_id}")
    return RedirectResponse(f"/cases/{case_id}", 303)


@router.post("/cases/{case_id}/notes")
def note_page(case_id: Number, here: VisitDependency, form: FormDependency) -> Response:
    """A note stands in the case."""
    with here.service.workspace.transaction() as connection:
        Cases(connection, here.caller.actor).note(case_id, field(form, "text"))
    here.audit("case note", [None], f"case {case_id}")
    return RedirectResponse(f"/cases/{case_id}", 303)


@router.post("/cases/{case_id}/ties")
def draw_page(case_id: Number, here: VisitDependency, form: FormDependency) -> Response:
    """A tie that the analyst draws, with its source; never scored."""
    ends = (field(form, "a"), field(form, "b"))
    with here.service.workspace.transaction() as connection:
        Cases(connection, here.caller.actor).draw(case_id, ends, field(form, "says"), field(form, "source"))
    here.audit("case tie drawn", [None], f"case {case_id}")
    return RedirectResponse(f"/cases/{case_id}", 303)


@router.post("/cases/{case_id}/close")
def close_page(case_id: Number, here: VisitDependency, _: FormDependency) -> Response:
    """The case is closed."""
    with here.service.workspace.transaction() as connection:
        Cases(connection, here.caller.actor).close(case_id)
    here.audit("case closed", [None], f"case {case_id}")
    return RedirectResponse(f"/cases/{case_id}", 303)


def _pin(here: Visit, case_id: int, form: dict[str, list[str]]) -> None:
    kind = field(form, "kind")
    if kind not in set(PinKind):
        raise SettingsError("this cannot be pinned")
    ref, note = field(form, "ref"), field(form, "note")
    says = says_of(here.service.workspace, PinKind(kind), ref, here.service.store)
    with here.service.workspace.transaction() as connection:
        Cases(connection, here.caller.actor).pin(case_id, Pin(PinKind(kind), ref, says, note), here.page.as_of)
    here.audit("case pin", people_pinned([says]) or [None], f"case {case_id}")


@router.get("/cases/{case_id}/export")
def export_case(case_id: Number, here: VisitDependency) -> Response:
    """The case as a file that can be opened again."""
    with here.service.workspace.reading() as connection:
        cases = Cases(connection, here.caller.actor)
        cases.get(case_id)
        pins = cases.pins(case_id)
    here.audit("case export", people_pinned([pin["says"] for pin in pins]) or [None], f"case {case_id}")
    headers = {"content-disposition": f'attachment; filename="crosslane-case-{case_id}.csv"'}
    return Response(write_case(pins), media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/cases/open-file")
async def open_file(request: Request, here: VisitDependency, _: FormDependency) -> Response:
    """A file of a case, each piece of evidence as it is now."""
    file = (await request.form()).get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise SettingsError("choose a file first")
    return await run_in_threadpool(_opened, here, await file.read(MOST_BYTES + 1))


def _opened(here: Visit, data: bytes) -> Response:
    rows = read_case(here.service.workspace, data, here.service.store)
    here.audit("case file opened", people_pinned([row["says"] for row in rows if row["says"]]) or [None])
    return render("case_file.html", here.at("cases"), rows=rows)
