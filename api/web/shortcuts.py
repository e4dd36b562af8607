"""Keys of the pages, each with the name of the text that says what it does; scripts in web/src act on them."""

from __future__ import annotations

EVERYWHERE = (("find", "/"), ("list", "?"), ("leave", "Esc"))
JUDGING = (("same", "1"), ("different", "2"), ("cannot_tell", "3"), ("undo", "u"), ("note", "n"))
"""On the page of link review."""
CANVAS = (
    ("arrows", "← ↑ → ↓"),
    ("along", "[ ]"),
    ("details", "Enter"),
    ("expand", "e"),
    ("collapse", "c"),
    ("hide", "h"),
    ("pin", "p"),
    ("undo", "u"),
    ("fit", "f"),
    ("zoom", "+ −"),
    ("row", "t"),
    ("back", "Esc"),
)
"""While the explorer's picture has the focus."""
GROUPS = (
    ("everywhere", "page_key.", EVERYWHERE),
    ("judging", "link_key.", JUDGING),
    ("canvas", "explorer_key.", CANVAS),
)
"""Heading, beginning of the texts' keys, and the keys, in the order in which they are listed."""
