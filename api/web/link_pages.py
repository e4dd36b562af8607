"""Link review: two records side by side, three answers, and the model's opinion only afterwards."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from api.decide import people_of
from api.link_review import A_SITTING, Answer, LinkReview, waiting_samples
from api.web.site import render
from api.web.visit import FormDependency, PageRoute, VisitDependency, field
from api.why import why
from linkage.errors import SettingsError

MOST = (1 << 63) - 1
"""The largest number a ledger has."""
_NUMBER = re.compile(r"[0-9]{1,18}")
router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/links")
def link_page(
    here: VisitDependency,
    told: Annotated[int | None, Query(ge=1)] = None,
    sample: Annotated[int | None, Query(ge=1, le=MOST)] = None,
) -> Response:
    """The next pair; above it, what the model said of the one before, but not within a sample."""
    review = LinkReview(here.service.workspace, here.caller.actor, sample)
    now = review.sitting()
    rows = review.side_by_side(now.pair) if now.pair else []
    before = review.pair_of(told) if told and sample is None else None
    said = why(here.service.workspace, *before) if before else None
    keys = [*(now.pair or ()), *(before or ())]
    people = dict.fromkeys(here.service.workspace.resolve_id(key) for key in keys)
    here.audit("link review", list(people) or [None])
    return render(
        "links.html",
        here.at("links"),
        sitting=now,
        of=A_SITTING,
        rows=[here.masked(row) for row in rows],
        said=here.masked(said) if said else None,
        before=before,
        sample=sample,
        samples=[] if sample else waiting_samples(here.service.workspace, here.caller.actor),
    )


@router.post("/links/answer")
def answer_page(here: VisitDependency, form: FormDependency) -> Response:
    """One answer; the model's opinion of that pair is next, with another pair."""
    given = field(form, "answer")
    if given not in set(Answer):
        raise SettingsError("answer with same, not the same, or cannot tell")
    a, b = field(form, "a"), field(form, "b")
    sample = _sample(form)
    review = LinkReview(here.service.workspace, here.caller.actor, sample)
    number = review.answer(a, b, Answer(given), field(form, "note"))
    here.audit("link answer", [here.service.workspace.resolve_id(key) for key in (a, b)])
    return RedirectResponse(f"/links?sample={sample}" if sample else f"/links?told={number}", 303)


@router.post("/links/undo")
def undo_page(here: VisitDependency, form: FormDependency) -> Response:
    """The last answer is taken back."""
    sample = _sample(form)
    LinkReview(here.service.workspace, here.caller.actor, sample).take_back()
    here.audit("link answer taken back", [None])
    return RedirectResponse(f"/links?sample={sample}" if sample else "/links", 303)


@router.post("/links/apply")
def apply_page(here: VisitDependency, _: FormDependency) -> Response:
    """The answers become decisions."""
    document = LinkReview(here.service.workspace, here.caller.actor).apply()
    judged = {one[end] for one in document["decisions"] for end in ("a", "b")}
    people = {here.service.workspace.resolve_id(key) for key in judged} | {*people_of(document)}
    here.audit("link review applied", sorted(people), f"{len(document['decisions'])} decisions")
    return render("links_applied.html", here.at("links"), applied=document)


def _sample(form: dict[str, list[str]]) -> int | None:
    """The sample that a form is about; None for possible links."""
    given = field(form, "sample")
    if given and not _NUMBER.fullmatch(given):
        raise SettingsError("a sample has a number")
    return int(given) if given else None
