"""How the reasons for one person, or two, read to a person."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from api.cli.output import cell, table

VERDICTS = {"same": "One person", "possible": "Possibly one person: for a reviewer", "different": "Two people"}


def print_why(out: Console, document: dict[str, Any]) -> None:
    """The verdict, then the bits of every attribute down to their sum, then what holds or bars the link."""
    out.print(VERDICTS[document["verdict"]], style="bold", end="  ")
    out.print(cell(f"{document.get('left', '')}  {document.get('right', '')}"))
    rows = [["chance alone", None, document["prior_bits"], None, None, "how rarely two records are one person"]]
    rows += [
        [item["attribute"], item["level"], item["bits"], item["left"], item["right"], item["note"]]
        for item in document["by_attribute"]
    ]
    rows.append(["sum", None, document["bits"], None, None, _sum_note(document)])
    shown = [[*row[:2], f"{row[2]:+.2f}", *row[3:]] for row in rows]
    out.print(table(None, ("attribute", "level", "bits", "left", "right", "note"), shown))
    if document["conflicts"]:
        out.print(cell(f"Barred by: {', '.join(document['conflicts'])}"), style="red")
    if document["verdict"] == "same" and len(document["chain"]) > 1:
        links = ([link["left"], link["right"], link["bits"]] for link in document["chain"])
        out.print(table("Joined through", ("record", "record", "bits"), links))
    for decision in document["decisions"]:
        line = f"Decision {decision['n']} by {decision['by']}: {decision['judgement']}, {decision['reason']}"
        out.print(cell(line), style="bold")


def _sum_note(document: dict[str, Any]) -> str:
    probability = document["probability"]
    return f"probability {probability:.4f}" if probability < 0.9999 else "probability over 0.9999"
