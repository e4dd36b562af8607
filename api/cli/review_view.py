"""How reviews read to a person, and their rows as CSV. Facts come before the score."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console

from api.cli.output import fields, plain, table
from api.reviews.policy import COLUMNS as GROUNDS
from api.reviews.queue import COLUMNS
from api.spreadsheet import csv_text
from eligibility.coverage import UNKNOWN

Document = dict[str, Any]

SHOWN = 30
BESIDE = 5
REVIEWERS = ("reviewer", "count", "of", "rate", "lower", "upper")
QUEUE = ("review_id", "priority", "state", "trigger", "identity_id", "assignee", "waiting_days", "reason")
FACTORS = ("factor", "kind", "consequence", "must_resolve", "finding", "says")
COUNTED = ("group", "offences", "window_years", "period", "days", "undated")
EVIDENCE = (
    *("factor", "event", "code", "consequence", "lookback", "standing", "event_date", "known_on", "status"),
    *("quality", "confidence", "points", "source", "record", "policy_source"),
)


def _values(names: Sequence[str], rows: Sequence[Document]) -> list[list[object]]:
    return [[", ".join(value) if isinstance(value := row[name], list) else value for name in names] for row in rows]


def print_queue(out: Console, document: Document) -> None:
    """One line a review, the weightiest first."""
    waiting = ", ".join(f"{count:,} {state}" for state, count in document["by_state"].items())
    out.print(f"Reviews as of {document['as_of']}: {waiting}. The order is of attention; people decide.")
    rows = document["rows"]
    out.print(table(None, QUEUE, ([row[name] for name in QUEUE] for row in rows[:SHOWN])))
    if len(rows) > SHOWN:
        out.print(f"... and {len(rows) - SHOWN:,} more; --format csv lists all", style="dim")


def queue_csv(document: Document) -> str:
    """The queue."""
    return csv_text(COLUMNS, ([_joined(row[name]) for name in COLUMNS] for row in document["rows"]))


def factors_csv(document: Document) -> str:
    """One row a record that a factor rests on."""
    return csv_text(EVIDENCE, evidence_rows(document))


def evidence_rows(document: Document) -> list[list[object]]:
    """Every record of every factor, in the order of EVIDENCE."""
    return [
        [factor["factor"], *(item[name] for name in EVIDENCE[1:])]
        for factor in document["trace"]["factors"]
        for item in factor["evidence"]
    ]


def print_factors(out: Console, document: Document) -> None:
    """What is to be resolved, then the first of what stands beside it."""
    factors = document["trace"]["factors"]
    weighed = [factor for factor in factors if factor["kind"] != "context"]
    rows = [[_finding(one) if name == "finding" else one[name] for name in FACTORS] for one in weighed]
    out.print(table("Factors", FACTORS, rows))
    beside = [factor for factor in factors if factor["kind"] == "context"]
    if beside:
        shown = [[factor["factor"], factor["says"]] for factor in beside[:BESIDE]]
        out.print(table("Context, which nobody resolves", ("what", "says"), shown))
    if len(beside) > BESIDE:
        out.print(f"... and {len(beside) - BESIDE:,} more; --json has all", style="dim")


def print_case(out: Console, document: Document) -> None:
    """The review, its facts, what is unknown, and the score last."""
    out.print(f"Review {document['review_id']}: {plain(document['reason'])}", style="bold")
    names = ("identity_id", "state", "round", "trigger", "key", "assignee", "outcome", "opened_at")
    out.print(fields({name: document[name] for name in names}))
    print_factors(out, document)
    shown = ("event", "code", "standing", "event_date", "known_on", "status", "quality", "confidence", "source")
    rows = [[item[name] for name in shown] for factor in document["trace"]["factors"] for item in factor["evidence"]]
    out.print(table("Evidence", shown, rows))
    counted = document["trace"]["disqualification"]
    if counted:
        out.print(table("Convictions counted under 49 CFR 383.51", COUNTED, _values(COUNTED, counted)))
    left = document["trace"]["unresolved"]
    if left:
        out.print(f"Not resolved: {plain(', '.join(left))}", style="bold")
    unknown = [f"{r['country']} {r['record_type']}" for r in document["coverage"] if r["result"] in UNKNOWN]
    out.print(f"Unknown, which is not clear: {plain(', '.join(unknown) or 'nothing')}")
    done = ("at", "actor", "action", "reason")
    out.print(table("Done", done, ([entry[name] for name in done] for entry in document["trail"])))
    risk = document["risk"]
    if risk:
        out.print(f"Own {risk['own']['score']:.1f}, linked {risk['linked']['score']:.1f}: orders attention only.")


def print_changed(out: Console, document: Document) -> None:
    """Where the review stands now."""
    said = f"Review {document['review_id']}, round {document['round']}: {document['state']}"
    with_ = f", with {plain(document['assignee'])}" if document["assignee"] else ""
    out.print(said + with_ + (f", {document['outcome']}" if document["outcome"] else ""))


def print_replay(out: Console, document: Document) -> None:
    """What was shown, and what would differ now."""
    out.print(f"Review {document['review_id']}, {document['moment']} at {document['at']}, as of {document['as_of']}")
    if document["is_expunged"]:
        out.print("What was shown was taken out when the person's data were expunged.", style="bold")
    elif not document["is_whole"]:
        out.print("What is kept is not what was shown: see crosslane doctor", style="bold")
    shown = document["shown"]
    if "trace" in shown:
        print_factors(out, shown)
    if shown.get("risk"):
        names = ("own", "linked")
        out.print(", ".join(f"{name} {shown['risk'][name]['score']:.1f}" for name in names))
    differs = document["differs_now"]
    if differs is None:
        out.print("Of this moment only what brought the review up was kept.", style="dim")
    elif differs:
        rows = [[one["what"], str(one["then"]), str(one["now"])] for one in differs]
        out.print(table("Would differ now", ("what", "then", "now"), rows))
    else:
        out.print("The ledger says the same of that day now.")


def print_without(out: Console, document: Document) -> None:
    """Figures with the fact and without it."""
    before, after = document["before"], document["after"]
    out.print(table("Without the fact", ("figure", "with", "without"), [[n, before[n], after[n]] for n in before]))
    for name in ("factors_gone", "factors_changed", "factors_new"):
        out.print(f"{name.replace('_', ' ')}: {plain(', '.join(document[name]) or 'none')}")


def print_agreement(out: Console, document: Document) -> None:
    """Agreement and overrides."""
    columns, rows = agreement_rows(document)
    out.print(table("Agreement of two readers", columns, rows))
    columns, rows = override_rows(document)
    out.print(table("Outcomes against the order of the queue (no errors by themselves)", columns, rows))
    out.print(
        table("Adverse outcomes by who put them forward (cases are not alike)", REVIEWERS, reviewer_rows(document))
    )


_AGREED = ("pairs", "agreed", "kappa", "low", "high")


def agreement_rows(document: Document) -> tuple[tuple[str, ...], list[list[object]]]:
    """Columns and rows of agreement."""
    kinds = ("second_signatures", "blind_readings")
    return ("readings", *_AGREED), [[kind, *(document[kind][name] for name in _AGREED)] for kind in kinds]


def override_rows(document: Document) -> tuple[tuple[str, ...], list[list[object]]]:
    """Columns and rows of overrides."""
    columns = ("override", "count", "of", "rate", "lower", "upper")
    return columns, [[row[name] for name in columns] for row in document["overrides"]]


def reviewer_rows(document: Document) -> list[list[object]]:
    """Rates by reviewer, in the order of REVIEWERS."""
    return [[row[name] for name in REVIEWERS] for row in document["adverse_by_reviewer"]]


def agreement_csv(document: Document) -> str:
    """Agreement and overrides as one table of measures."""
    rows = [
        [f"{row[0]} {name}", value]
        for row in agreement_rows(document)[1]
        for name, value in zip(_AGREED, row[1:], strict=True)
    ]
    for row in document["overrides"]:
        rows += [[f"{row['override']}: {name}", row[name]] for name in ("count", "of", "rate", "lower", "upper")]
    for one in reviewer_rows(document):
        rows += [[f"adverse by {one[0]}: {name}", value] for name, value in zip(REVIEWERS[1:], one[1:], strict=True)]
    return csv_text(("measure", "value"), rows)


def print_relied(out: Console, document: Document) -> None:
    """Reviews and scores of a merge."""
    names = ("review_id", "identity_id", "state", "round")
    out.print(table("Reviews that rely on it", names, ([row[name] for name in names] for row in document["reviews"])))
    rows = [
        [row["identity_id"], row["before"] and row["before"]["score"], row["now"]["score"]]
        for row in document["scores"]
    ]
    out.print(table("Scores that its undoing changed", ("identity_id", "before", "now"), rows))


def print_cleared(out: Console, document: Document) -> None:
    """Who is and was cleared."""
    names = ("name", "granted_by", "granted_at", "reason", "withdrawn_at")
    out.print(table(None, names, ([row[name] for name in names] for row in document["rows"])))


def print_policy(out: Console, document: Document) -> None:
    """One line a ground."""
    names = ("code", "consequence", "lookback", "points", "reason_code", "audience", "source")
    out.print(f"Eligibility policy {document['policy']}. The software turns no row into an outcome.")
    out.print(table(None, names, ([row[name] for name in names] for row in document["rows"])))


def policy_csv(document: Document) -> str:
    """Every ground with its source, and the version."""
    rows = ([*(row[name] for name in GROUNDS), document["policy"]] for row in document["rows"])
    return csv_text((*GROUNDS, "policy"), rows)


def _joined(value: object) -> object:
    return "|".join(map(str, value)) if isinstance(value, list) else value


def _finding(factor: Document) -> str | None:
    if factor["finding"]:
        return str(factor["finding"]["finding"])
    return "open" if factor["must_resolve"] and factor["is_resolved"] is not None else None
