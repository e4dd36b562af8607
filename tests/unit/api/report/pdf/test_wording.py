"""Letters that no font has, and words that are too long for a column."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from api.report.pdf.glyphs import drawable
from api.report.pdf.wording import Wording

FONTS = sorted(Path(str(files("api.report.pdf"))).glob("fonts/*.ttf"))
WORDING = Wording(frozenset(range(0x20, 0x250)))


def test_a_letter_that_cannot_be_drawn_is_its_code() -> None:
    assert WORDING.parts("a😀b") == ["a", {"is": "code", "c": ["U+1F600"]}, "b"]
    assert WORDING.parts("\u202e") == [{"is": "code", "c": ["U+202E"]}], "nothing unseen turns the text"
    assert WORDING.drawn("<𠜎>") == "&lt;U+2070E&gt;"


@given(st.text(alphabet=st.characters(min_codepoint=0x21, max_codepoint=0x24F), min_size=1, max_size=80))
def test_a_long_word_may_break_often_and_keeps_its_letters(word: str) -> None:
    word = word.replace("\xad", "")
    parts = WORDING.parts(word)
    text = "".join(part for part in parts if isinstance(part, str))
    letters = "".join(sign for sign in word if 0x20 <= ord(sign) < 0x250)
    assert text.replace("\u200b", "") == letters
    assert all(len(piece) <= 20 for run in text.split() for piece in run.split("\u200b"))


def test_fonts_can_draw_what_is_written_along_the_border_and_carry_their_licence() -> None:
    found = drawable(FONTS)
    for text in ("áéíóúüñÑ", "ꞌ", "…→≥·•–—", "محمد", "מרים", "ÇçŁłŞş", "Иван"):
        assert {ord(sign) for sign in text} <= found, text
    assert ord("文") not in found
    licences = (FONTS[0].parent / "LICENCES.txt").read_text("utf-8")
    assert licences.count("SIL OPEN FONT LICENSE Version 1.1") == 5
    assert all(font.name in licences for font in FONTS)
