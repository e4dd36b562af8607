"""What names a person goes from texts and documents; everything else stays as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from api.expunge.redaction import Redaction
from api.expunge.work import Work

WORK = Work(
    identities=("D-AAAAAAAAAA",),
    records=("US/1", "MX/R7"),
    requests=(),
    everywhere=("US/1", "MX/R7", "TX:31552208", "Ramiro Zabulondo"),
    beside=("12 Elm St", "Peña"),
    alone=("Zabulondo",),
)
REDACTION = Redaction(3, WORK)
NAMED = ("US/1", "mx/r7", "TX:31552208", "RAMIRO ZABULONDO", "zabulondo")
words = st.text(st.characters(blacklist_categories=("Cs",)), max_size=12)
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | words | st.sampled_from((*NAMED, "12 Elm St", "D-AAAAAAAAAA")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(words | st.sampled_from(("US/1", "name")), inner, max_size=3)
    ),
    max_leaves=12,
)


def of(text: str) -> str:
    found = REDACTION.of(text)
    assert found is not None
    return found


@given(words, st.sampled_from(NAMED), words)
def test_nothing_that_somebody_wrote_names_the_person_any_more(before: str, name: str, after: str) -> None:
    left = of(f"{before} {name} {after}")
    assert not any(text.casefold() in left.casefold().split() for text in NAMED)
    assert of(left) == left, "once is enough"


@given(documents)
def test_a_document_keeps_its_shape_and_names_nobody(document: Any) -> None:
    left = REDACTION.within({"held": document})
    assert _shape(left) == _shape({"held": document})
    assert "US/1" not in json.dumps(left)
    assert REDACTION.within(left) == left


@given(words)
def test_a_text_about_nobody_stays_as_it_is(text: str) -> None:
    assume(not REDACTION.is_in([text]) and "zabulondo" not in text.casefold())
    assert of(text) is text or of(text) == text


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("Zabulondo called", "expunged-3.6 called"),
        ("Zabulondosky called", "Zabulondosky called"),
        ("the record US/12 of another", "the record US/12 of another"),
        ("merged:US/1", "merged:expunged-3.0"),
        ("lives at 12 Elm St", "lives at 12 Elm St"),
        ("US/1 lives at 12 Elm St", "expunged-3.0 lives at expunged-3.4"),
        ("D-AAAAAAAAAA lives at 12 Elm St", "D-AAAAAAAAAA lives at expunged-3.4"),
        ('{"name": "Zabulondo"}', '{"name": "Zabulondo"}'),
        ('{"name": "Zabulondo", "id": "D-AAAAAAAAAA"}', '{"name": "expunged-3.6", "id": "D-AAAAAAAAAA"}'),
        ('["MX\\/R7"]', '["expunged-3.1"]'),
        ('{"x": "Pe\\u00f1a", "y": "US/1"}', '{"x": "expunged-3.5", "y": "expunged-3.0"}'),
        ("{not a document: US/1}", "{not a document: expunged-3.0}"),
    ],
)
def test_a_text_is_replaced_where_it_means_the_person(given: str, left: str) -> None:
    assert of(given) == left


def test_nothing_stays_nothing() -> None:
    assert REDACTION.of(None) is None
    assert Redaction(1, Work((), (), (), (), (), ())).of("US/1 and Zabulondo") == "US/1 and Zabulondo"


def _shape(document: Any) -> Any:
    if isinstance(document, dict):
        return [_shape(value) for value in document.values()]
    if isinstance(document, list):
        return list(map(_shape, document))
    return None if isinstance(document, str) else document
