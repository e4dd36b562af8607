"""`screen`: whom the passing of time brings before a reviewer, what screenings found, and how long each step took."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console

from api.cli.output import error_console, table
from api.cli.progress import BarProgress
from api.cli.session import Answer, Session, command, parse_date
from api.rescoring import screen_workspace
from api.screening_reports import lag_document, runs_document

_RUNS = ("screening_id", "at", "cause", "ref", "as_of", "scope", "screened", "opened", "reopened", "extended")
_LAG = ("trigger", "step", "reviews", "median", "p95")


def register(app: typer.Typer) -> None:
    """The command is part of `app`."""
    command(app, "screen")(screen_command)


def screen_command(
    session: Session,
    today: Annotated[
        str | None, typer.Option(help="Screen as of this day, YYYY-MM-DD; the scores move to it.", show_default=False)
    ] = None,
    lag: Annotated[bool, typer.Option("--lag", help="Show how long each step took, and screen nobody.")] = False,  # noqa: FBT002
    runs: Annotated[bool, typer.Option("--runs", help="List past screenings, and screen nobody.")] = False,  # noqa: FBT002
    since: Annotated[
        str | None, typer.Option(help="With --lag: only records received from this day on.", show_default=False)
    ] = None,
) -> Answer:
    """Look at every enrolled driver again: what time alone brings opens reviews."""
    if lag:
        document = lag_document(session.workspace(), parse_date(since, "--since"))
        return _listing("Days from event to decision", _LAG, document)
    if runs:
        return _listing("Screenings", _RUNS, runs_document(session.workspace()))
    with BarProgress(error_console()) as progress:
        progress.stage("screening")
        document = screen_workspace(session.workspace(), parse_date(today, "--today"), session.actor)
    session.audit("screen", [None], f"{document['screened']} drivers, {document['reviews_opened']} reviews opened")
    line = (
        f"{document['screened']:,} drivers screened as of {document['as_of']}: {document['reviews_opened']:,} reviews "
        f"opened, {document['reviews_reopened']:,} reopened, {document['reviews_extended']:,} extended."
    )
    return Answer(document, lambda out: out.print(line))


def _listing(title: str, columns: tuple[str, ...], document: dict[str, Any]) -> Answer:
    rows = [[row[name] for name in columns] for row in document["rows"]]

    def view(out: Console) -> None:
        out.print(table(title, columns, rows))

    return Answer(document, view)
