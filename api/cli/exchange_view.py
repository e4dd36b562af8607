"""How the exchange reads to a person, and its rows as CSV."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from api.cli.output import table
from api.report.exchange_page import ASIDE, COLUMNS
from api.sharing_rules import COLUMNS as RULES
from api.spreadsheet import csv_text
from eligibility.exchange_packets import COLUMNS as PACKET_COLUMNS
from eligibility.exchange_packets import PacketFile, packet_row

Document = dict[str, Any]

SHOWN = 30
_BRIEF = (
    "request_id",
    "partner",
    "record_type",
    "identity_id",
    "gap",
    "asked_on",
    "due_on",
    "state",
    "answer",
    "chases",
)


def print_requests(out: Console, document: Document) -> None:
    """One line a request, then the answers set aside."""
    counts = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in document["counts"].items())
    out.print(f"As of {document['as_of']}: {counts}.")
    rows = document["rows"]
    if rows:
        out.print(table("Requests", _BRIEF, ([row[name] for name in _BRIEF] for row in rows[:SHOWN])))
    if len(rows) > SHOWN:
        out.print(f"... and {len(rows) - SHOWN:,} more; --format csv lists all", style="dim")
    aside = document["set_aside"]
    if aside:
        out.print(table("Answers set aside", ASIDE, ([row[name] for name in ASIDE] for row in aside[:SHOWN])))


def print_made(out: Console, document: Document) -> None:
    """What was asked, and which gaps were not and why."""
    print_requests(out, document)
    left = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in document["left_out"].items() if number)
    out.print(f"{len(document['rows']):,} requests made; gaps left out: {left or 'none'}.", style="bold")


def print_taken(out: Console, document: Document) -> None:
    """What was made of each answer."""
    verdicts = [row["verdict"] for row in document["answers"]]
    told = ", ".join(f"{verdicts.count(name):,} {name.replace('_', ' ')}" for name in dict.fromkeys(verdicts))
    out.print(f"{len(verdicts):,} answers: {told or 'nothing new'}.", style="bold")
    print_requests(out, document)


def requests_csv(document: Document) -> str:
    """The requests."""
    return csv_text(COLUMNS, ([row[name] for name in COLUMNS] for row in document["rows"]))


def print_rules(out: Console, document: Document) -> None:
    """One line a kind of fact, source and country."""
    rows = ([row[name] for name in RULES] for row in document["rows"])
    out.print(table("Whose facts are, and who may be told them", RULES, rows))
    out.print("Facts without an owner stay here; a manifest may say owner and may_go_to.", style="dim")


def rules_csv(document: Document) -> str:
    """The rules, countries joined by a bar."""
    rows = (row | {"may_go_to": "|".join(row["may_go_to"])} for row in document["rows"])
    return csv_text(RULES, ([row[name] for name in RULES] for row in rows))


def packets_csv(packets: PacketFile) -> str:
    """The packets, one row each."""
    rows = (packet_row(packet) for packet in packets.packets)
    return csv_text(PACKET_COLUMNS, ([row[name] for name in PACKET_COLUMNS] for row in rows))
