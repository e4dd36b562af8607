"""How values look: escaped whatever they hold, apart from the direction of the text, dates written out."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from api.web import marks

TODAY = date(2026, 11, 26)


@given(text=st.text())
def test_any_text_is_escaped_and_can_be_sent(text: str) -> None:
    shown = str(marks.name(text))
    shown.encode("utf-8")
    inside = shown.removeprefix('<bdi translate="no">').removesuffix("</bdi>")
    stripped = inside.replace('<span class="control-code">', "").replace("</span>", "")
    assert not set(stripped) & {"<", ">", '"', "'"}
    assert not any(unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for sign in inside)


@given(text=st.text(st.characters(categories=["L", "N", "P", "S", "M", "Zs"])))
def test_what_can_be_seen_is_shown_as_it_is(text: str) -> None:
    assert marks.visible(text) == escape(text)


def test_marks_of_direction_and_controls_are_shown_as_their_codes() -> None:
    assert marks.name("\u202eab\x00") == Markup(
        '<bdi translate="no"><span class="control-code">U+202E</span>ab<span class="control-code">U+0000</span></bdi>'
    )
    assert marks.visible("\ud800") == '<span class="control-code">U+D800</span>'
    assert marks.name(None) == '<bdi translate="no"></bdi>'
    assert marks.visible("ꞌNuñez-O'Hara") == "ꞌNuñez-O&#39;Hara"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("2026-04-03", "3 Apr 2026"),
        (date(2026, 4, 3), "3 Apr 2026"),
        ("2026-04-03T10:00:00+00:00", "3 Apr 2026"),
        ("1984-03", "1984-03"),
        ("1984", "1984"),
        ("03/04/26", "03/04/26"),
        ("2026-02-30", "2026-02-30"),
        ("<b>", "&lt;b&gt;"),
        (None, ""),
        ("", ""),
    ],
)
def test_a_date_is_written_out_and_what_is_none_is_shown_as_it_stands(value: str | date | None, told: str) -> None:
    shown = str(marks.day(value))
    assert shown.partition(">")[2].removesuffix("</time>") == told if shown.startswith("<time") else shown == told


def test_a_date_says_how_long_ago_it_is() -> None:
    assert "3 Apr 2026 (8 months ago)" in marks.day("2026-04-03", as_of=TODAY)
    assert "(in 3 months)" in marks.day("2027-02-26", as_of=TODAY)
    assert 'datetime="2026-04-03"' in marks.day("2026-04-03", as_of=TODAY)


def test_a_moment_is_told_in_utc_whatever_zone_it_was_kept_in() -> None:
    assert "26 Nov 2026 06:30 UTC" in marks.moment("2026-11-26T06:30:00+00:00")
    assert "26 Nov 2026 06:30 UTC" in marks.moment("2026-11-26T00:30:00-06:00")
    assert marks.moment(None) == ""


@pytest.mark.parametrize(
    ("born", "years"),
    [("1984-11-26", 42), ("1984-11-27", 41), ("1984-02-29", 42), ("1984", None), (None, None), ("1984-02-30", None)],
)
def test_an_age_is_whole_years_of_a_full_date(born: str | None, years: int | None) -> None:
    assert marks.age(born, TODAY) == years


def test_what_somebody_wrote_keeps_its_lines() -> None:
    assert marks.prose("one\r\n<two>\n\u202ethree") == (
        'one<br>&lt;two&gt;<br><span class="control-code">U+202E</span>three'
    )
    assert marks.prose("") == ""


def test_bars() -> None:
    assert [marks.bars(band) for band in ("routine", "look", "look first", None, "other")] == [1, 2, 3, 0, 0]


@pytest.mark.parametrize(
    ("held", "told"),
    [
        ("NY:…7022#0f4a9c1b22de", "NY •••• 7022"),
        ("…1327#0f4a9c1b22de", "•••• 1327"),
        ("…#0f4a9c1b22de", "••••"),
        ("PARKER", "PARKER"),
        ("<b>…1#2</b>", "&lt;b&gt;…1#2&lt;/b&gt;"),
    ],
)
def test_a_masked_number_is_told_by_its_end_alone(held: str, told: str) -> None:
    assert str(marks.value(held)) == told
    assert marks.is_masked(held) == ("•" in told)


def test_a_day_that_a_record_gives_is_written_out() -> None:
    assert "10 Feb 1981" in marks.value("1981-02-10")
    assert str(marks.value("1981")) == "1981"


def test_evidence_that_is_there_is_led_to_and_nothing_else_is() -> None:
    pins = [{"evidence": "E1"}, {"evidence": "E12"}]
    told = marks.cited(marks.prose("E1, [E12] and E2, E1a, aE1, E123, <E1>, \u00e91 \u202eE1"), pins)
    link = '<a href="#{0}">{0}</a>'
    assert str(told).count(link.format("E1")) == 3
    assert str(told).count(link.format("E12")) == 1
    assert "E2, E1a, aE1, E123, &lt;" in told
    assert marks.cited(escape("&#xE1; U+0E1"), pins) == escape("&#xE1; U+0E1")
