"""`succession list`, `confirm`, `reject` and `undo`: a person's word on carriers that may be another one reopened."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console

from api.cli.decision_commands import ReasonOption
from api.cli.driver_commands import require_format
from api.cli.graph_view import warn_if_pending
from api.cli.output import plain, table
from api.cli.session import Answer, Session, command
from api.decide import TAKEN_BACK
from api.progress import Silent
from api.projection import follow_up
from api.spreadsheet import csv_text
from api.successions import COLUMNS, list_successions, rule, undo_ruling
from graph.successors import Ruling
from linkage.ledger import Workspace

A = Annotated[
    str,
    typer.Argument(metavar="A", help="Carrier; the one that ended, where no date says which.", show_default=False),
]
B = Annotated[str, typer.Argument(metavar="B", help="The other carrier.", show_default=False)]
SHOWN = 30
_VERBS = {Ruling.CONFIRMED: "confirm", Ruling.REJECTED: "reject"}


def register(app: typer.Typer) -> None:
    """The commands are part of `app`."""
    group = typer.Typer(help="Carriers that may be another one reopened.", no_args_is_help=True)
    command(group, "list")(list_command)
    command(group, "confirm")(confirm_command)
    command(group, "reject")(reject_command)
    command(group, "undo")(undo_command)
    app.add_typer(group, name="succession")


def list_command(
    session: Session,
    with_settled: Annotated[  # noqa: FBT002
        bool, typer.Option("--all", help="Likely ones and those that a person ruled on, too.")
    ] = False,
    output: Annotated[str, typer.Option("--format", help="table or csv.")] = "table",
) -> Answer:
    """List what waits for a person, the likeliest first."""
    require_format(output)
    document = list_successions(session.workspace(), with_settled=with_settled)
    rows = document["rows"]
    session.audit("succession list", [None], f"{len(rows)} pairs")
    if output == "csv":
        return Answer(document, text=csv_text(COLUMNS, ([row[name] for name in COLUMNS] for row in rows)))
    return Answer(document, lambda out: _print(out, rows))


def confirm_command(session: Session, a: A, b: B, reason: ReasonOption) -> Answer:
    """Rule that one carrier is the other reopened: as certain as a declared succession."""
    return _rule(session, (a, b), Ruling.CONFIRMED, reason)


def reject_command(session: Session, a: A, b: B, reason: ReasonOption) -> Answer:
    """Rule that neither carrier is the other reopened: comparing them never brings it back."""
    return _rule(session, (a, b), Ruling.REJECTED, reason)


def undo_command(
    session: Session,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="Number of the ruling.", show_default=False)],
    reason: Annotated[str, typer.Option("--reason", "-r", help="Why, for the trail.")] = TAKEN_BACK,
) -> Answer:
    """Take ruling NUMBER back; it stays on record as undone."""
    workspace = session.workspace()
    return _answer(session, workspace, "succession undo", undo_ruling(workspace, number, session.actor, reason))


def _rule(session: Session, pair: tuple[str, str], ruling: Ruling, reason: str) -> Answer:
    workspace = session.workspace()
    document = rule(workspace, *pair, ruling, reason, session.actor)
    return _answer(session, workspace, f"succession {_VERBS[ruling]}", document)


def _answer(session: Session, workspace: Workspace, action: str, document: dict[str, Any]) -> Answer:
    """The store that follows has the ruling too, or it is told that it has not yet; the audit names it."""
    document |= follow_up(workspace, session.store, Silent())
    warn_if_pending(document)
    session.audit(action, [None], f"ruling {document['ruling']['n']}")
    return Answer(document, lambda out: _print_ruling(out, document))


def _print(out: Console, rows: list[dict[str, Any]]) -> None:
    if not rows:
        out.print("Nothing waits for a person.")
        return
    columns = ("older", "younger", "answer", "probability", "bits", "since", "ruling")
    out.print(table(None, columns, ([row[name] for name in columns] for row in rows[:SHOWN])))
    for row in rows[:SHOWN]:
        bits = ", ".join(f"{one['attribute']} {one['level']} {one['bits']:+.1f}" for one in row["reasons"])
        out.print(f"{plain(row['younger'])}: {plain(row['says'] or 'comparing finds nothing')}", markup=True)
        out.print(f"  {plain(bits)}", style="dim", markup=True)
    if len(rows) > SHOWN:
        out.print(f"... and {len(rows) - SHOWN:,} more; --format csv lists all", style="dim")
    out.print("Rule on one with: crosslane succession confirm|reject OLDER YOUNGER --reason TEXT", style="dim")


def _print_ruling(out: Console, document: dict[str, Any]) -> None:
    ruling = document["ruling"]
    undone = " (undone)" if ruling["undone_at"] else ""
    out.print(f"Ruling {ruling['n']}: {ruling['ruling']}{undone}", style="bold")
    out.print(f"{plain(ruling['younger'])} after {plain(ruling['older'])}. {document['rescored']:,} re-scored.")
    if not undone:
        out.print(f"Take it back with: crosslane succession undo {ruling['n']}", style="dim")
