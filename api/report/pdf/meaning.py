"""What an element of a page is on paper, by its name and its classes."""

from __future__ import annotations

from collections.abc import Mapping

from api.report.pdf.wording import Node

_NAMES = {
    **dict.fromkeys(("h1", "h2", "h3"), "heading"),
    **dict.fromkeys(("div", "section"), "block"),
    **dict.fromkeys(("ul", "ol"), "items"),
    **dict.fromkeys(("td", "th"), "cell"),
    **dict.fromkeys(("p",), "par"),
    **dict.fromkeys(("strong", "b"), "strong"),
    **{"li": "item", "tr": "row", "table": "table", "caption": "caption", "a": "link"},
}
_CLASSED = {"control-code": "code", "band": "band", "tag": "tag", "mono": "mono", "conflict": "mark"}


def meaning(tag: str, given: Mapping[str, str | None], classes: set[str]) -> Node:
    """What an element is on paper; empty where it has no meaning of its own and gives its content."""
    name = "letter" if "letter" in classes else _NAMES.get(tag)
    name = name or next((_CLASSED[one] for one in sorted(classes) if one in _CLASSED), None)
    if name is None and classes & {"small", "second"}:
        name = "aside"
    if name is None:
        return {}
    node: Node = {"is": name, "id": given.get("id") or "", "of": sorted(classes)}
    if name == "heading":
        node["level"] = int(tag[1])
    if name == "items":
        node["ordered"] = tag == "ol" and "timeline" not in classes
    if name == "cell":
        node |= {"head": tag == "th", "number": bool(classes & {"number", "n"})}
    if name == "link":
        node["to"] = (given.get("href") or "").removeprefix("#") if (given.get("href") or "").startswith("#") else ""
    return node


def picture(given: Mapping[str, str | None]) -> Node:
    """What a drawing is: one that says something, or a sign beside words."""
    if not given.get("role"):
        return {"is": "icon"}
    return {
        "is": "picture",
        "says": given.get("aria-label") or "",
        "width": float(given.get("width") or 0),
        "height": float(given.get("height") or 0),
    }
