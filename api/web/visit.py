"""Who looks at a page: the session behind the cookie, checked against the access table, and how pages fail."""

from __future__ import annotations

import hmac
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import Depends, Path, Request, Response
from fastapi.routing import APIRoute
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from api import scores
from api.accounts.sessions import Sessions, csrf_token
from api.casework.cases import Cases
from api.http.access_table import ACCESS
from api.http.models.acts import MAX_NUMBER
from api.http.security import cookie_name
from api.http.service import Service
from api.jobs.tables import JobTables
from api.masking import Masker
from api.roles import Caller
from api.web.failures import STALE_FORM, failed, signed_out
from api.web.look import Look
from api.web.site import Notice, Page
from linkage.errors import LinkageError

OPEN_CASES = 5
Number = Annotated[int, Path(ge=0, le=MAX_NUMBER)]
"""Of a review, a case or another row, in the address of a page: one that the ledger can be asked for."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a signed-in person.

    Args:
        page: the frame of the page that answers it.
        token: of their session.
        masker: hides identifiers.
    """

    service: Service
    caller: Caller
    page: Page
    token: str
    masker: Masker

    def audit(self, action: str, identities: Sequence[str | None], detail: str | None = None) -> None:
        """The audit holds one entry an identity before the page that shows it leaves."""
        self.service.audit(self.caller, action, identities, detail)

    def masked(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """The document with every identifier masked."""
        found: dict[str, Any] = self.masker.document(document)
        return found

    def at(self, here: str) -> Page:
        """The frame with the menu's entry that the page belongs to."""
        return replace(self.page, here=here)

    def told(self, key: str, kind: str = "done", **values: Any) -> Page:
        """The frame with one line above the page."""
        return replace(self.page, notices=(Notice(self.page.t(key, **values), kind),))


class SignedOut(Exception):
    """Nobody is signed in: the sign-in page comes first."""


def served(request: Request) -> Service:
    """The service behind the request's app."""
    found: Service = request.app.state.service
    return found


def visit(request: Request) -> Visit:
    """The visit behind a request of a page.

    Raises:
        SignedOut: no session is open.
        HTTPException: 403 where the role may not open the page, or a form came without its token.
    """
    here = _known(request)
    here.service.rates.request(here.caller)
    if here.caller.role not in ACCESS[request.method, request.scope["route"].path]:
        raise HTTPException(403)
    return here


def _known(request: Request) -> Visit:
    """Who asks, and how their pages look, whatever they ask for.

    Raises:
        SignedOut: no session is open.
    """
    service, token = served(request), request.cookies.get(cookie_name(request), "")
    with service.workspace.reading() as connection:
        session = Sessions(connection, service.access.sessions, time.time()).find(token) if token else None
        as_of, is_loading = scores.as_of(connection), bool(JobTables(connection).unfinished())
        cases = Cases(connection, session.user).all(session.user) if session else []
    if session is None:
        raise SignedOut
    page = Page(
        user=session.user,
        role=session.role,
        purpose=session.purpose,
        workspace=service.workspace.path.name,
        path=request.url.path,
        open_cases=[case for case in cases if not case["closed_at"]][:OPEN_CASES],
        as_of=as_of.isoformat() if as_of else None,
        is_loading=is_loading,
        csrf=csrf_token(token),
        look=Look.of_request(request),
    )
    return Visit(service, session.caller, page, token, request.app.state.masker)


VisitDependency = Annotated[Visit, Depends(visit)]


async def checked_form(request: Request, here: VisitDependency) -> AsyncIterator[dict[str, list[str]]]:
    """The fields of a form that came from one of our pages; files that came with it are gone with the answer.

    Raises:
        HTTPException: 403 where its token is not that of the session.
    """
    async with request.form() as form:
        yield _checked(request, here, form)


def _checked(request: Request, here: Visit, form: FormData) -> dict[str, list[str]]:
    fields = {name: [str(value) for value in form.getlist(name) if isinstance(value, str)] for name in form}
    given = (fields.get("csrf") or [""])[0] or request.headers.get("x-csrf-token", "")
    if not hmac.compare_digest(given.encode(), here.page.csrf.encode()):
        raise HTTPException(403, STALE_FORM)
    return fields


FormDependency = Annotated[dict[str, list[str]], Depends(checked_form)]


def field(form: dict[str, list[str]], name: str) -> str:
    """The only value of a field, empty where there is none."""
    return (form.get(name) or [""])[0].strip()


class PageRoute(APIRoute):
    """A route that answers with pages, its errors too."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with errors as pages that say what happened and what to do."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except SignedOut:
                return signed_out(request, had_session=cookie_name(request) in request.cookies)
            except Exception as error:  # a person gets a page, whatever happened
                return failed(request, _frame(request), error)

        return handled


def failed_request(request: Request, error: Exception) -> Response:
    """The page of an error that no page's route raised, such as for an address that is none."""
    return failed(request, _frame(request), error)


def _frame(request: Request) -> Page:
    """The frame of whoever asks, and of nobody where that cannot be told."""
    try:
        return _known(request).page
    except (SignedOut, LinkageError):
        return Page(look=Look.of_request(request))
