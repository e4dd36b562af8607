"""A login with a password: who it is, why they look, and a session that is in the audit before it opens anything."""

from __future__ import annotations

from dataclasses import dataclass, field

from api.accounts.sessions import SessionLimits, Sessions
from api.accounts.users import User, Users, chosen_hash, is_password_of
from api.audit import AuditLog, Entry
from linkage.errors import LinkageError
from linkage.ledger import Workspace

UNKNOWN = "(unknown)"
"""Who the audit names for a login under no user's name: what was typed may be a password."""


class LoginRefused(LinkageError):
    """Name and password open nothing; nobody is told which of the two is wrong."""


class PasswordMustChange(LinkageError):
    """The password was given by somebody else; the person must choose their own."""


@dataclass(frozen=True, slots=True)
class Login:
    """What somebody sends to get in.

    Args:
        purpose: why they look, as the audit tells it.
        new_password: what the password is to be from now on; empty to leave it.
    """

    name: str
    password: str = field(repr=False)
    purpose: str
    new_password: str = field(default="", repr=False)


def log_in(workspace: Workspace, audit: AuditLog, login: Login, limits: SessionLimits, now: float) -> str:
    """The token of a new session of the user, which the audit knows of.

    Raises:
        LoginRefused: the name and password open nothing; the audit has it, with the name where it is a user's.
        PasswordMustChange: they are right, and no new password is given where one is due.
        SettingsError: the new password is too weak.
    """
    with workspace.reading() as connection:
        user = Users(connection).find(login.name)
    if not is_password_of(user, login.password):
        audit.record([Entry(user.name if user else UNKNOWN, "login refused")])
        raise LoginRefused("user and password open nothing here")
    assert user is not None, "nobody's password is never right"
    if user.must_change and not login.new_password:
        raise PasswordMustChange("choose a password of your own: send it as new_password with the one you were given")
    chosen = chosen_hash(user, login.new_password) if login.new_password else None
    return open_session(workspace, audit, (user, login.purpose, chosen), limits, now)


def open_session(
    workspace: Workspace,
    audit: AuditLog,
    opened: tuple[User, str, str | None],
    limits: SessionLimits,
    now: float,
) -> str:
    """The token of a new session, which the audit knows of.

    Args:
        opened: whose it is, why they look, and the hash of a password they chose with it.

    Raises:
        LedgerError: the audit cannot be written; no session is open then.
    """
    user, purpose, chosen = opened
    with workspace.transaction() as connection:
        if chosen is not None:
            Users(connection).keep_hash(user.name, chosen)
        token, number = Sessions(connection, limits, now).open(user.name, purpose)
        changed = " with a new password" if chosen is not None else ""
        audit.record([Entry(user.name, "login", detail=f"session {number}{changed} for {purpose}")])
    return token
