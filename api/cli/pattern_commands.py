"""`pattern`: questions an investigator asks of the graph, each by its name."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from api.cli import pattern_view
from api.cli.driver_commands import AsOfOption, require_format
from api.cli.session import Answer, Session, command, parse_date
from api.patterns import PatternRequest, list_patterns, people_in, run_pattern
from api.spreadsheet import csv_text
from linkage.errors import SettingsError

SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A parameter; may be repeated. See them with: pattern list."),
]


def register(app: typer.Typer) -> None:
    """The commands are part of `app`."""
    pattern = typer.Typer(help="Questions an investigator asks of the graph, by name.", no_args_is_help=True)
    command(pattern, "list")(list_command)
    command(pattern, "run")(run_command)
    app.add_typer(pattern, name="pattern")


def list_command(session: Session) -> Answer:
    """List the patterns with their parameters, defaults and limits."""
    del session
    document = list_patterns()
    return Answer(document, lambda out: pattern_view.print_patterns(out, document))


def run_command(
    session: Session,
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="As pattern list tells.", show_default=False)],
    values: SetOption = None,
    as_of: AsOfOption = None,
    output: Annotated[str, typer.Option("--format", help="table or csv.")] = "table",
) -> Answer:
    """Ask a pattern of the graph; the answer says what kept something out of it."""
    require_format(output)
    request = PatternRequest(name, _given(values or []), parse_date(as_of, "--as-of"))
    document = run_pattern(session.workspace(), request, session.store)
    session.audit("pattern", people_in(document) or [None], f"{name}: {document['total_shown']} rows")
    rows = csv_text(document["columns"], map(_row, document["rows"])) if output == "csv" else None
    if rows is not None:
        pattern_view.warn_of_cuts(document)
    return Answer(document, lambda out: pattern_view.print_found(out, document), rows)


def _given(values: list[str]) -> dict[str, str]:
    """The values by name.

    Raises:
        SettingsError: one has no name, or a name comes twice.
    """
    given: dict[str, str] = {}
    for value in values:
        name, sign, text = value.partition("=")
        if not sign or not name.strip():
            raise SettingsError("--set: give NAME=VALUE")
        if name.strip() in given:
            raise SettingsError("--set: give each parameter once")
        given[name.strip()] = text
    return given


def _row(row: dict[str, Any]) -> list[object]:
    return [pattern_view.joined(value) for value in row.values()]
