"""`search`, `show`, `why` and `risk`: the commands that show people, each audited before it prints."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import driver_view, risk_view, why_view
from api.cli.session import Answer, Session, command, parse_date
from api.risk import risk
from api.risk_people import people_shown
from api.search import LIMIT, MAX_TEXT, Query, search
from api.search_document import HIT_COLUMNS, hit_row, search_document
from api.show_driver import people_of, show_driver
from api.spreadsheet import csv_text
from api.why import why
from linkage.errors import SettingsError

IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="Identity id, former id or source/record_id.", show_default=False)
]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="Replay as known on this day, YYYY-MM-DD.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """The commands are part of `app`."""
    command(app, "search")(search_command)
    command(app, "show")(show_command)
    command(app, "why")(why_command)
    command(app, "risk")(risk_command)


def search_command(
    session: Session,
    text: Annotated[
        list[str],
        typer.Argument(metavar="TEXT", help="Name in any order, identifier, phone, plate, VIN or record id."),
    ],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Hits shown at most.")] = LIMIT,
    output: Annotated[str, typer.Option("--format", help="table or csv.")] = "table",
) -> Answer:
    """Find drivers by name, identifier, phone, plate, VIN or record id."""
    require_format(output)
    words = " ".join(text)
    if len(words) > MAX_TEXT:
        raise SettingsError(f"search: give at most {MAX_TEXT} characters")
    workspace = session.workspace()
    with workspace.reading() as connection:
        found = search(connection, Query(text=words), limit)
    session.audit("search", [hit.driver.identity_id for hit in found.hits] or [None], f"{found.total} hits")
    document = search_document(words, found)
    rows = csv_text(HIT_COLUMNS, map(hit_row, found.hits)) if output == "csv" else None
    return Answer(document, lambda out: driver_view.print_hits(out, document), rows)


def show_command(session: Session, reference: IdArgument) -> Answer:
    """Show one driver: records, attributes, events, enrolment, coverage, score and history."""
    document = show_driver(session.workspace(), reference)
    session.audit("show", people_of(document))
    return Answer(document, lambda out: driver_view.print_driver(out, document))


def why_command(
    session: Session,
    a: Annotated[str, typer.Argument(metavar="A", help="Identity or source/record_id.", show_default=False)],
    b: Annotated[str, typer.Argument(metavar="B", help="Identity or source/record_id.", show_default=False)],
) -> Answer:
    """Say why two records or identities are one person, possibly one, or two: bit by bit."""
    workspace = session.workspace()
    document = why(workspace, a, b)
    session.audit("why", dict.fromkeys(workspace.resolve_id(reference) for reference in (a, b)))
    return Answer(document, lambda out: why_view.print_why(out, document))


def risk_command(session: Session, reference: IdArgument, as_of: AsOfOption = None) -> Answer:
    """Show own and linked risk with every route, record and date they rest on."""
    document = risk(session.workspace(), reference, parse_date(as_of, "--as-of"), session.store)
    session.audit("risk", people_shown(document))
    return Answer(document, lambda out: risk_view.print_risk(out, document))


def require_format(output: str) -> None:
    """The output format is one there is.

    Raises:
        SettingsError: it is not.
    """
    if output not in {"table", "csv"}:
        raise SettingsError("--format: give table or csv")
