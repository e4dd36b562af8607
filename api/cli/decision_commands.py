"""`link`, `unlink` and `undo`: a named person's judgement, with a reason."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console

from api.cli.graph_view import warn_if_pending
from api.cli.output import table
from api.cli.session import Answer, Session, command, parse_date
from api.decide import TAKEN_BACK, decide, people_of, undo
from api.progress import Silent
from api.projection import follow_up
from linkage.errors import SettingsError
from linkage.ledger import Workspace

A = Annotated[str, typer.Argument(metavar="A", help="Record (source/record_id) or identity.", show_default=False)]
B = Annotated[str, typer.Argument(metavar="B", help="The other one.", show_default=False)]
ReasonOption = Annotated[str, typer.Option("--reason", "-r", help="Why, in words that others can check.")]
TodayOption = Annotated[
    str | None,
    typer.Option(help="Move the scores to this day, YYYY-MM-DD; they keep theirs by default.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """The commands are part of `app`."""
    command(app, "link")(link_command)
    command(app, "unlink")(unlink_command)
    command(app, "undo")(undo_command)


def link_command(session: Session, a: A, b: B, reason: ReasonOption, today: TodayOption = None) -> Answer:
    """Judge that two records are one person."""
    return _judge(session, (a, b), "same", reason, today)


def unlink_command(session: Session, a: A, b: B, reason: ReasonOption, today: TodayOption = None) -> Answer:
    """Judge that two records are two people."""
    return _judge(session, (a, b), "different", reason, today)


def undo_command(
    session: Session,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="Number of the decision.", show_default=False)],
    reason: Annotated[str, typer.Option("--reason", "-r", help="Why, for the trail.")] = TAKEN_BACK,
    today: TodayOption = None,
) -> Answer:
    """Take decision NUMBER back; it stays on record as undone."""
    workspace = session.workspace()
    document = undo(workspace, number, session.actor, parse_date(today, "--today"), reason)
    _follow(session, workspace, document)
    session.audit("undo", people_of(document) or [None], f"decision {number}")
    return Answer(document, lambda out: print_decision(out, document))


def print_decision(out: Console, document: dict[str, Any]) -> None:
    """The decision and what moved because of it."""
    decision = document["decision"]
    out.print(f"Decision {decision['n']}: {decision['judgement']}", style="bold", end="")
    out.print(" (undone)" if decision.get("undone_at") else "", style="bold")
    moves = document["moves"]
    if moves:
        out.print(table(None, ("move", "from", "to"), ([m["kind"], m["from"], m["to"]] for m in moves)))
    else:
        out.print("No identity moved.")
    out.print(f"{document['rescored']:,} re-scored. Take it back with: crosslane undo {decision['n']}", style="dim")


def _judge(session: Session, pair: tuple[str, str], judgement: str, reason: str, today: str | None) -> Answer:
    if not reason.strip():
        raise SettingsError("--reason: say why, in words that others can check")
    workspace = session.workspace()
    document = decide(workspace, *pair, judgement, reason.strip(), session.actor, parse_date(today, "--today"))
    _follow(session, workspace, document)
    session.audit(judgement, people_of(document) or [None], f"decision {document['decision']['n']}")
    return Answer(document, lambda out: print_decision(out, document))


def _follow(session: Session, workspace: Workspace, document: dict[str, Any]) -> None:
    """The store that follows has the decision too, or it is told that it has not yet."""
    document |= follow_up(workspace, session.store, Silent())
    warn_if_pending(document)
