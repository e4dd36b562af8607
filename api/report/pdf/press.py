"""The one place that knows the typesetter: a page of ours goes in, a tagged PDF comes out.

Typst is a program within the process: it needs no server, reads no file but our fonts, and lets go of the interpreter
while it works. What a page says reaches it as data, so that no name can be taken for its markup.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import typst

from api.report.pdf.glyphs import drawable
from api.report.pdf.tokens import LIGHT
from api.report.pdf.tree import tree
from api.report.pdf.wording import Part, Wording
from linkage.errors import LinkageError

if TYPE_CHECKING:
    from typst import PDFStandard

_ACCESSIBLE: list[PDFStandard] = ["ua-1"]
"""PDF/UA-1 (ISO 14289-1): tagged, with a title and a language, and every letter with a picture of it."""

_HERE = Path(str(files("api.report.pdf")))


class NotPrinted(LinkageError):
    """The typesetter gave up on a document. Its own words are not repeated, since they quote what it was to print."""


@dataclass(frozen=True, slots=True)
class Running:
    """What a document says of itself.

    Args:
        title: of the file; no name of anybody, since programs show it and file it.
        head: HTML at the top of every page.
        foot: HTML at the bottom of every page.
        page: how pages are numbered, with places `{number}` and `{pages}`.
        at: when it was made.
        language: of its text, as a tag of BCP 47.
        paper: as the typesetter names it; that of the United States and Mexico by default.
    """

    title: str
    head: str
    foot: str
    page: str
    at: datetime
    language: str = "en"
    paper: str = "us-letter"


@dataclass(frozen=True)
class Press:
    """Makes PDFs, one at a time: a document keeps every processor busy, and a queue is better than a full memory."""

    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def pdf(self, page: str, running: Running) -> bytes:
        """The page as a PDF: the same bytes for the same page and the same moment.

        Args:
            page: HTML of ours; what stands in its `main` is printed.

        Raises:
            NotPrinted: the typesetter gave up.
        """
        paper = self._paper(page, running)
        try:
            return self._set(paper, running, _ACCESSIBLE)
        except typst.TypstError:
            # Signs that no single font can draw together make it refuse: legible with a gap is better than nothing.
            pass
        try:
            return self._set(paper, running, [])
        except typst.TypstError:
            raise NotPrinted("the document could not be made; print the page itself from the browser") from None

    def _set(self, paper: str, running: Running, standards: list[PDFStandard]) -> bytes:
        with self._turn:
            compiler = typst.Compiler(
                self._template, root=_HERE / "fonts", font_paths=self._fonts, sys_inputs={"paper": paper}
            )
            made = compiler.compile(format="pdf", pdf_standards=standards, timestamp=int(running.at.timestamp()))
        assert isinstance(made, bytes)
        return made

    def _paper(self, page: str, running: Running) -> str:
        told: dict[str, str | list[Part] | dict[str, str]] = {
            "title": running.title,
            "language": running.language,
            "paper": running.paper,
            "page": running.page,
            "head": tree(running.head, self._wording),
            "foot": tree(running.foot, self._wording),
            "parts": tree(page, self._wording),
            "tokens": LIGHT,
        }
        return orjson.dumps(told).decode()

    @cached_property
    def _template(self) -> bytes:
        return (_HERE / "paper.typ").read_bytes()

    @cached_property
    def _fonts(self) -> typst.Fonts:
        """Ours and no others: neither those of the machine nor those within the typesetter."""
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(_HERE / "fonts")])

    @cached_property
    def _wording(self) -> Wording:
        return Wording(drawable(sorted((_HERE / "fonts").glob("*.ttf"))))
