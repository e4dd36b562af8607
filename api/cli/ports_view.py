"""The `ports` document on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from api.cli.output import plain, table
from eligibility.ports.power import Verdict

SHOWN = 40
"""Ports listed."""


def print_ports(out: Console, document: Mapping[str, Any]) -> None:
    """Alarms first, then all ports together, then each."""
    if document["as_of"] is None:
        out.print("No crossings are loaded: crosslane load FILE --source crossings")
    else:
        _print_signals(out, document)
        _print_all(out, document)
    _print_rows(out, document)
    _print_displacement(out, document["displacement"])
    lacking = {name: count for name, count in document["left_out"].items() if count}
    if lacking:
        told = ", ".join(f"{count:,} without {name}" for name, count in lacking.items())
        out.print(f"In no figure: crossings {told}.", style="dim")


def _print_signals(out: Console, document: Mapping[str, Any]) -> None:
    waiting = [row for row in document["signals"] if row["is_open"]]
    done = len(document["signals"]) - len(waiting)
    out.print(f"{len(waiting)} open alarms, {done} done with, as of {document['as_of']}.", style="bold")
    columns = ("alarm", "found", "exams", "against", "of", "adjusted p", "state", "owner", "action")
    names = ("signal", "found", "exams", "other_found", "other_exams", "adjusted", "state", "owner", "action")
    if waiting:
        out.print(table(None, columns, [[row[name] for name in names] for row in waiting]))


def _print_all(out: Console, document: Mapping[str, Any]) -> None:
    found = document["all_ports"]
    out.print(f"All ports, random examinations: {plain(told_verdict(found))}", style="bold")
    rows = [
        [side, *_rate(found[side]["random_rate"]), *_rate(found[side]["targeted_rate"])] for side in ("fast", "other")
    ]
    columns = ("", "found", "exams", "per 1,000", "95 %", "targeted found", "exams", "per 1,000", "95 %")
    out.print(table(None, columns, rows))
    out.print(f"Crude ratio {_ratio(found['crude_ratio'])}; within strata {_ratio(found['ratio'])} (Mantel-Haenszel).")
    for test in document["homogeneity"]:
        line = "Same over {factor}? Q {q:.2f} on {df} df, p {p_value:.3f}".format(**test)
        out.print(f"{line}; {test['left_out']} levels have no ratio.", style="dim")
    if any(test["p_value"] < 0.05 for test in document["homogeneity"]):
        out.print("The strata differ: read the ports one by one, not this one number.", style="bold")
    out.print("Drivers choose to enrol: a difference is an association, not an effect.", style="dim")


def _print_displacement(out: Console, held: Mapping[str, Any] | None) -> None:
    if held is None or not held["years"]:
        return
    columns = ("year", "driver_years", "seizures", "of_members", "per_1000_driver_years", "low", "high")
    rows = [[str(year["year"]), *(year[name] for name in columns[1:])] for year in held["years"]]
    out.print(table("Seizures of members", columns, rows))


def _print_rows(out: Console, document: Mapping[str, Any]) -> None:
    rates = ("FAST per 1,000", "other per 1,000", "ratio", "verdict")
    columns = ("port", "name", "trucks a year", "covered", "FAST", "other", *rates)
    rows = [_row(row) for row in document["rows"][:SHOWN]]
    out.print(table("Ports", columns, rows))
    if len(document["rows"]) > SHOWN:
        out.print(f"... and {len(document['rows']) - SHOWN:,} more; --format csv lists all", style="dim")


def _row(row: Mapping[str, Any]) -> list[object]:
    volume = row["volume"]
    share = volume["share_covered"]
    head = [row["port_code"], row["port_name"], volume["trucks"], None if share is None else f"{share:.2%}"]
    if row["verdict"] is None:
        return [*head, 0, 0, None, None, None, None]
    rates = [_short(row[side]["random_rate"]) for side in ("fast", "other")]
    return [*head, row["fast"]["crossings"], row["other"]["crossings"], *rates, _ratio(row["ratio"]), told_verdict(row)]


def told_verdict(row: Mapping[str, Any]) -> str:
    """The verdict, and what it would take where there is too little to say."""
    needed = row["exams_needed"]
    is_short = row["verdict"] == Verdict.CANNOT_TELL and isinstance(needed, int)
    return f"{row['verdict']}; needs {needed:,} a side" if is_short else str(row["verdict"])


def _rate(rate: Mapping[str, Any] | None) -> list[object]:
    if rate is None:
        return [None] * 4
    return [rate["found"], rate["exams"], rate["per_1000"], f"{rate['low']:.2f}-{rate['high']:.2f}"]


def _short(rate: Mapping[str, Any] | None) -> str | None:
    return None if rate is None else "{found}/{exams}: {per_1000:.1f} ({low:.1f}-{high:.1f})".format(**rate)


def _ratio(ratio: Mapping[str, Any] | None) -> str:
    return "{value:.2f} ({low:.2f}-{high:.2f})".format(**ratio) if ratio else "not defined"
