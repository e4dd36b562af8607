"""The printable page of the exchange: requests by state, those that wait longest, and answers set aside."""

from __future__ import annotations

from typing import Any

from api.report.markup import Html, table
from api.report.printable import printable, section

Document = dict[str, Any]

COLUMNS = (
    *("request_id", "partner", "record_type", "identity_id", "gap", "gap_since", "asked_on", "due_on", "state"),
    *("answer", "answered_on", "chases", "last_chased_on", "set_aside_because"),
)
_ON_PAPER = (*("request_id", "records", "identity_id", "gap", "asked_on", "due_on", "state", "answer", "chases"),)
ASIDE = ("request_id", "verdict", "reason", "answer", "known_on")


def exchange_page(document: Document) -> str:
    """Requests and set-aside answers; of people the page holds identity ids only."""
    rows = [row | {"records": f"{row['partner']} {row['record_type'].replace('_', ' ')}"} for row in document["rows"]]
    counts = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in document["counts"].items())
    sections = [
        section(
            "Requests",
            f"All requests: {counts}.",
            "An overdue request is chased; a request whose answer was set aside needs a person to look at it.",
            _table("Requests", _ON_PAPER, rows),
        )
    ]
    if document["set_aside"]:
        sections.append(
            section(
                "Answers set aside",
                "These answers cover nobody: each says why it is not, or not surely, about the driver asked about.",
                _table("Answers set aside", ASIDE, document["set_aside"]),
            )
        )
    return printable("Requests to partner countries", f"As of {document['as_of']}.", sections)


def _table(caption: str, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> Html:
    return table(
        caption, [name.replace("_", " ") for name in columns], [[row[name] for name in columns] for row in rows]
    )
