"""The press: one page and one moment make one file, in our fonts alone, and no text of a page is read as markup."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from typing import Any

import pypdf
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import escape

from api.report.pdf import NotPrinted, Press, Running

AT = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
RUNNING = Running("A title", "At the <b>top</b>", "Below", "Page {number} of {pages}", AT)
PRESS = Press()


def opened(page: str, running: Running = RUNNING) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(PRESS.pdf(page, running)))


def told(page: str) -> list[str]:
    return [
        re.sub(r"\s+", " ", sheet.extract_text().replace("\u200b", "")).strip()
        for sheet in opened(f"<main>{page}</main>").pages
    ]


def test_the_same_page_at_the_same_moment_is_the_same_file() -> None:
    page = "<main><h1>One</h1><p>two</p><svg role='img' width='9' height='9'><circle r='3'></circle></svg></main>"
    assert PRESS.pdf(page, RUNNING) == Press().pdf(page, RUNNING)
    later = Running("A title", "", "", "", AT.replace(minute=31))
    assert PRESS.pdf(page, RUNNING) != PRESS.pdf(page, later)


def test_each_sheet_has_its_head_its_number_and_its_foot() -> None:
    pages = told("".join(f"<p>line {number}</p>" for number in range(80)))
    assert len(pages) == 2
    for place, page in enumerate(pages, 1):
        assert page.startswith(f"At the top Page {place} of 2 line ")
        assert page.endswith("Below")


def test_a_table_repeats_its_head_on_each_sheet() -> None:
    rows = "".join(f"<tr><td>{number}</td></tr>" for number in range(90))
    pages = told(f"<table><caption>Said once</caption><thead><tr><th>Counted</th></tr></thead>{rows}</table>")
    assert len(pages) > 1
    assert all("Counted" in page for page in pages)
    assert " ".join(pages).count("Said once") == 1


def test_the_fonts_are_in_the_file_and_are_ours() -> None:
    reader = opened("<main><p>Aá <span class='mono'>X1</span> <b>b</b> ꞌ ≥ محمد מרים</p></main>")
    fonts: dict[str, Any] = {}
    for sheet in reader.pages:
        for font in sheet["/Resources"]["/Font"].values():
            held = font.get_object()
            for within in held.get("/DescendantFonts", [held]):
                fonts[str(held["/BaseFont"])] = within.get_object()["/FontDescriptor"].get_object()
    names = {name.rpartition("+")[2].partition("-")[0] for name in fonts}
    assert names == {"SourceSans3", "IBMPlexMono", "NotoSans", "NotoSansArabic", "NotoSansHebrew"}
    assert all({"/FontFile2", "/FontFile3"} & set(font) for font in fonts.values())


def test_a_file_is_tagged_and_says_its_title_and_language() -> None:
    reader = opened("<main><h1>One</h1></main>")
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.creation_date) == ("A title", AT)
    assert "pdfuaid" in str(root["/Metadata"].get_object().get_data())


def test_a_letter_of_no_font_is_its_code_and_signs_that_no_font_joins_are_still_printed() -> None:
    (page,) = told("<p>𠜎 😀 a</p>")
    assert "U+2070E U+1F600 a" in page
    (page,) = told("<p>\u200d\u0301א\u0301 end</p>")
    assert "end" in page


@pytest.mark.parametrize(
    "text",
    [
        "#set page(fill: red)",
        '#panic("x")',
        '"]); #eval("1+1")',
        "$sum$ @a *b* _c_ `d` // e /* f */",
        "<script>x</script>",
        "\\u{41} \\ ~ -- --- ...",
        "= Heading",
        "- item + 1. / x: y",
        "=HYPERLINK(1)",
        "[E1](x) <label>",
        "{pages}",
    ],
)
def test_text_that_looks_like_markup_is_printed_as_it_stands(text: str) -> None:
    drawn = (
        f"<svg role='img' aria-label='{escape(text)}' width='300' height='20'><text y='9'>{escape(text)}</text></svg>"
    )
    (page,) = told(f"<h2>{escape(text)}</h2><table><tr><td>{escape(text)}</td></tr></table>{drawn}")
    assert page.count(text) == 3, page


@settings(max_examples=25, deadline=None)
@given(st.text(alphabet=st.characters(codec="ascii", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=40))
def test_every_ascii_text_comes_back(text: str) -> None:
    wanted = re.sub(r"\s+", "", text)
    head = Running("t", f"<p>{escape(text)}</p>", "", "", AT)
    (sheet,) = opened(f"<main><p>a{escape(text)}z</p></main>", head).pages
    found = re.sub(r"[\s\u200b]+", "", sheet.extract_text())
    assert found == f"{wanted}a{wanted}z"


def test_what_the_typesetter_says_of_a_fault_is_told_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(*_: object, **__: object) -> bytes:
        raise typst.TypstError("secret name")

    monkeypatch.setattr(Press, "_set", give_up)
    with pytest.raises(NotPrinted) as caught:
        PRESS.pdf("<main></main>", RUNNING)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
