"""`user add`, `user list`, `user role`, `user reset` and `user disable`: who is let into the workspace."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from rich.console import Console

from api.accounts.users import Subject, Users
from api.cli.output import plain, table
from api.cli.session import Answer, Session, command
from api.roles import Role
from linkage.errors import SettingsError

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name of the person.", show_default=False)]
COLUMNS = ("name", "role", "login", "must_change", "created_at", "created_by", "disabled_at")


def register(app: typer.Typer) -> None:
    """The commands are part of `app`."""
    users = typer.Typer(help="People who are let into the workspace.", no_args_is_help=True)
    command(users, "add")(add_command)
    command(users, "list")(list_command)
    command(users, "role")(role_command)
    command(users, "reset")(reset_command)
    command(users, "disable")(disable_command)
    app.add_typer(users, name="user")


def add_command(
    session: Session,
    name: NameArgument,
    role: Annotated[Role, typer.Option(help="What the person may do.")] = Role.VIEWER,
    subject: Annotated[
        str | None,
        typer.Option(help="The person's `sub` at the provider of CROSSLANE_OIDC_ISSUER.", show_default=False),
    ] = None,
    ask_password: Annotated[  # noqa: FBT002
        bool, typer.Option("--ask-password", help="Let the person type their own password now, or pipe it in.")
    ] = False,
) -> Answer:
    """Let a person in; prints a one-time password, this once, unless they have another way to log in."""
    if subject is not None and ask_password:
        raise SettingsError("give --subject or --ask-password: whoever logs in at a provider has no password here")
    how = _subject(session, subject) if subject is not None else (_typed_password() if ask_password else None)
    with session.workspace().transaction() as connection:
        document = Users(connection).add(name, role, session.actor, how)
    session.audit("user add", [None], f"{name} as {role.value}")
    return Answer(document, lambda out: _print_new(out, document))


def list_command(session: Session) -> Answer:
    """List the people, without their secrets."""
    with session.workspace().reading() as connection:
        rows = Users(connection).rows()
    shown = table(None, COLUMNS, ([row[name] for name in COLUMNS] for row in rows))
    none = "Nobody is let in. Let somebody in with: crosslane user add"
    return Answer({"users": rows}, lambda out: out.print(shown if rows else none))


def role_command(
    session: Session,
    name: NameArgument,
    role: Annotated[Role, typer.Argument(metavar="ROLE", help="What the person may do.", show_default=False)],
) -> Answer:
    """Give a person another role, at once."""
    with session.workspace().transaction() as connection:
        document = Users(connection).change_role(name, role)
    session.audit("user role", [None], f"{name} as {role.value}")
    return Answer(document, lambda out: out.print(f"{plain(name)} is {role.value} now."))


def reset_command(session: Session, name: NameArgument) -> Answer:
    """Give a person a new one-time password, printed this once; their sessions end."""
    with session.workspace().transaction() as connection:
        document = Users(connection).reset_password(name)
    session.audit("user reset", [None], name)
    return Answer(document, lambda out: _print_new(out, document))


def disable_command(session: Session, name: NameArgument) -> Answer:
    """Let a person in no more; their sessions end at once."""
    with session.workspace().transaction() as connection:
        document = Users(connection).disable(name, session.actor)
    session.audit("user disable", [None], name)
    return Answer(document, lambda out: out.print(f"{plain(name)} is let in no more."))


def _subject(session: Session, subject: str) -> Subject:
    issuer = session.settings.oidc_issuer
    if not issuer:
        raise SettingsError("--subject: set CROSSLANE_OIDC_ISSUER to the provider that knows the person so")
    if not subject.strip():
        raise SettingsError("--subject: give the person's `sub` at the provider")
    return Subject(issuer, subject)


def _typed_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


def _print_new(out: Console, document: dict[str, Any]) -> None:
    if "password" not in document:
        out.print(f"{plain(document['name'])} is let in as {document['role']}.")
        return
    out.print(f"{plain(document['name'])} ({document['role']}). Hand the one-time password over now; it is not shown")
    out.print("again, and opens nothing but the choice of another:")
    out.print(document["password"], style="bold", markup=False)
