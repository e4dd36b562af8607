"""Pages on paper: what stands at the top and the bottom of each sheet, and the PDF of a page as an answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi.responses import Response
from markupsafe import Markup

from api.report.pdf import Running
from api.web.marks import moment
from api.web.site import Page, page_text
from api.web.visit import Visit


def printed_head(page: Page, matter: Markup, at: datetime) -> Markup:
    """The line at the top of each sheet: what it is about, for whom, for which purpose, and when it was made."""
    made = at.astimezone(UTC).isoformat(timespec="minutes")
    t, purpose = page.t, page.stated_purpose or "–"
    return t("paper.head", matter=matter, user=page.user, purpose=purpose, time=moment(made, t.locale))


def printed(here: Visit, template: str, running: Running, name: str, **values: Any) -> Response:
    """A page as a PDF to be kept.

    Args:
        template: of the page; what stands in its `main` is printed.
        name: of the file, without a name of anybody.

    Raises:
        NotPrinted: the typesetter gave up.
    """
    content = here.service.press.pdf(page_text(template, here.page, **values), running)
    headers = {"content-disposition": f'attachment; filename="{name}.pdf"', "cache-control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)


def running_of(here: Visit, matter: Markup, at: datetime, title: str) -> Running:
    """What a document of ours says on each sheet."""
    t = here.page.t
    foot = t("paper.foot", workspace=here.page.workspace)
    return Running(title, printed_head(here.page, matter, at), foot, str(t.texts["paper.page"]), at, t.language)
