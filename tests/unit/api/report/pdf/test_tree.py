"""What of a page is printed, and as what."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from api.report.pdf.tree import tree
from api.report.pdf.wording import Wording

WORDING = Wording(frozenset(range(0x20, 0x2FF)) | {0x2026, 0x5DE})


def of(page: str) -> list[Any]:
    return tree(page, WORDING)


def said(parts: list[Any]) -> str:
    """All text of a tree, in its order."""
    return "".join(
        part if isinstance(part, str) else said([*part.get("c", []), *part.get("caption", []), *_cells(part)])
        for part in parts
    )


def _cells(part: Any) -> list[Any]:
    return [cell for row in [*part.get("heads", []), *part.get("rows", [])] for cell in row]


def test_what_stands_in_main_alone_is_printed() -> None:
    assert said(of("<nav>Menu</nav><main id=m><p>Said</p></main><footer>Foot</footer>")) == "Said"


def test_what_belongs_to_a_screen_stays_there() -> None:
    page = (
        "<main><form><label>Why</label><input name=a><button>Send</button></form><script>var a</script>"
        '<p class="no-print">Back</p><h1 class="no-paper">Screen</h1><p class="running">Head</p><p>Said</p></main>'
    )
    assert said(of(page)) == "Said"


def test_parts_have_the_meaning_that_their_element_has() -> None:
    page = '<h2 id="E1">One</h2><ul class="timeline"><li>a</li></ul><span class="band look-first">Look first</span>'
    heading, items, band = of(page)
    assert (heading["is"], heading["level"], heading["id"]) == ("heading", 2, "E1")
    assert (items["is"], items["ordered"], items["c"][0]["c"]) == ("items", False, ["a"])
    assert (band["is"], band["of"], band["c"]) == ("band", ["band", "look-first"], ["Look first"])


def test_a_table_has_its_heads_its_caption_and_rows_of_one_length() -> None:
    page = (
        "<table class='shown'><caption>C</caption><thead><tr><th>A</th><th class='number'>B</th></tr></thead>"
        "<tbody><tr><th>1</th><td>2</td></tr><tr><th>3</th></tr></tbody></table>"
    )
    (table,) = of(page)
    assert (table["columns"], table["caption"], table["of"]) == (2, ["C"], ["shown"])
    assert [cell["number"] for cell in table["heads"][0]] == [False, True]
    assert [[said(cell["c"]) for cell in row] for row in table["rows"]] == [["1", "2"], ["3", ""]]


def test_a_link_leads_within_the_page_to_what_is_there_alone() -> None:
    page = (
        '<a href="#E1">a</a><a href="#E2">b</a><a href="https://example.invalid">c</a><h2 id="E1">x</h2><p id="E1"></p>'
    )
    here, gone, out, heading, again = of(page)
    assert (here["to"], gone["to"], out["to"]) == ("E1", "", "")
    assert (heading["id"], again["id"]) == ("E1", ""), "two things of one name would stop the typesetter"


def test_blanks_that_lay_the_source_out_are_left_and_those_between_words_are_kept() -> None:
    assert of("<p>\n  a <strong>b</strong> c\n</p>\n<p>d</p>")[0]["c"][::2] == ["a ", " c"]
    assert [part["is"] for part in of("<p>a</p>\n  <p>b</p>")] == ["par", "par"]


def test_a_name_from_the_right_is_set_apart_and_a_masked_end_is_kept_whole() -> None:
    assert of("<bdi>\u05de</bdi> a") == ["\u2068", "\u05de", "\u2069", " a"]
    assert of("<bdi>…4711</bdi>") == [{"is": "whole", "c": ["…4711"]}]
    assert of("<bdi>… 4711 and more than that</bdi>") == ["… 4711 and more than that"]


def test_a_drawing_is_a_picture_in_colours_of_its_own_with_its_text_escaped() -> None:
    drawing = (
        "<svg role='img' aria-label='A &lt;b&gt;' class='sketch' width='30' height='20' viewBox='0 0 3 2'>{}</svg>"
    )
    (picture,) = of(drawing.format("<circle class='g-driver' r='1'></circle><text>&lt;script&gt; 😀 &amp;</text>"))
    assert (picture["is"], picture["says"], picture["width"], picture["height"]) == ("picture", "A <b>", 30, 20)
    assert 'viewBox="0 0 3 2"' in picture["svg"]
    assert '<circle fill="#0b57a4" r="1">' in picture["svg"]
    assert "<text>&lt;script&gt; U+1F600 &amp;</text>" in picture["svg"]
    assert of("<svg width='2'></svg>")[0]["is"] == "icon", "one that says nothing is a sign beside words"


def test_a_letter_has_its_heading_paragraphs_and_list() -> None:
    (letter,) = of("<div class='letter'>Decision\n\nOne line\nand more\n  - first\n  - second\n\nEnd</div>")
    assert [part["is"] for part in letter["c"]] == ["heading", "par", "items", "par"]
    assert letter["c"][1]["c"] == ["One line and more"]
    assert [item["c"] for item in letter["c"][2]["c"]] == [["first"], ["second"]]


@given(st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x24F), max_size=20))
def test_whatever_is_escaped_comes_back_as_text(text: str) -> None:
    (paragraph,) = of(f"<p>a{escape(text)}b</p>")
    told = said([paragraph]).replace("\u200b", "")
    assert "".join(told.split()) == "".join(f"a{text}b".split())
