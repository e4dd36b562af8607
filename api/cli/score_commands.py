"""`identities`, `scores` and `rescore`: whole tables at a time."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console

from api.cli.driver_commands import require_format
from api.cli.output import error_console, table
from api.cli.progress import BarProgress
from api.cli.session import Answer, Session, command, parse_date
from api.exports import IDENTITY_COLUMNS, SCORE_COLUMNS, identity_rows, score_rows
from api.rescoring import rescore_workspace
from api.spreadsheet import csv_text

FormatOption = Annotated[str, typer.Option("--format", help="table or csv.")]
SHOWN = 30


def register(app: typer.Typer) -> None:
    """The commands are part of `app`."""
    command(app, "identities")(identities_command)
    command(app, "scores")(scores_command)
    command(app, "rescore")(rescore_command)


def identities_command(session: Session, output: FormatOption = "table") -> Answer:
    """List every record with its identity."""
    require_format(output)
    with session.workspace().reading() as connection:
        rows = identity_rows(connection)
    session.audit("export identities", [None], f"{len(rows)} records")
    return _listing(IDENTITY_COLUMNS, rows, output)


def scores_command(session: Session, output: FormatOption = "table") -> Answer:
    """List every score, the riskiest first."""
    require_format(output)
    with session.workspace().reading() as connection:
        rows = score_rows(connection)
    session.audit("export scores", [None], f"{len(rows)} identities")
    return _listing(SCORE_COLUMNS, rows, output)


def rescore_command(
    session: Session,
    full: Annotated[bool, typer.Option("--full", help="All drivers, not only what changed.")] = False,  # noqa: FBT002
    today: Annotated[
        str | None, typer.Option(help="Move the scores to this day, YYYY-MM-DD.", show_default=False)
    ] = None,
) -> Answer:
    """Compute the scores again."""
    with BarProgress(error_console()) as progress:
        progress.stage("re-scoring")
        document = rescore_workspace(session.workspace(), parse_date(today, "--today"), is_full=full, by=session.actor)
    session.audit("rescore", [None], f"{document['rescored']} identities")
    line = f"{document['rescored']:,} scored ({document['scope']}), {document['changed']:,} changed."
    return Answer(document, lambda out: out.print(line))


def _listing(columns: tuple[str, ...], rows: list[Any], output: str) -> Answer:
    document = {"rows": [dict(zip(columns, row, strict=True)) for row in rows], "total": len(rows)}
    if output == "csv":
        return Answer(document, text=csv_text(columns, rows))

    def view(out: Console) -> None:
        out.print(table(None, columns, rows[:SHOWN]))
        if len(rows) > SHOWN:
            out.print(f"... and {len(rows) - SHOWN:,} more; --format csv lists all", style="dim")

    return Answer(document, view)
