"""The light colours of the pages, on paper: a test compares them with the styles that the pages have."""

from __future__ import annotations

LIGHT = {
    "page": "#ffffff",
    "surface": "#f4f6f9",
    "text": "#1a2029",
    "text-second": "#4a5462",
    "border": "#6b7480",
    "line": "#c3cad5",
    "routine": "#33507a",
    "routine-tint": "#e8eef7",
    "look": "#7a4b00",
    "look-tint": "#fdf1d9",
    "look-first": "#8f1d4a",
    "look-first-tint": "#fbe6ee",
    "unknown": "#4a5462",
    "unknown-tint": "#eceff3",
    "done": "#1d6237",
    "done-tint": "#e4f3e8",
    "conflict-tint": "#ffe39c",
    "graph-driver": "#0b57a4",
    "graph-thing": "#6b7480",
    "graph-event": "#7a2d63",
}

DRAWN: dict[str, dict[str, str]] = {
    "g-driver": {"fill": LIGHT["graph-driver"]},
    "g-event": {"fill": LIGHT["graph-event"]},
    "g-thing": {"fill": LIGHT["page"], "stroke": LIGHT["graph-thing"], "stroke-width": "2"},
    "g-hub": {"fill": LIGHT["page"], "stroke": LIGHT["graph-thing"], "stroke-width": "4"},
    "g-line": {"stroke": LIGHT["graph-thing"]},
    "g-gap": {"stroke": LIGHT["page"]},
    "g-arrow": {"fill": LIGHT["graph-thing"]},
    "g-ring": {"fill": "none", "stroke": LIGHT["text"], "stroke-width": "3"},
    "g-on": {"fill": LIGHT["page"]},
    "g-by": {"fill": LIGHT["text"]},
    "g-behind": {"fill": LIGHT["page"], "fill-opacity": "0.8"},
}
"""What the classes of a drawing mean, as attributes of its parts, since a picture on paper has no style sheet."""
