"""What a review leaves on paper: the letter that a driver gets, and what was known and shown when it was decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from markupsafe import Markup

from api.web.paper import printed, running_of
from api.web.review_pages import letter_told, replay_told
from api.web.texts import load_catalogue
from api.web.visit import Number, PageRoute, VisitDependency
from eligibility.letters import Language

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/reviews/{number}/letter.pdf")
def letter_file(number: Number, here: VisitDependency, language: Language = Language.ENGLISH) -> Response:
    """The letter as it is sent: it says nothing of who made the file, and nothing but the letter."""
    told = letter_told(here, number, language, "letter pdf")
    t = load_catalogue(language.value)
    title = str(t("paper.letter_file", number=str(number)).striptags())
    running = running_of(here, Markup(""), datetime.now(UTC), title)
    sent = replace(running, head="", foot="", page="{number} / {pages}", language=language.value)
    return printed(here, "letter.html", sent, f"crosslane-letter-{number}-{language.value}", **told)


@router.get("/reviews/{number}/replay.pdf")
def replay_file(number: Number, here: VisitDependency, as_of: Annotated[date | None, Query()] = None) -> Response:
    """The same as the page of that moment."""
    told = replay_told(here, number, as_of, "review replay pdf")
    t = here.page.t
    title = str(t("paper.replay_file", number=str(number)).striptags())
    running = running_of(here, t("paper.review", number=str(number)), datetime.now(UTC), title)
    return printed(here, "replay.html", running, f"crosslane-review-{number}-kept", **told)
