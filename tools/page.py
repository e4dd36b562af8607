"""The part of a page that a program makes, between two marks."""

from __future__ import annotations

from pathlib import Path

Marks = tuple[str, str]


def put_between(page: Path, marks: Marks, text: str) -> None:
    """The page holds the text, which ends its last line, between the marks, and all else as before."""
    whole = page.read_text("utf-8")
    before, rest = whole.split(marks[0])
    page.write_text(f"{before}{marks[0]}\n{text}{marks[1]}{rest.split(marks[1])[1]}", "utf-8")


def between(page: Path, marks: Marks) -> str:
    """What stands between the marks, without the lines' ends around it."""
    return page.read_text("utf-8").split(marks[0])[1].split(marks[1])[0].strip()
