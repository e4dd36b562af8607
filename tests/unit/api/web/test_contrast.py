"""The contrast of every pair of colours that carries meaning, computed from the tokens that the pages use."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[4] / "web" / "src" / "styles" / "tokens.css"
MODES = ("light", "dark")
TEXT, MARK = 4.5, 3.0  # WCAG 2.2, success criteria 1.4.3 and 1.4.11
PAIRS = (
    *((text, on, TEXT) for text in ("text", "text-second", "link", "visited") for on in ("page", "surface")),
    ("on-primary", "link", TEXT),
    *((f"{band}", f"{band}-tint", TEXT) for band in ("routine", "look", "look-first", "unknown", "done", "error")),
    *(("text", on, TEXT) for on in ("conflict-tint", "selected-tint", "error-tint", "unknown-tint", "done-tint")),
    *((mark, on, MARK) for mark in ("border", "focus") for on in ("page", "surface")),
    *((mark, on, MARK) for mark in ("graph-driver", "graph-thing", "graph-event") for on in ("page", "surface")),
    *((text, "water", TEXT) for text in ("text", "text-second", "link")),
    *((mark, "water", MARK) for mark in ("border", "focus", "look-first", "routine")),
    *((band, "page", MARK) for band in ("routine", "look", "look-first")),
)
NOTED = {  # ui.md, section 1, to a tenth: (light, dark)
    ("text", "page"): (16.4, 15.3),
    ("text", "surface"): (15.1, 13.8),
    ("text-second", "page"): (7.7, 9.5),
    ("text-second", "surface"): (7.1, 8.6),
    ("link", "page"): (7.2, 9.2),
    ("visited", "page"): (8.3, 9.3),
    ("border", "page"): (4.7, 5.8),
    ("focus", "page"): (7.2, 10.8),
    ("routine", "routine-tint"): (7.0, 8.5),
    ("look", "look-tint"): (6.6, 8.5),
    ("look-first", "look-first-tint"): (7.2, 7.8),
    ("unknown", "unknown-tint"): (6.7, 6.8),
    ("done", "done-tint"): (6.4, 7.9),
    ("error", "error-tint"): (6.4, 8.0),
    ("text", "conflict-tint"): (13.0, 9.3),
    ("text", "selected-tint"): (13.2, 10.4),
}


def tokens() -> dict[str, tuple[str, str]]:
    found = re.findall(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", TOKENS.read_text("utf-8"))
    return {name: (light, dark) for name, light, dark in found}


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2, definition)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_twenty_one_to_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("mark", "on", "least"), PAIRS)
def test_what_carries_meaning_can_be_seen(mark: str, on: str, least: float, mode: str) -> None:
    held, at = tokens(), MODES.index(mode)
    assert contrast(held[mark][at], held[on][at]) >= least


@pytest.mark.parametrize("pair", list(NOTED))
def test_the_table_of_the_design_says_what_the_tokens_are(pair: tuple[str, str]) -> None:
    mark, on = (tokens()[name] for name in pair)
    found = tuple(contrast(mark[at], on[at]) for at in (0, 1))
    assert found == pytest.approx(NOTED[pair], abs=0.051)


def test_every_colour_of_the_tokens_is_looked_at() -> None:
    looked_at = {name for mark, on, _ in PAIRS for name in (mark, on)}
    assert set(tokens()) - looked_at == {"line"}, "a colour that carries no meaning is named here"
