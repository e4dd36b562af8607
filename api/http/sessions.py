"""Logging in and out of a browser session, and who a caller is."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response

from api.accounts.login import Login, LoginRefused, PasswordMustChange, log_in
from api.accounts.purpose import stated
from api.accounts.sessions import Session, Sessions, csrf_token
from api.http.models.sessions import LoginRequest, SessionView
from api.http.problems import documented
from api.http.security import comes_from_another_site, cookie_name, drop_cookie, set_cookie
from api.http.service import CallerDependency, Service, ServiceDependency, address_of, session_of
from api.roles import Caller

router = APIRouter(prefix="/api/v1/session", tags=["session"], responses=documented())


@router.post("", response_model=SessionView)
def open_session(
    login: LoginRequest, request: Request, response: Response, service: ServiceDependency
) -> dict[str, Any]:
    """Log in: a session for a browser, in a cookie, with a stated purpose."""
    refuse_other_sites(request)
    service.rates.login(address_of(request), login.user)
    purpose = stated(login.purpose, login.reference)
    asked = Login(login.user, login.password, purpose, login.new_password)
    try:
        token = log_in(service.workspace, service.log, asked, service.access.sessions, time.time())
    except LoginRefused:
        raise HTTPException(401, "this user and password open nothing") from None
    except PasswordMustChange as error:
        raise HTTPException(403, str(error)) from None
    set_cookie(request, response, token, service.access.sessions.life_s)
    return view_of_token(service, token)


@router.get("", response_model=SessionView)
def get_session(request: Request, service: ServiceDependency, caller: CallerDependency) -> dict[str, Any]:
    """Who the caller is, what they may do, and the token that changes need."""
    session = session_of(request)
    if session is None:
        return _view(caller)
    return _view(caller, session, csrf_token(request.cookies[cookie_name(request)]))


@router.delete("", status_code=204)
def close_session(request: Request, service: ServiceDependency, caller: CallerDependency) -> Response:
    """Log out: the cookie opens nothing any more."""
    session = session_of(request)
    if session is None:
        raise HTTPException(400, "a key has no session; whoever runs this service can revoke it")
    with service.workspace.transaction() as connection:
        Sessions(connection, service.access.sessions, time.time()).close(session)
    service.audit(caller, "logout", [None], f"session {session.session_id}")
    response = Response(status_code=204)
    drop_cookie(request, response)
    return response


def refuse_other_sites(request: Request) -> None:
    """A login is started by a page of this service or by a program.

    Raises:
        HTTPException: 403 where a browser says that another site's page sent it.
    """
    if comes_from_another_site(request):
        raise HTTPException(403, "this can only be sent by a page of this service")


def view_of_token(service: Service, token: str) -> dict[str, Any]:
    """The session that was just opened."""
    with service.workspace.reading() as connection:
        session = Sessions(connection, service.access.sessions, time.time()).find(token)
    if session is None:
        raise HTTPException(401, "the user was let in no more while they logged in")
    return _view(session.caller, session, csrf_token(token))


def _view(caller: Caller, session: Session | None = None, csrf: str | None = None) -> dict[str, Any]:
    return {
        "user": caller.actor,
        "role": caller.role,
        "purpose": caller.purpose,
        "csrf_token": csrf,
        "idle_until": _time(session.idle_at) if session else None,
        "ends_at": _time(session.ends_at) if session else None,
    }


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
