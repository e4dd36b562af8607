"""The printable pages of reviews: the queue, one case with its facts before its score, and how evenly people decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.report.markup import Html, table
from api.report.printable import printable, section

Document = dict[str, Any]

_QUEUE = ("review_id", "priority", "state", "trigger", "identity_id", "assignee", "waiting_days", "reason")
_EVIDENCE = ("event", "code", "standing", "event_date", "known_on", "status", "quality", "confidence", "source")
_GROUNDS = ("code", "description", "consequence", "lookback", "points", "policy_source")
_COUNTED = ("group", "offences", "window_years", "period", "days", "undated", "confidence", "source")
_COVERAGE = ("country", "record_type", "result", "checked_on", "legal_basis", "request_state", "answer_due")
LINKED = 10
"""Incidents of others that a page tells of, the weightiest."""

_ORDER = "The order is of attention alone: no score and no band decides anything, and every outcome has a named person."
_UNKNOWN = "Unknown is not clear: what was never asked for, is not shared or has run out says nothing about the driver."


def queue_page(document: Document) -> str:
    """The queue, the weightiest first."""
    told = f"{len(document['rows']):,} reviews as of {document['as_of']}."
    return printable("Reviews", told, [section("Queue", _ORDER, _table("Reviews", _QUEUE, document["rows"]))])


def case_page(document: Document) -> str:
    """One review: what it is about, the trace, what is unknown, who it is, the links, what was done."""
    stands = f"{document['state']}, round {document['round']}"
    told = f"Opened {document['opened_at'][:10]}, {stands}, as of {document['as_of']}."
    sections = [
        section("What it is about", document["reason"], *_outcome(document)),
        *_trace(document),
        section("Coverage", _UNKNOWN, _table("Answers", _COVERAGE, document["coverage"])),
        section("Identity", *_identity(document)),
        section("Linked incidents", *_links(document)),
        section("What was done", _table("Steps", ("at", "actor", "action", "reason"), document["trail"])),
    ]
    return printable(f"Review {document['review_id']}", told, sections)


def agreement_page(document: Document) -> str:
    """Agreement and overrides, each with its counts."""
    kinds = ("second_signatures", "blind_readings")
    rows = [{"readings": kind.replace("_", " "), **document[kind]} for kind in kinds]
    tables = [
        _counts(f"{kind.replace('_', ' ').capitalize()}: first reader by second", document[kind]["table"])
        for kind in kinds
        if document[kind]["table"]
    ]
    explained = (
        "Kappa is the share of cases read alike beyond what chance alone would give; it is left blank where it cannot "
        "be told, and its interval is too narrow where pairs are few. An override is an outcome against the band in "
        "which the driver stood, and no error by itself; the "
        f"interval is Wilson's at {document['confidence']:.0%}."
    )
    sections = [
        section(
            "Agreement",
            explained,
            _table("Readings", ("readings", "pairs", "agreed", "kappa", "low", "high"), rows),
            *tables,
        ),
        section(
            "Overrides",
            _table("Overrides", ("override", "count", "of", "rate", "lower", "upper"), document["overrides"]),
        ),
        section(
            "By reviewer",
            "Adverse outcomes put forward by each first person. Cases are not alike: a difference is a reason to look.",
            _table("Reviewers", ("reviewer", "count", "of", "rate", "lower", "upper"), document["adverse_by_reviewer"]),
        ),
    ]
    return printable("How evenly people decide", f"As of {document['as_of']}.", sections)


def policy_page(document: Document) -> str:
    """What each ground means, and where it is from."""
    columns = ("code", "consequence", "lookback", "points", "reason_code", "audience", "description", "source")
    told = f"Eligibility policy {document['policy']}: no row is an outcome; it opens or orders a review."
    sources = [{"value": name, "source": source} for name, source in document["sources"].items()]
    scale = f"Points are {document['points_scale']}; they are not added up."
    sections = [
        section("Grounds", scale, _table("Grounds", columns, document["rows"])),
        section("Other values", _table("Where they come from", ("value", "source"), sources)),
    ]
    return printable("Eligibility policy", told, sections)


def _trace(document: Document) -> list[Html]:
    trace = document["trace"]
    factors = [factor | {"finding": _finding(factor)} for factor in trace["factors"] if factor["kind"] != "context"]
    columns = ("factor", "kind", "consequence", "finding", "says")
    left = len(trace["unresolved"])
    state = f"Not resolved: {left}; the review cannot be closed." if left else "Every factor is resolved."
    evidence = [item for factor in trace["factors"] for item in factor["evidence"]]
    scale = f"Points are {trace['points_scale']}; they are not added up."
    return [
        section("Factors", f"Policy {trace['policy']}. {state}", _table("Factors", columns, factors)),
        section(
            "Evidence",
            _table("Records", _EVIDENCE, evidence),
            scale,
            _table("What the rules say", _GROUNDS, list({item["code"]: item for item in evidence}.values())),
        ),
        *_disqualification(trace.get("disqualification", [])),
    ]


def _disqualification(counted: Sequence[Document]) -> list[Html]:
    """Convictions counted to a period; a case that was kept before they were counted has none."""
    if not counted:
        return []
    told = "The licensing state disqualifies. The count is of the records at hand; it carries no outcome here."
    return [section("Convictions counted under 49 CFR 383.51", told, _table("Periods", _COUNTED, counted))]


def _outcome(document: Document) -> list[object]:
    decided = [proposal for proposal in document["proposals"] if proposal["verdict"] in ("final", "signed")]
    if not document["outcome"] or not decided:
        return []
    last = decided[-1]
    second = f", signed by {last['second_by']}" if last["second_by"] else ""
    return [f"Outcome: {document['outcome']}, by {last['by']}{second}. {', '.join(last['codes'])}. {last['reason']}"]


def _identity(document: Document) -> list[object]:
    driver = document["driver"]
    attributes = [
        {"attribute": held["attribute"], "value": value["value"], "records": len(value["records"])}
        for held in driver["attributes"]
        for value in held["values"]
    ]
    return [
        f"Identity {driver['identity_id']}, {len(document['records'])} records.",
        _table("Records", ("record", "confidence"), document["records"]),
        _table("Attributes", ("attribute", "value", "records"), attributes),
    ]


def _links(document: Document) -> list[object]:
    risk = document["risk"]
    if not risk:
        return ["The driver is not in the graph of that day."]
    reached = risk["linked"]["contributions"]
    said = [item["sentence"] for item in reached[:LINKED]]
    if len(reached) > LINKED:
        more = sum(item["points"] for item in reached[LINKED:])
        said.append(f"{len(reached) - LINKED:,} further incidents add {more:.3f} points.")
    said += [tie["sentence"] for tie in risk["context"]["declared"]["shown"]]
    figures = (
        f"Own {risk['own']['score']:.1f} and linked {risk['linked']['score']:.1f} of 100, policy {risk['policy']}."
    )
    return [*(said or ["No incident of others reaches the driver."]), f"{figures} {_ORDER}"]


def _counts(caption: str, counts: dict[str, dict[str, int]]) -> Html:
    seconds = sorted({outcome for row in counts.values() for outcome in row})
    rows = [[first, *(row.get(second, 0) for second in seconds)] for first, row in counts.items()]
    return table(caption, ["first", *seconds], rows)


def _finding(factor: Document) -> str | None:
    if factor["finding"]:
        found = factor["finding"]
        return f"{found['finding']} ({found['by']}: {found['reason']})"
    return "open" if factor["must_resolve"] else None


def _table(caption: str, columns: Sequence[str], rows: Sequence[Document]) -> Html:
    names = [name.replace("_", " ") for name in columns]
    return table(caption, names, [[_plain(row.get(name)) for name in columns] for row in rows])


def _plain(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
