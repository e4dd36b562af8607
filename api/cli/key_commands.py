"""`key add`, `key list` and `key revoke`: who may call the HTTP API."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console

from api.accounts.purpose import Purpose
from api.cli.output import table
from api.cli.session import Answer, Session, command
from api.keys import Keys
from api.roles import Role


def register(app: typer.Typer) -> None:
    """The commands are part of `app`."""
    keys = typer.Typer(help="Service keys for the HTTP API.", no_args_is_help=True)
    command(keys, "add")(add_command)
    command(keys, "list")(list_command)
    command(keys, "revoke")(revoke_command)
    app.add_typer(keys, name="key")


def add_command(
    session: Session,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Who will use the key, such as a system's name.", show_default=False)
    ],
    role: Annotated[Role, typer.Option(help="What the key may do.")] = Role.VIEWER,
    purpose: Annotated[
        Purpose | None, typer.Option(help="What it reads people for; the audit names it.", show_default=False)
    ] = None,
) -> Answer:
    """Make a key and print its secret, this once."""
    with session.workspace().transaction() as connection:
        document = Keys(connection).add(name, role, session.actor, purpose.value if purpose else "")
    session.audit("key add", [None], document["key_id"])

    def view(out: Console) -> None:
        out.print(f"Key {document['key_id']} ({role.value}). Keep the secret now, it is not shown again:")
        out.print(document["secret"], style="bold", markup=False)

    return Answer(document, view)


def list_command(session: Session) -> Answer:
    """List keys, without their secrets."""
    with session.workspace().reading() as connection:
        rows = Keys(connection).rows()
    columns = ("key_id", "name", "role", "purpose", "hash", "created_at", "created_by", "revoked_at")
    shown = table(None, columns, ([row[name] for name in columns] for row in rows))
    return Answer({"keys": rows}, lambda out: out.print(shown if rows else "No keys. Make one with: crosslane key add"))


def revoke_command(
    session: Session,
    which: Annotated[str, typer.Argument(metavar="NAME", help="Name or id of the key.", show_default=False)],
) -> Answer:
    """Make a key open nothing any more."""
    with session.workspace().transaction() as connection:
        document: dict[str, Any] = Keys(connection).revoke(which, session.actor)
    session.audit("key revoke", [None], document["key_id"])
    return Answer(document, lambda out: out.print(f"Key {document['key_id']} is revoked."))
