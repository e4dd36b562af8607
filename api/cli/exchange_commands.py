"""`exchange`: gaps in coverage put to partner countries, their answers taken in, late ones chased."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli import exchange_view
from api.cli.coverage_commands import AsOfOption, FormatOption, require_format
from api.cli.output import error_console
from api.cli.progress import BarProgress
from api.cli.session import Answer, Session, command, parse_date
from api.exchange import Act, Ask, chase, export, request_gaps
from api.exchange_intake import SOURCE, take_answers
from api.exchange_list import list_requests
from api.report.exchange_page import exchange_page
from api.sharing_rules import sharing_rules
from eligibility.exchange_packets import packet_schema
from linkage.errors import SettingsError

PartnerOption = Annotated[str, typer.Option("--partner", "-p", help="Country asked, such as MX.", show_default=False)]
ReasonOption = Annotated[str, typer.Option("--reason", "-r", help="Why, in words that others can check.")]
TodayOption = Annotated[
    str | None,
    typer.Option(help="The day it is done, YYYY-MM-DD; the day of the scores by default.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """The commands are part of `app`."""
    exchange = typer.Typer(help="Verification requests to partner countries, and their answers.", no_args_is_help=True)
    command(exchange, "list")(list_command)
    command(exchange, "request")(request_command)
    command(exchange, "export")(export_command)
    command(exchange, "answer")(answer_command)
    command(exchange, "chase")(chase_command)
    command(exchange, "schema")(schema_command)
    command(exchange, "rules")(rules_command)
    app.add_typer(exchange, name="exchange")


def list_command(
    session: Session,
    state: Annotated[str | None, typer.Option(help="open, overdue, answered or set_aside.", show_default=False)] = None,
    as_of: AsOfOption = None,
    output: FormatOption = "table",
) -> Answer:
    """List the requests and how each stands, and the answers that were set aside."""
    require_format(output)
    document = list_requests(session.workspace(), parse_date(as_of, "--as-of"), state)
    _audit(session, "exchange list", document)
    texts = {"csv": exchange_view.requests_csv, "html": exchange_page}
    text = texts[output](document) if output in texts else None
    return Answer(document, lambda out: exchange_view.print_requests(out, document), text)


def request_command(  # noqa: PLR0913, PLR0917 - one option each
    session: Session,
    partner: PartnerOption,
    reason: ReasonOption,
    record_type: Annotated[str | None, typer.Option(help="One record type only.", show_default=False)] = None,
    driver: Annotated[
        str | None, typer.Option(help="One driver only: identity id or source/record_id.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Requests made at most, the oldest gaps first.")] = 1000,
    today: TodayOption = None,
) -> Answer:
    """Turn gaps in coverage into requests to a partner, each with its packet."""
    ask = Ask(partner.upper(), record_type, driver, limit)
    document = request_gaps(session.workspace(), ask, _act(session, reason, today))
    _audit(session, "exchange request", document)
    return Answer(document, lambda out: exchange_view.print_made(out, document))


def export_command(  # noqa: PLR0913, PLR0917 - one option each
    session: Session,
    partner: PartnerOption,
    reason: ReasonOption,
    requests: Annotated[
        list[str] | None, typer.Argument(metavar="[REQUEST]...", help="Ids; all that wait for an answer by default.")
    ] = None,
    output: Annotated[str, typer.Option("--format", help="json or csv.")] = "json",
    today: TodayOption = None,
) -> Answer:
    """Print the packets for a partner, as JSON or CSV, and record that they were told to it."""
    if output not in {"json", "csv"}:
        raise SettingsError("--format: give json or csv")
    packets, rows = export(session.workspace(), _act(session, reason, today), partner.upper(), requests or ())
    session.audit("exchange export", [row["identity_id"] for row in rows] or [None], f"to {partner.upper()}")
    document = packets.model_dump(mode="json")
    text = exchange_view.packets_csv(packets) if output == "csv" else json.dumps(document, ensure_ascii=False) + "\n"
    return Answer(document, text=text)


def answer_command(
    session: Session,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Answers as a partner sent them.")],
    source: Annotated[str, typer.Option(help="Built-in source, or the path of a manifest.")] = SOURCE,
    reason: ReasonOption = "answers of a partner taken in",
    today: TodayOption = None,
) -> Answer:
    """Take a partner's answers in; what is not about the driver asked about is set aside."""
    with BarProgress(error_console()) as progress:
        document = take_answers(session.workspace(), files, _act(session, reason, today), source, progress)
    _audit(session, "exchange answer", document)
    return Answer(document, lambda out: exchange_view.print_taken(out, document))


def chase_command(
    session: Session,
    reason: ReasonOption,
    partner: Annotated[
        str | None, typer.Option("--partner", "-p", help="One partner only.", show_default=False)
    ] = None,
    today: TodayOption = None,
) -> Answer:
    """Chase every overdue request: it is due again on a later day."""
    chosen = None if partner is None else partner.upper()
    document = chase(session.workspace(), _act(session, reason, today), chosen)
    _audit(session, "exchange chase", document)
    return Answer(document, lambda out: exchange_view.print_requests(out, document))


def schema_command(session: Session) -> Answer:
    """Print the JSON Schema of the packets."""
    del session
    document = packet_schema()
    return Answer(document, text=json.dumps(document, indent=1) + "\n")


def rules_command(
    session: Session, output: Annotated[str, typer.Option("--format", help="table or csv.")] = "table"
) -> Answer:
    """Show whose the workspace's facts are, and who may be told them."""
    if output not in {"table", "csv"}:
        raise SettingsError("--format: give table or csv")
    document = sharing_rules(session.workspace())
    text = exchange_view.rules_csv(document) if output == "csv" else None
    return Answer(document, lambda out: exchange_view.print_rules(out, document), text)


def _act(session: Session, reason: str, today: str | None) -> Act:
    return Act(session.actor, reason.strip(), parse_date(today, "--today"))


def _audit(session: Session, action: str, document: dict[str, Any]) -> None:
    people = dict.fromkeys(row["identity_id"] for row in document["rows"])
    session.audit(action, list(people) or [None], f"{len(document['rows'])} requests")
