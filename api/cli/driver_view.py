"""How search hits and one driver read to a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console

from api.cli.output import cell, fields, table

MAX_EVENTS = 30
NEVER = "never"
POSSIBLE = ("record", "other", "identity", "probability")


def print_hits(out: Console, document: dict[str, Any]) -> None:
    """One line a driver, best first."""
    hits = document["hits"]
    if not hits:
        out.print("Nobody found. Names may be in any order; identifiers must be whole.")
        return
    columns = ("id", "name", "born", "countries", "records", "score", "band", "matched on")
    names = ("identity_id", "name", "birth_date", "countries", "records", "score", "band", "matched_on")
    rows = [[hit[name] for name in names] for hit in hits]
    out.print(table(None, columns, rows))
    if document["total"] > len(hits):
        found = f"{'more than ' if document['is_cut'] else ''}{document['total']:,} found"
        out.print(f"{found}; the first {len(hits)} are shown (--limit)", style="dim")


def print_driver(out: Console, document: dict[str, Any]) -> None:
    """Who, from which records, with which events, checked where, and what became of the identity."""
    head: dict[str, object] = {"driver": document["identity_id"]}
    if document["former_ids"]:
        head["formerly"] = document["former_ids"]
    score = document["score"]
    if score:
        head["own risk"] = f"{score['own']:.1f}"
        head["linked risk"] = f"{score['linked']:.1f} ({score['linked_band']})"
        head["queue score"] = f"{score['score']:.1f} ({score['band']}), as of {score['as_of']}"
    if document["enrolment"]:
        enrolment = document["enrolment"]
        head["enrolled"] = f"{enrolment['source']}: {enrolment['status']}, until {enrolment['expires_on'] or 'unknown'}"
    link = document["weakest_link"]
    if link:
        head["weakest link"] = f"{link['left']} and {link['right']}, {link['bits']:.1f} bits"
    head["coverage"] = coverage_text(document["coverage"])
    out.print(fields(head))
    records = [
        [r["key"], r["country"], _name(r["standard"]), r["standard"]["birth_date"], r["confidence"]]
        for r in document["records"]
    ]
    out.print(table("Records", ("record", "country", "name", "born", "confidence"), records))
    values = [
        [item["attribute"] if n == 0 else "", value["value"], value["records"]]
        for item in document["attributes"]
        for n, value in enumerate(item["values"])
    ]
    out.print(table("Attributes", ("attribute", "value", "said by"), values))
    events = [
        [e["event_date"], e["event_type"], e["severity"], e["status"], e["key"], e["description"]]
        for e in document["events"][-MAX_EVENTS:]
    ]
    columns = ("date", "type", "severity", "status", "event", "description")
    out.print(table("Events", columns, events) if events else "No events.")
    links = [[x["record"], x["other"], x["identity_id"], x["probability"]] for x in document["possible_links"]]
    if links:
        out.print(table("Possibly the same person, for a reviewer", POSSIBLE, links))
    moves = [[m["at"], m["kind"], m["from"], m["to"], f"{m['cause']} {m['ref']}"] for m in document["history"]]
    out.print(table("History", ("when", "what", "from", "to", "because of"), moves))


def coverage_text(coverage: Sequence[dict[str, Any]]) -> str:
    """Coverage in a few words a country: what was found when it was asked, and what nobody ever asked."""
    told = []
    for country in dict.fromkeys(row["country"] for row in coverage):
        rows = [row for row in coverage if row["country"] == country]
        asked = [row for row in rows if row["result"] != NEVER]
        results = dict.fromkeys(row["result"] for row in asked)
        parts = [f"{_types(asked, result)} {result.replace('_', ' ')}" for result in results]
        if len(asked) < len(rows):
            parts.append(f"{_types(rows, NEVER)} never asked" if asked else "never asked")
        told.append(f"{country}: {'; '.join(parts)}")
    return " | ".join(told) or "nobody was asked"


def _types(rows: Sequence[dict[str, Any]], result: str) -> str:
    return ", ".join(row["record_type"].replace("_", " ") for row in rows if row["result"] == result)


def _name(standard: dict[str, Any]) -> str:
    names = [standard.get(part) for part in ("given_name", "surname", "second_surname")]
    return " ".join(name for name in names if name) or cell("(no name)").plain
