"""How own and linked risk read to a person: the figures, then every incident with its route in words."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.padding import Padding

from api.cli.driver_view import coverage_text
from api.cli.output import cell, fields

MAX_SHOWN = 20
NOT_A_FINDING = "These figures order attention. They are no finding and decide nothing; a person does."


def print_risk(out: Console, document: dict[str, Any]) -> None:
    """Figures, contributions, what was left out, and what was never checked."""
    own, linked = document["own"], document["linked"]
    head = {
        "driver": document["identity_id"],
        "own risk": f"{own['score']:.1f}  ({own['points']:.3f} points)",
        "linked risk": f"{linked['score']:.1f}  ({linked['points']:.3f} points), {document['linked_band']}",
        "with possible links": f"{document['linked_with_possible']:.1f}",
        "queue score": f"{document['score']:.1f}, {document['band']}",
        "coverage": coverage_text(document["coverage"]),
        "as of": f"{document['as_of']}, policy {document['policy']}",
    }
    out.print(fields(head))
    _contributions(out, "Own incidents", own["contributions"])
    _contributions(out, "Incidents of others, by the things they share", linked["contributions"])
    if document["discounted_hubs"]:
        out.print("Left out", style="bold")
        print_hubs(out, document)
    print_context(out, document["context"])
    out.print(NOT_A_FINDING, style="dim")


def print_context(out: Console, context: dict[str, Any]) -> None:
    """What carries no points, one sentence each."""
    declared, carriers, second = context["declared"], context["carriers"], context["second_person"]
    parts = {
        "Declared ties": [one["sentence"] for one in (*declared["shown"], *declared["withheld"])],
        "Carriers": [sentence for one in carriers["shown"] for sentence in one["sentences"]],
        "Over a second person": [one["sentence"] for one in second["shown"]],
    }
    if declared["left_out"]:
        parts["Declared ties"].append(f"{declared['left_out']} more are not listed.")
    if carriers["left_out"]:
        parts["Carriers"].append(f"{carriers['left_out']} more are not listed.")
    if second["is_truncated"]:
        parts["Over a second person"].append(_truncated(second))
    for title, sentences in parts.items():
        if sentences:
            out.print(f"{title} (context, no points)", style="bold")
        for sentence in sentences:
            out.print(Padding(cell(sentence), (0, 0, 0, 2)))


def _truncated(second: dict[str, Any]) -> str:
    left = second["not_walked"]
    return (
        f"Only the nearest were looked for: {left['people']} people and {left['things']} things further out were not"
        f" looked at, and {second['left_out']} more incidents are not listed."
    )


def print_hubs(out: Console, document: dict[str, Any]) -> None:
    """The things that too many share to say anything."""
    for hub in document["discounted_hubs"][:MAX_SHOWN]:
        out.print(Padding(cell(hub["why"]), (0, 0, 0, 2)))


def _contributions(out: Console, title: str, contributions: list[dict[str, Any]]) -> None:
    if not contributions:
        out.print(f"{title}: none.", style="bold")
        return
    out.print(title, style="bold")
    for item in contributions[:MAX_SHOWN]:
        out.print(cell(f"  {item['points']:.3f} points  incident {item['incident']}"))
        out.print(Padding(cell(item["sentence"]), (0, 0, 0, 4)))
        for tie in item["ties"]:
            route = " - ".join(step["label"] for step in tie["route"])
            out.print(Padding(cell(f"route: {route}"), (0, 0, 0, 4)), style="cyan")
        out.print(Padding(cell(f"rests on: {', '.join(item['records'])}"), (0, 0, 0, 4)), style="dim")
        if item["corroboration"]:
            out.print(Padding(cell(f"{len(item['corroboration'])} more say the same and add nothing"), (0, 0, 0, 4)))
    if len(contributions) > MAX_SHOWN:
        out.print(f"  ... and {len(contributions) - MAX_SHOWN} more; --json lists all", style="dim")
