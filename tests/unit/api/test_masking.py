"""Masked identifiers can be compared and not be read; nothing else of a document changes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.masking import FIELDS, Masker
from linkage.schema import IDENTIFIERS

MASKER = Masker(b"k" * 32)


def tag(masked: str) -> str:
    return masked.rpartition("#")[2]


@pytest.mark.parametrize(
    ("name", "text", "begins"),
    [
        ("curp", "QUXU840309HTSNXL06", "…XL06#"),
        ("fast_id", "982628497", "…8497#"),
        ("licence", "TX:66547846", "TX:…7846#"),
        ("licence_number", "665-478-46", "…7846#"),
        ("licence", "BC:1234567", "BC:…567#"),
        ("phone", "+19155556057", "…6057#"),
        ("ssn4", "1234", "…#"),
        ("email", "lucretia@example.com", "…#"),
        ("uci", "12", "…2#"),
        ("uci", "", "…#"),
    ],
)
def test_what_is_shown_of_a_value(name: str, text: str, begins: str) -> None:
    assert MASKER.value(name, text).startswith(begins)


@pytest.mark.parametrize(
    ("name", "one", "other", "is_equal"),
    [
        ("phone", "915-555-6057", "+19155556057", True),
        ("phone", "+52 867 000 0123", "+528670000123", True),
        ("phone", "+19155556057", "+19155556058", False),
        ("licence", "tx-665", "TX:665", False),
        ("licence", "665 478", "TX:665478", True),
        ("curp", "quxu840309htsnxl06", "QUXU840309HTSNXL06", True),
        ("curp", "QUXU840309HTSNXL07", "QUXU840309HTSNXL06", False),
        ("email", "A@example.com", "a@example.com", True),
    ],
)
def test_equal_tags_are_equal_values(name: str, one: str, other: str, is_equal: bool) -> None:
    assert (tag(MASKER.value(name, one)) == tag(MASKER.value(name, other))) == is_equal


def test_another_workspace_has_other_tags_and_the_key_is_not_shown() -> None:
    assert tag(Masker(b"j" * 32).value("curp", "X1")) != tag(MASKER.value("curp", "X1"))
    assert "kkk" not in repr(MASKER)


@given(st.sampled_from(sorted(FIELDS)), st.text(min_size=1, max_size=40))
def test_most_of_a_value_is_never_shown(name: str, text: str) -> None:
    shown = MASKER.value(name, text).rpartition("#")[0].rpartition("…")[2]
    assert len(shown) <= 4
    assert len(shown) <= len(text) / 2 or not text.isascii()


values = st.text("0123456789ABCDEF", min_size=9, max_size=18)
keyed = st.dictionaries(st.sampled_from([*sorted(FIELDS), "name", "record_id", "key"]), values, max_size=4)
documents = st.recursive(keyed, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("rows"), inner))


@given(documents)
def test_no_identifier_is_left_and_everything_else_is(document: Any) -> None:
    def pairs(item: Any) -> list[tuple[str, str]]:
        if isinstance(item, list):
            return [pair for part in item for pair in pairs(part)]
        found = [(name, value) for name, value in item.items() if isinstance(value, str)]
        return found + [pair for value in item.values() if not isinstance(value, str) for pair in pairs(value)]

    for (name, before), (_, after) in zip(pairs(document), pairs(MASKER.document(document)), strict=True):
        assert (before not in after) if name in FIELDS else before == after


def test_every_identifier_of_the_schema_is_one_here() -> None:
    assert set(IDENTIFIERS) <= FIELDS


PHONE = "+19155556057"


@pytest.mark.parametrize(
    "document",
    [
        {"raw": {"phone": "915-555-6057", "passport_number": "9155556057"}},
        {"attribute": "phone", "values": [{"value": PHONE, "records": ["US/1"]}], "agrees": True},
        {"attribute": "contact", "left": f"{PHONE} 12 Elm St Dayton", "right": PHONE},
        {"attribute": "tax", "left": "9155556057 VECA9155556057", "right": None},
        {"kind": "Phone", "key": PHONE, "label": "the phone that ends in 6057"},
        {"src_kind": "Identity", "src": "D-1", "dst_kind": "Phone", "dst": PHONE},
        {"identifier": {"kind": "fast_id", "value": "9155556057", "issuer": None}},
        {"nodes": [{"kind": "Phone", "key": PHONE}], "phone": [PHONE, None]},
    ],
)
def test_identifiers_are_found_wherever_documents_hold_them(document: dict[str, Any]) -> None:
    masked = MASKER.document(document)
    assert "9155556057" not in str(masked)
    assert "555-60" not in str(masked)
    assert masked.keys() == document.keys()


def test_what_stands_beside_an_identifier_stays() -> None:
    row = {"attribute": "contact", "left": f"{PHONE} 12 Elm St", "level": "phone", "bits": 3.5, "note": "n"}
    masked = MASKER.document(row)
    assert masked["left"].endswith(" 12 Elm St")
    assert {k: v for k, v in masked.items() if k != "left"} == {k: v for k, v in row.items() if k != "left"}
    assert MASKER.document({"attribute": "surname", "left": "NUÑEZ", "right": None})["left"] == "NUÑEZ"
    assert MASKER.document({"kind": "Record", "key": PHONE})["key"] == PHONE
    licence = MASKER.document({"attribute": "licence", "left": "TX 66547846", "right": "TX:66547846"})
    assert licence["left"].startswith("TX …7846#")
    assert tag(licence["left"]) == tag(licence["right"])
