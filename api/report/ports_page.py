"""The `ports` document as one page to print: no script, no outside resource, small cells hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.ports_export import MASKED, SIDES
from api.report import charts
from api.report.charts import Axis, Line
from api.report.markup import Html, el, table
from api.report.printable import printable, section
from eligibility.ports.power import Verdict

Document = Mapping[str, Any]

LISTED = 40
"""Ports in the table; those without a crossing at hand come last."""

_WIDE = (
    "@page { size: landscape; } body { max-width: 84rem; } table { font-size: .78rem; } "
    "td, tbody th { white-space: nowrap; } td:last-child { white-space: normal; min-width: 9rem; }"
)

CHARTED = 6
"""Ports drawn: those with an open alarm first, then those with the most FAST crossings."""


def render(document: Document) -> str:
    """The page.

    Args:
        document: with small cells hidden, as `api.ports_export.masked` gives it.
    """
    parts = (_alarms, _everywhere, _ports, _charts, _actions, _members, _reading)
    sections = [made for part in parts if (made := part(document)) is not None]
    told = f"Crossings up to {document['as_of'] or 'none'}, by crosslane ports."
    return printable("FAST at the ports of entry", told, [el("style", _WIDE), *sections])


def _alarms(document: Document) -> Html:
    rows = [
        [
            row["port_code"],
            row["kind"].replace("-", " "),
            f"{row['first']} to {row['last']}" if row["first"] != row["last"] else row["first"],
            row["state"],
            row["owner"] or "nobody",
        ]
        for row in document["signals"]
        if row["is_open"]
    ]
    done = sum(not row["is_open"] for row in document["signals"])
    text = (
        f"{len(rows)} open, {done} done with. An alarm stays here until an action on it is closed as resolved or as a "
        f"false alarm. Of the alarms of one quarter at most {document['false_discoveries']:.0%} are expected to be "
        "false (Benjamini-Hochberg over all ports and tests)."
    )
    return _section(
        "Alarms", text, table("Open alarms", ("port", "what", "quarters", "state", "owner"), rows) if rows else None
    )


def _everywhere(document: Document) -> Html:
    found = document["all_ports"]
    rows = [
        [
            side if side == "other" else "FAST",
            found[side]["crossings"],
            *_rate(found[side], "random"),
            *_rate(found[side], "targeted"),
        ]
        for side in SIDES
    ]
    columns = (
        "trucks",
        "crossings",
        "random exams",
        "found",
        "per 1,000 (95 %)",
        "targeted exams",
        "found",
        "per 1,000 (95 %)",
    )
    differ = [test["factor"] for test in document["homogeneity"] if test["p_value"] < 0.05]
    tests = [
        [test["factor"], test["q"], test["df"], test["p_value"], test["left_out"]] for test in document["homogeneity"]
    ]
    verdict = f"Within strata the ratio is {_ratio(found['ratio'])}: {found['verdict']}."
    if differ:
        verdict += f" Strata differ by {', '.join(differ)}: read the ports one by one, not this one number."
    return _section(
        "All ports together",
        f"The ratio without strata is {_ratio(found['crude_ratio'])}; it mixes FAST with the ports, loads and goods it "
        f"is used for. {verdict}",
        table("Findings, random examinations apart from targeted ones", columns, rows),
        table("Is the ratio the same over", ("factor", "Q", "df", "p", "without a ratio"), tests) if tests else None,
    )


def _ports(document: Document) -> Html:
    rows = []
    for row in document["rows"][:LISTED]:
        volume = row["volume"]
        share = volume["share_covered"]
        told = MASKED if share == MASKED else f"{share:.2%}" if share is not None else ""
        head = [row["port_code"], row["port_name"], volume["trucks"], told]
        if row["verdict"] is None:
            rows.append([*head, 0, 0, None, None, None, None, "no crossings at hand"])
            continue
        crossed = [row[side]["crossings"] for side in SIDES]
        rates = [_among(row[side]) for side in SIDES]
        rows.append([*head, *crossed, *rates, _shrunk(row["fast"]), _ratio(row["ratio"]), _verdict(row)])
    figures = ("FAST found, per 1,000", "other found, per 1,000", "FAST, shrunk", "ratio")
    columns = ("port", "name", "trucks a year", "covered", "FAST", "other", *figures, "verdict")
    months = next((row["volume"] for row in document["rows"] if row["volume"]["trucks_from"]), None)
    traffic = f"Trucks a year: BTS, {months['trucks_from']} to {months['trucks_to']}. " if months else ""
    left = len(document["rows"]) - LISTED
    return _section(
        "Port by port",
        f"{traffic}Covered: crossings at hand as a share of all trucks in the months both tell of. Rates are findings "
        f"per 1,000 random examinations, with {document['interval'].capitalize()} 95 % intervals; "
        "shrunk: drawn towards the rate of all ports by as much as the port's own examinations are few."
        + (f" {left} ports more are in the CSV." if left > 0 else ""),
        table("Ports", columns, rows),
    )


def _charts(document: Document) -> Html | None:
    alarmed = {row["port_code"] for row in document["signals"] if row["is_open"]}
    rows = [row for row in document["rows"] if row["verdict"] is not None and row["fast"]["chart"]]
    rows.sort(key=lambda row: row["port_code"] not in alarmed)
    wanted = [(row, side) for row in rows[:CHARTED] for side in SIDES if side == "fast" or row["port_code"] in alarmed]
    drawn = [figure for row, side in wanted if (figure := _chart(row, side)) is not None]
    if not drawn:
        return None
    text = (
        "Findings per 1,000 random examinations by quarter, of FAST trucks and, where an alarm is open, of the others, "
        "with the limits of a u-chart (three standard errors). A point outside is worth a look; an alarm is only what "
        "also passes the test across ports. Quarters with a hidden count are not drawn."
    )
    return _section("By quarter", text, *drawn)


def _chart(row: Mapping[str, Any], side: str) -> Html | None:
    points = row[side]["chart"]["points"]
    runs = {name: _runs([point[name] for point in points]) for name in ("rate", "upper", "lower")}
    if not runs["rate"]:
        return None
    tallest = charts.top([value for held in runs.values() for run in held for _, value in run])
    quarters = tuple(point["quarter"] for point in points)
    axes = (Axis("", 0.0, float(len(points)), classes=quarters), Axis("per 1,000", 0.0, tallest, 5))
    named = (("found", "a", runs["rate"]), ("limits", "c", runs["upper"]), ("", "c", runs["lower"]))
    lines = [
        Line(name if not place else "", style, run) for name, style, held in named for place, run in enumerate(held)
    ]
    trucks = "FAST trucks" if side == "fast" else "other trucks"
    title = f"{row['port_code']} {row['port_name'] or ''}".strip() + f": {trucks}"
    return el("div", el("h3", title), charts.lines(title, axes, lines))


def _runs(values: Sequence[object]) -> list[list[tuple[float, float]]]:
    """Values that follow each other, each with its place on the axis: a line does not lead over what is not told."""
    runs: list[list[tuple[float, float]]] = []
    is_going = False
    for place, value in enumerate(values):
        if isinstance(value, float):
            if not is_going:
                runs.append([])
            runs[-1].append((place + 0.5, value))
        is_going = isinstance(value, float)
    return runs


def _actions(document: Document) -> Html:
    rows = [
        [
            str(row["action"]),
            row["signal"],
            row["owner"],
            row["kind"] or "",
            row["taken_on"] or "",
            row["before"] and _ratio(row["before"]["ratio"]),
            row["after"] and _ratio(row["after"]["ratio"]),
            (row["after"] and row["after"]["verdict"]) or "",
            row["outcome"] or row["state"],
        ]
        for row in document["actions"]
    ]
    columns = ("action", "alarm", "owner", "what was done", "from", "ratio before", "ratio after", "FAST rate", "state")
    return _section(
        "What was done",
        "Ratios are those of FAST to the other trucks of the port, before and after the day something was done."
        if rows
        else "Nothing yet.",
        table("Actions", columns, rows) if rows else None,
    )


def _members(document: Document) -> Html | None:
    """Whether smugglers turn to members."""
    held = document["displacement"]
    if held is None or not held["years"]:
        return None
    rows = [
        [
            str(year["year"]),
            round(year["driver_years"]),
            year["seizures"],
            year["of_members"],
            _told(year, "per_1000_driver_years"),
        ]
        for year in held["years"]
    ]
    columns = ("year", "driver-years", "seizures", "with a member", "members per 1,000 driver-years (95 %)")
    median = held["median_days_to_seizure"]
    after = "" if median is None else f" Median days from enrolment to a member's first seizure: {median}."
    return _section(
        "Seizures of members",
        "Incidents with a seizure, wherever they were, and those that involve anybody who was a member that day, known "
        f"or not to the port.{after}",
        table("By calendar year", columns, rows),
    )


def _told(held: Mapping[str, Any], name: str) -> str | None:
    if held[name] is None or held[name] == MASKED:
        return None if held[name] is None else MASKED
    return f"{held[name]:.2f} ({held['low']:.2f}-{held['high']:.2f})"


def _reading(document: Document) -> Html:
    lacking = ", ".join(f"{name} {count}" for name, count in document["left_out"].items() if count) or "none"
    return _section(
        "How to read this",
        f"Counts below {document['masked']['below']}, and others from which they could be worked out, are masked: "
        f"{document['masked']['cells']:,} cells. Two exports of different days can still be subtracted from each "
        "other: give each reader one.",
        "Drivers choose to enrol, so a difference is an association and not an effect. Targeted examinations pick the "
        "suspicious and say nothing about risk.",
        f"Crossings in no figure, by what they lack: {lacking}.",
    )


def _rate(side: Mapping[str, Any], exam: str) -> Sequence[object]:
    """Examinations, findings, and the rate with its interval."""
    held = side[f"{exam}_rate"]
    told = held if held is None or held == MASKED else "{per_1000:.1f} ({low:.1f}-{high:.1f})".format(**held)
    return side[exam], side[f"{exam}_found"], told


def _among(side: Mapping[str, Any]) -> str | None:
    """Findings among examinations, and the rate with its interval."""
    exams, found, told = _rate(side, "random")
    return None if told is None else MASKED if told == MASKED else f"{found} of {exams:,}: {told}"


def _shrunk(side: Mapping[str, Any]) -> str | None:
    held = side["shrunk_rate"]
    return held if held is None or held == MASKED else "{per_1000:.1f} ({low:.1f}-{high:.1f})".format(**held)


def _verdict(row: Mapping[str, Any]) -> str:
    needed = row["exams_needed"]
    is_short = row["verdict"] == Verdict.CANNOT_TELL and isinstance(needed, int)
    return f"{row['verdict']}; needs {needed:,} a side" if is_short else str(row["verdict"])


def _ratio(ratio: Mapping[str, Any] | str | None) -> str:
    if isinstance(ratio, str):
        return ratio
    return "{value:.2f} ({low:.2f}-{high:.2f})".format(**ratio) if ratio else "not defined"


def _section(title: str, *parts: object) -> Html:
    return section(title, *(part for part in parts if part is not None))
