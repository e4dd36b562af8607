"""How patterns and their answers read to a person."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from api.cli.output import cell, error_console, plain, table

MAX_SHOWN = 30
CUTS = {
    "limit": "There are more rows; limit shows more.",
    "show": "Some rows name a part of their people; show names more.",
    "hub": "Hubs were met and not walked through; hub says what counts as one.",
    "hops": "Nothing was found so near, and nobody looked further; hops looks further.",
    "max_nodes": "The search stopped after looking at max_nodes nodes.",
    "max_edges": "The search stopped before it would have read more than max_edges edges.",
    "steps": "Putting the routes together took too many steps; fewer hops may do.",
}
"""What each thing that kept something out of an answer means, and what to do."""


def print_patterns(out: Console, document: dict[str, Any]) -> None:
    """Each pattern with its question, then what can be set."""
    for pattern in document["patterns"]:
        out.print(f"{plain(pattern['name'])}: {plain(pattern['title'])}", style="bold")
        out.print(cell(pattern["question"]))
        rows = [[p["name"], default_text(p), range_text(p), p["says"]] for p in pattern["parameters"]]
        out.print(table(None, ("parameter", "default", "may be", ""), rows))
        out.print(cell(f"Beware: {pattern['beware']}"))
        out.print()


def print_found(out: Console, document: dict[str, Any]) -> None:
    """Each row as a list of its columns that say something, then what was left out, then what not to conclude."""
    rows = document["rows"]
    out.print(f"{plain(document['pattern'])}: {len(rows):,} rows, as known on {document['as_of']}", style="bold")
    for row in rows[:MAX_SHOWN]:
        said = [f"{name.replace('_', ' ')} {joined(value)}" for name, value in row.items() if value not in (None, [])]
        out.print(cell("- " + "; ".join(said)))
    if len(rows) > MAX_SHOWN:
        out.print(f"... and {len(rows) - MAX_SHOWN:,} more; --format csv lists all", style="dim")
    for cut in document["truncated_by"]:
        out.print(CUTS[cut], style="yellow")
    out.print(cell(f"Beware: {document['beware']}"))


def warn_of_cuts(document: dict[str, Any]) -> None:
    """On standard error, what kept something out of the rows."""
    for cut in document["truncated_by"]:
        error_console().print(CUTS[cut], style="yellow")


def joined(value: object) -> object:
    """A list as one text."""
    return " | ".join(str(item) for item in value) if isinstance(value, list) else value


def default_text(parameter: dict[str, Any]) -> object:
    """A parameter's default as it would be written."""
    default = parameter["default"]
    if isinstance(default, list):
        return ",".join(default)
    if isinstance(default, bool):
        return str(default).lower()
    return "must be given" if default is None else default


def range_text(parameter: dict[str, Any]) -> str:
    """What a parameter may be."""
    if parameter["kind"] == "number":
        return f"{parameter['least']:,} to {parameter['most']:,}"
    if parameter["kind"] == "flag":
        return "true or false"
    return "some of " + ",".join(parameter["choices"]) if parameter["choices"] else parameter["kind"]
