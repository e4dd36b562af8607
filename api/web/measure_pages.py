"""Measures: do we agree, are we late, does it help? Nobody is named on it."""

from __future__ import annotations

import re
import secrets

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from api.link_review import A_SITTING
from api.measures.document import measures_document
from api.measures.hindsight import measure_bands
from api.measures.links import LEAST_JUDGED
from api.sample import draw_sample
from api.web.site import render
from api.web.views.measures import measures_view
from api.web.visit import FormDependency, PageRoute, VisitDependency, field
from linkage.errors import SettingsError
from linkage.ledger import Workspace

router = APIRouter(route_class=PageRoute, include_in_schema=False)
MOST_DRAWN = 400
MOST_RECORDS = 50_000
"""Records of a workspace up to which a page draws or measures: about half a minute, as everybody is compared for it."""
_SIZE = re.compile(r"[0-9]{1,3}")


@router.get("/measures")
def measures_page(here: VisitDependency) -> Response:
    """What was measured, with its bases; what was not says so."""
    document = measures_document(here.service.workspace)
    here.audit("measures page", [None])
    return render(
        "measures.html", here.at("measures"), document=document, view=measures_view(here.page.t, document),
        size=A_SITTING, least=LEAST_JUDGED, most=MOST_DRAWN,
    )  # fmt: skip


@router.post("/measures/sample")
def sample_page(here: VisitDependency, form: FormDependency) -> Response:
    """A sample of pairs is drawn; reviewers judge it blind in link review."""
    given, workspace = field(form, "size"), here.service.workspace
    size = int(given) if _SIZE.fullmatch(given) else 0
    if not LEAST_JUDGED <= size <= MOST_DRAWN:
        raise SettingsError(f"draw from {LEAST_JUDGED} to {MOST_DRAWN} pairs")
    _bearable(workspace, "crosslane evaluate --sample 60, and judge the sample in link review")
    drawn = draw_sample(workspace, size, secrets.randbelow(1 << 31), here.caller.actor)
    number = drawn.document["sample"]
    here.audit("sample drawn", [None], f"sample {number}, {drawn.document['drawn']} pairs")
    return RedirectResponse("/measures#links", 303)


@router.post("/measures/bands")
def bands_page(here: VisitDependency, _: FormDependency) -> Response:
    """The bands of a year ago are measured against what came since."""
    workspace = here.service.workspace
    _bearable(workspace, "crosslane measures --bands")
    document = measure_bands(workspace, here.caller.actor)
    here.audit("bands measured", [None], f"as of {document['cut']}")
    return RedirectResponse("/measures#bands", 303)


def _bearable(workspace: Workspace, command: str) -> None:
    """A page is not kept waiting for minutes; the command line does the same.

    Raises:
        SettingsError: there are too many records.
    """
    if workspace.memberships().height > MOST_RECORDS:
        raise SettingsError(f"over {MOST_RECORDS:,} records this takes too long for a page: say {command}")
