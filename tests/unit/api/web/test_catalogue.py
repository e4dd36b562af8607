"""The texts of the pages: each one that is used is there, each one that is there is used, and all are plain."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.web.shortcuts import GROUPS
from api.web.texts import load_catalogue

WEB = Path(__file__).resolve().parents[4] / "api" / "web"
SCRIPTS = Path(__file__).resolve().parents[4] / "web" / "src"
TEMPLATES = sorted(p for p in (WEB / "templates").rglob("*") if p.suffix in {".html", ".svg"})
CODE = sorted(WEB.rglob("*.py"))
# t( or here.told(, then one literal, perhaps joined to a value: t("kind." ~ node.kind), t(f"tie.{kind}")
_CALL = re.compile(r"""\b(?:t|t\.has|told|load_catalogue\(\))\(\s*(f?)(["'])([^"']+)\2\s*(~)?""")
_LITERAL = re.compile(r"""(["'])((?:[a-z_0-9]+\.)+[A-Za-z_0-9]+)\1""")
_STRING = re.compile(r'"([a-z_]+)"')
_WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
FORBIDDEN = (
    *("guilty", "clean", "hit", "hits", "target", "targets", "risky", "suspect", "suspects", "offender", "offenders"),
    *("associate", "associates", "high risk", "involved with", "criminal driver", "dangerous", "culprit"),
)
"""ui.md, sections 1 and 6: what is never said of a person."""


def used() -> tuple[set[str], set[str]]:
    """Whole keys and beginnings of keys that templates and code ask for."""
    whole, begun = set(), set()
    for path in (*TEMPLATES, *CODE):
        text = path.read_text("utf-8")
        for is_f, _, key, joined in _CALL.findall(text):
            if is_f and "{" in key:
                begun.add(key.partition("{")[0])
            elif joined:
                begun.add(key)
            else:
                whole.add(key)
        # t("a.b" if x else "a.c"), and macros that are handed a key
        whole |= {key for _, key in _LITERAL.findall(text) if key in load_catalogue().texts}
        begun |= {key for _, key in re.findall(r"""(["'])((?:[a-z_]+\.)+)\1\s*~""", text)}
        begun |= set(re.findall(r"""plain\(["']([a-z_]+\.)["']\)""", text))
        begun |= {f"{group}." for group in re.findall(r"""\|said\("([a-z_]+)"\)""", text)}
    begun |= {beginning for _, beginning, _ in GROUPS}
    return whole, begun


def texts() -> Iterator[tuple[str, str]]:
    for key, text in load_catalogue().texts.items():
        if isinstance(text, str):
            yield key, text
        else:
            yield from ((f"{key}.{form}", said) for form, said in text.items())


def test_the_catalogue_is_read_from_the_templates_and_the_code() -> None:
    whole, begun = used()
    assert "driver.title" in whole
    assert {"kind.", "tie.", "explorer_js.", "explorer_key.", "watch.change."} <= begun
    assert len(TEMPLATES) > 30


def test_every_key_that_is_asked_for_is_there() -> None:
    whole, _ = used()
    called = {
        key
        for path in (*TEMPLATES, *CODE)
        for is_f, _, key, joined in _CALL.findall(path.read_text("utf-8"))
        if not is_f and not joined
    }
    assert called - set(load_catalogue().texts) == set()
    assert called <= whole


def test_every_beginning_of_a_key_has_texts() -> None:
    _, begun = used()
    assert [start for start in begun if not any(key.startswith(start) for key in load_catalogue().texts)] == []


def test_no_key_is_there_for_nothing() -> None:
    whole, begun = used()
    unused = [key for key in load_catalogue().texts if key not in whole and not key.startswith(tuple(begun))]
    assert unused == []


def test_every_text_of_the_scripts_is_used_there() -> None:
    scripts = "\n".join(path.read_text("utf-8") for path in SCRIPTS.rglob("*.ts"))
    names = [key.partition(".")[2] for key in load_catalogue().texts if key.startswith("explorer_js.")]
    templates = "\n".join(path.read_text("utf-8") for path in TEMPLATES)
    unused = [n for n in names if not re.search(rf"words\.{n}\b", scripts) and f"explorer_js.{n}" not in templates]
    assert unused == []
    everywhere = {key.partition(".")[2] for key in load_catalogue().texts if key.startswith("page_js.")}
    assert everywhere == {name for call in re.findall(r"\bword\(([^)]*)\)", scripts) for name in _STRING.findall(call)}


def test_every_text_is_plain_and_says_nothing_bad_of_a_person() -> None:
    for key, text in texts():
        assert text == text.strip(), key
        assert not set(text) & {"<", ">", "&", "\n"}, f"{key}: markup belongs into a template"
        found = [word for word in FORBIDDEN if re.search(rf"\b{word}\b", text.lower())]
        assert found == [], f"{key}: {text}"
        for _, name, spec, conversion in string.Formatter().parse(text):
            assert name is None or name.isidentifier(), f"{key}: a place is a plain name"
            assert not spec
            assert conversion is None


def test_the_forms_of_a_text_have_the_same_places_or_fewer() -> None:
    for key, text in load_catalogue().texts.items():
        if isinstance(text, str):
            continue
        assert "other" in text, key
        places = {form: {n for _, n, _, _ in string.Formatter().parse(said) if n} for form, said in text.items()}
        assert all(found <= places["other"] for found in places.values()), key
        assert set(text) == {"one", "other"}, f"{key}: English has these two forms"


def test_the_english_sentences_can_be_read_at_school() -> None:
    sentences = [text for _, text in texts() if len(_WORD.findall(text)) >= 4 and text.rstrip()[-1] in ".?!"]
    assert len(sentences) > 60
    assert grade(" ".join(re.sub(r"\{\w+\}", "3", one) for one in sentences)) <= 8


def test_no_sentence_is_very_hard() -> None:
    hard = {}
    for key, text in texts():
        for one in re.split(r"(?<=[.?!:;])\s+", text):
            if len(_WORD.findall(one)) >= 8 and grade(one) > 12:
                hard[key] = round(grade(one), 1)
    assert hard == {}


def test_the_grade_is_that_of_texts_whose_grade_is_known() -> None:
    """Six one-syllable words a sentence are 0.39 * 6 + 11.8 - 15.59 = -1.45; long words are worse."""
    assert grade("The cat sat on the mat.") == pytest.approx(-1.45, abs=0.01)
    assert grade("Institutional responsibility necessitates administrative documentation.") > 12


def grade(text: str) -> float:
    """Flesch-Kincaid grade (Kincaid et al. 1975), with syllables counted by groups of vowels."""
    words = _WORD.findall(text)
    sentences = max(1, len(re.findall(r"[.?!]+(?:\s|$)", text)))
    syllables = sum(_syllables(word) for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def _syllables(word: str) -> int:
    plain = word.lower().removesuffix("es").removesuffix("ed").removesuffix("e") if len(word) > 3 else word.lower()
    return max(1, len(re.findall(r"[aeiouy]+", plain)))
