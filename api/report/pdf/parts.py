"""Parts of a document in order: blanks that only laid the page's source out, rows of tables, ways within it."""

from __future__ import annotations

from collections.abc import Sequence

from api.report.pdf.wording import Node, Part

BLOCKS = frozenset({"heading", "par", "block", "items", "item", "table", "row", "cell", "caption", "picture"})
"""Parts that stand for themselves; all others are within a line."""


def table(held: Sequence[Part], of: Sequence[str]) -> Node:
    """A table: rows by whether they are heads, all as long as the longest.

    Args:
        held: its caption and rows.
        of: its classes.
    """
    parts = [part for part in held if isinstance(part, dict)]
    caption: list[Part] = next((part["c"] for part in parts if part["is"] == "caption"), [])
    rows = [[cell for cell in part["c"] if isinstance(cell, dict)] for part in parts if part["is"] == "row"]
    columns = max(map(len, rows), default=1)
    empty = {"is": "cell", "head": False, "number": False, "c": []}
    rows = [row + [empty] * (columns - len(row)) for row in rows]
    heads = [row for row in rows if all(cell["head"] for cell in row)]
    return {
        "is": "table",
        "of": of,
        "caption": caption,
        "columns": columns,
        "heads": heads,
        "rows": [row for row in rows if row not in heads],
    }


def tidied(parts: Sequence[Part], *, is_block: bool) -> list[Part]:
    """Without the blanks that only lay the page's source out."""
    kept: list[Part] = []
    for at, part in enumerate(parts):
        if isinstance(part, str):
            before = kept[-1] if kept else None
            starts = before is None if is_block else False
            if starts or _is_block(before) or (isinstance(before, str) and before.endswith(" ")):
                part = part.lstrip(" ")  # noqa: PLW2901
            following = parts[at + 1] if at + 1 < len(parts) else None
            if (following is None and is_block) or _is_block(following):
                part = part.rstrip(" ")  # noqa: PLW2901
        if part != "":
            kept.append(part)
    return kept


def _is_block(part: Part | None) -> bool:
    return isinstance(part, dict) and (part["is"] in BLOCKS or part["is"] == "break")


def _places(parts: Sequence[Part]) -> list[str]:
    """Ids that something on the page has, to be pointed at."""
    found: list[str] = []
    for part in parts:
        if isinstance(part, dict):
            found += [part["id"]] if part.get("id") else []
            found += _places(part.get("c", []))
    return found


def linked(parts: Sequence[Part]) -> list[Part]:
    """The same, each id once, and no way to where nothing is."""
    there = frozenset(_places(parts))
    left = set(there)

    def over(part: Part) -> Part:
        if isinstance(part, str):
            return part
        if part.get("id"):
            if part["id"] not in left:
                part["id"] = ""
            left.discard(part["id"])
        if part.get("to") and part["to"] not in there:
            part["to"] = ""
        for name in {"c", "caption"} & part.keys():
            part[name] = [over(one) for one in part[name]]
        for name in {"heads", "rows"} & part.keys():
            part[name] = [[over(cell) for cell in row] for row in part[name]]
        return part

    return [over(part) for part in parts]
