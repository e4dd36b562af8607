"""Markup: what is data is escaped, what is markup is not, and everything that opens is closed."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from api.report.markup import Html, el, number, table


class Reader(HTMLParser):
    """Collects text, and fails where an element is closed that is not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])))
def test_text_comes_out_as_it_went_in(text: str) -> None:
    reader = Reader()
    reader.feed(el("p", text, title=text))
    reader.close()
    assert reader.text == text
    assert reader.open == []


def test_markup_is_kept_and_nothing_is_left_out_but_none() -> None:
    assert el("p", el("b", "<x>"), None, 3) == "<p><b>&lt;x&gt;</b>3</p>"
    assert el("rect", x=1, class_="bar", width=None) == '<rect x="1" class="bar"/>'
    assert isinstance(el("p"), Html)


def test_a_table_has_a_caption_heads_and_numbers_to_the_right() -> None:
    made = table("Pairs", ("name", "pairs", "recall"), [["a & b", 1200, 0.5], ["c", None, 1.0]])
    assert "<caption>Pairs</caption>" in made
    assert '<th scope="row">a &amp; b</th><td class="n">1,200</td><td class="n">0.500</td>' in made
    assert '<th scope="col" class="n">pairs</th>' in made


def test_numbers_as_people_read_them() -> None:
    shown = [number(value) for value in (None, True, False, 1234567, 3.14159, "x")]
    assert shown == ["", "yes", "", "1,234,567", "3.14", "x"]
