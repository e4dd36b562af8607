"""A saved view within a report: its picture, and the table that holds the same things."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from markupsafe import Markup

from api.casework.drawn import drawn_edge
from api.explore.shapes import Labels
from api.explore.shown import Drawn, Shown, shown
from api.explore.sketch import sketch
from api.web import marks
from api.web.texts import Catalogue

_COMMA = Markup(", ")
MOST_LISTED = 6
"""Names in one cell of the table; of more it says how many."""


def drawn_view(
    picture: Mapping[str, Any], filters: Mapping[str, Any], drawn: Iterable[Mapping[str, Any]], t: Catalogue
) -> dict[str, Any]:
    """What a report shows of a view.

    Args:
        picture: as `pictured` gives it, its ids veiled.
        drawn: ties of the case that analysts drew; those between two shown drivers are in the picture, dotted.

    Returns:
        svg, rows, things, ties, gone, moved.
    """
    ties = [*picture["edges"], *_of_analysts(picture, drawn)]
    found = shown({**picture, "edges": ties}, filters)
    says = t("explorer_js.summary", things=len(found.nodes), ties=len(found.edges), incidents=_incidents(found))
    labels = Labels(
        more=lambda count: str(t("paper.more", count=count).striptags()),
        band=lambda word: str(t("paper.linked_band", band=t(f"band.{word.replace(' ', '_')}"))),
    )
    return {
        "svg": sketch(found, picture["focus"], picture["positions"], str(says), labels),
        "rows": _rows(found, t),
        "summary": says,
        "gone": len(picture["gone"]),
        "moved": len(picture["moved"]),
    }


def _of_analysts(picture: Mapping[str, Any], drawn: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    there, moved = {node["id"] for node in picture["nodes"]}, picture["moved"]
    found = []
    for one in drawn:
        source, target = (moved.get(one[end], one[end]) for end in ("a", "b"))
        found.append(drawn_edge(one["tie_id"], source, target, one["says"]))
    return [one for one in found if one["source"] in there and one["target"] in there]


def _incidents(found: Shown) -> int:
    return sum(node["kind"] == "Event" for node in found.nodes)


def _rows(found: Shown, t: Catalogue) -> list[dict[str, Any]]:
    names = {node["id"]: node["label"] or node["detail"] or node["kind"] for node in found.nodes}
    rows = []
    for node in found.nodes:
        mine = [edge for edge in found.edges if node["id"] in (edge["source"], edge["target"])]
        others = [names[edge["target"] if edge["source"] == node["id"] else edge["source"]] for edge in mine]
        rows.append(
            {
                "kind": t(f"kind.{node['kind']}"),
                "name": names[node["id"]],
                "detail": node["detail"] if node["kind"] == "Vehicle" else "",
                "band": node.get("band"),
                "tied": _few([marks.name(other) for other in others], t),
                "how": _few(
                    [marks.name(edge.get("says")) if "says" in edge else t(f"tie.{edge['kind']}") for edge in mine], t
                ),
                "when": _few([_when(edge, t) for edge in mine], t, Markup("; ")),
                "strength": max((edge["strength"] for edge in mine if edge["strength"] is not None), default=None),
                "certain": _few([_certain(edge, found, t) for edge in mine], t),
            }
        )
    return rows


def _few(values: Sequence[Markup], t: Catalogue, between: Markup = _COMMA) -> Markup:
    """Each once, the first few, and how many more there are."""
    each = list(dict.fromkeys(values))
    told = between.join(each[:MOST_LISTED])
    return told + (Markup(" ") + t("paper.others", count=len(each) - MOST_LISTED) if len(each) > MOST_LISTED else "")


def _certain(edge: Drawn, found: Shown, t: Catalogue) -> Markup:
    told = t(f"tie_certainty.{edge['certainty']}")
    return told + (Markup(", ") + t("explorer_js.outside") if edge["id"] in found.faded else "")


def _when(edge: Drawn, t: Catalogue) -> Markup:
    first, last, day = edge["first"], edge["last"], partial(marks.day, language=t.locale)
    if not first and not last:
        return t("explorer_js.no_date")
    if edge["lasts"]:
        return t("explorer_js.since", first=day(first))
    return day(first) if first == last else t("explorer_js.span", first=day(first), last=day(last))
