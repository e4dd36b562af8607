"""`coverage`: what was checked about whom, where and when, and what is still unknown."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import coverage_view
from api.cli.session import Answer, Session, command, parse_date
from api.coverage import CoverageQuestion, board_document, coverage_document, oldest_document
from api.report.coverage_page import board_page, cells_page, oldest_page
from linkage.errors import SettingsError

FORMATS = ("table", "csv", "html")
FormatOption = Annotated[str, typer.Option("--format", help="table, csv or html (a page to print).")]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="As known on this day, YYYY-MM-DD.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """The command is part of `app`."""
    command(app, "coverage")(coverage_command)


def coverage_command(  # noqa: PLR0913 - one option each
    session: Session,
    *,
    reference: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID]", help="One driver: identity id, former id or source/record_id.", show_default=False
        ),
    ] = None,
    board: Annotated[bool, typer.Option("--board", help="Count drivers by country and record type.")] = False,
    oldest: Annotated[bool, typer.Option("--oldest", help="List the drivers whose gap is the oldest.")] = False,
    country: Annotated[str | None, typer.Option(help="Cells of one country.", show_default=False)] = None,
    record_type: Annotated[str | None, typer.Option(help="Cells of one record type.", show_default=False)] = None,
    result: Annotated[
        str | None, typer.Option(help="clear, derogatory, not_shared, stale or never.", show_default=False)
    ] = None,
    may_go_to: Annotated[
        str | None, typer.Option(help="Cells that rest on a fact this country may be told.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Drivers listed by --oldest.")] = 100,
    as_of: AsOfOption = None,
    output: FormatOption = "table",
) -> Answer:
    """Show what was checked about enrolled drivers, by country and record type, and what is unknown."""
    require_format(output)
    day = parse_date(as_of, "--as-of")
    question = CoverageQuestion(day, country, record_type, result, may_go_to)
    if sum((board, oldest, reference is not None)) > 1:
        raise SettingsError("coverage: give one of ID, --board and --oldest")
    if (board or oldest) and (country or record_type or result or may_go_to):
        raise SettingsError(
            "coverage: --country, --record-type, --result and --may-go-to pick cells, not drivers or counts"
        )
    if board:
        return _board(session, question, limit, output)
    if oldest:
        return _oldest(session, question, limit, output)
    return _cells(session, question, reference, output)


def require_format(output: str) -> None:
    """The output format is one there is.

    Raises:
        SettingsError: it is not.
    """
    if output not in FORMATS:
        raise SettingsError(f"--format: give one of {', '.join(FORMATS)}")


def _cells(session: Session, question: CoverageQuestion, reference: str | None, output: str) -> Answer:
    document = coverage_document(session.workspace(), question, reference)
    people = list(dict.fromkeys(row["identity_id"] for row in document["rows"]))
    session.audit("coverage", people or [None], f"{len(document['rows'])} cells")
    driver = people[0] if reference is not None and people else None
    text = None
    if output == "html":
        text = cells_page(document, driver)
    elif output == "csv":
        text = coverage_view.cells_csv(document)
    return Answer(document, lambda out: coverage_view.print_cells(out, document), text)


def _board(session: Session, question: CoverageQuestion, limit: int, output: str) -> Answer:
    workspace = session.workspace()
    document = board_document(workspace, question.as_of)
    text = None
    people: list[str | None] = []
    if output == "html":
        oldest = oldest_document(workspace, question.as_of, limit)
        people = [row["identity_id"] for row in oldest["rows"]]
        text = board_page(document, oldest)
    elif output == "csv":
        text = coverage_view.board_csv(document)
    session.audit("coverage board", people or [None], f"{document['drivers']} drivers")
    return Answer(document, lambda out: coverage_view.print_board(out, document), text)


def _oldest(session: Session, question: CoverageQuestion, limit: int, output: str) -> Answer:
    document = oldest_document(session.workspace(), question.as_of, limit)
    session.audit("coverage oldest", [row["identity_id"] for row in document["rows"]] or [None])
    texts = {"csv": coverage_view.oldest_csv, "html": oldest_page}
    text = texts[output](document) if output in texts else None
    return Answer(document, lambda out: coverage_view.print_oldest(out, document), text)
