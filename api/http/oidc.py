"""Logging in at an OpenID Connect provider: out to it, and back with what it says of who somebody is."""

from __future__ import annotations

import time
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.accounts.attempts import LIFE_S, Attempt, Attempts
from api.accounts.login import UNKNOWN, open_session
from api.accounts.provider import CALLBACK, IdentityProvider, NotProven, ProviderAway
from api.accounts.purpose import stated
from api.accounts.users import Users
from api.audit import Entry
from api.http.models.sessions import ProviderLogin, ProviderPlace, SessionView
from api.http.problems import documented
from api.http.security import COOKIE, cookie_name, set_cookie
from api.http.service import Service, ServiceDependency, address_of
from api.http.sessions import refuse_other_sites, view_of_token

router = APIRouter(tags=["session"], responses=documented())
_LOGIN = f"{COOKIE}-login"
_GONE_ON: dict[int | str, dict[str, Any]] = {303: {"description": "The session is open; on to the path given as then."}}
Text = Annotated[str | None, Query(max_length=4000)]


@router.post(CALLBACK, response_model=ProviderPlace)
def start_login(
    login: ProviderLogin, request: Request, response: Response, service: ServiceDependency
) -> dict[str, Any]:
    """Start to log in at the provider: where the browser must go, with a stated purpose."""
    refuse_other_sites(request)
    service.rates.first_sight(address_of(request))
    provider = _provider(service)
    attempt = Attempt.new(stated(login.purpose, login.reference), login.then)
    try:
        url = provider.start(attempt)
    except ProviderAway:
        raise HTTPException(503, "the provider does not answer; try again, or log in with a password") from None
    with service.workspace.transaction() as connection:
        Attempts(connection, time.time()).keep(attempt)
    # Lax, since the provider sends the browser back from its own site.
    set_cookie(request, response, attempt.browser, LIFE_S, name=_LOGIN, samesite="lax")
    return {"url": url}


@router.get(CALLBACK, response_model=SessionView, responses=_GONE_ON)
def finish_login(  # noqa: PLR0913, PLR0917 - one parameter each
    request: Request,
    response: Response,
    service: ServiceDependency,
    state: Annotated[str, Query(max_length=200)],
    code: Text = None,
    error: Text = None,
    iss: Text = None,
) -> Any:
    """Back from the provider: a session for whoever it let in, if they are let into this workspace."""
    service.rates.first_sight(address_of(request))
    provider = _provider(service)
    browser = request.cookies.get(cookie_name(request, _LOGIN), "")
    with service.workspace.transaction() as connection:
        attempt = Attempts(connection, time.time()).take(state, browser)
    if attempt is None:
        raise HTTPException(400, "this login did not start in this browser, or took too long; start again")
    if error is not None or code is None:
        raise HTTPException(401, "the provider let nobody in")
    token = _session_of(service, provider, attempt, (code, iss))
    answer: Any = response
    if attempt.then:
        answer = RedirectResponse(attempt.then, 303)
    set_cookie(request, answer, token, service.access.sessions.life_s)
    answer.delete_cookie(cookie_name(request, _LOGIN), path="/")
    return answer if attempt.then else view_of_token(service, token)


def _session_of(service: Service, provider: IdentityProvider, attempt: Attempt, brought: tuple[str, str | None]) -> str:
    try:
        subject = provider.subject(attempt, *brought)
    except ProviderAway:
        raise HTTPException(503, "the provider does not answer; try again, or log in with a password") from None
    except NotProven:
        raise HTTPException(401, "the provider's answer proves nothing; start again") from None
    with service.workspace.reading() as connection:
        user = Users(connection).of_subject(subject)
    if user is None:
        service.log.record([Entry(UNKNOWN, "login refused", detail="at the provider")])
        raise HTTPException(403, "nobody known to the provider as this is let into this workspace")
    opened = (user, attempt.purpose, None)
    return open_session(service.workspace, service.log, opened, service.access.sessions, time.time())


def _provider(service: Service) -> IdentityProvider:
    if service.openid is None:
        raise HTTPException(404, "no provider is set up here; log in with a password")
    return service.openid
