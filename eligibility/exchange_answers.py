"""Is an answer to a request, about the person who was asked about, and to the question? If not, it covers nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rapidfuzz.distance import JaroWinkler

Row = Mapping[str, Any]


class Verdict(StrEnum):
    """What is made of an answer."""

    ACCEPTED = "accepted"
    UNKNOWN_REQUEST = "unknown_request"  # no request has this id
    WRONG_PARTNER = "wrong_partner"  # the request went to somebody else
    WRONG_QUESTION = "wrong_question"  # it answers for another country or record type
    WRONG_PERSON = "wrong_person"  # something it says of the person is not the driver's
    UNVERIFIED = "unverified"  # it repeats too little of the person to be sure


ALIKE = 0.92
"""Jaro-Winkler similarity from which two surnames are one with a slip; assumed."""
SINGLE = ("curp", "fast_id")
"""Identifiers of which a person has one."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is made of an answer, and why, without personal data."""

    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asked, and who the driver is today.

    Args:
        sources: what the partner's answers may give as their source.
        country: whose records were asked for.
        record_type: which.
        records: PERSON rows of the driver.
        identity_id: the driver's id.
    """

    sources: tuple[str, ...]
    country: str
    record_type: str
    records: Sequence[Row]
    identity_id: str


def judge(answer: Row, asked: Asked | None, holders: Mapping[str, str]) -> Judgement:
    """What is made of an answer.

    Args:
        answer: row of PARTNER_ANSWER.
        asked: the request it names; None where there is none.
        holders: identity_id by record key, for the record that the answer names.
    """
    if asked is None:
        return Judgement(Verdict.UNKNOWN_REQUEST, "no request has this id")
    if answer["source"] not in asked.sources:
        return Judgement(Verdict.WRONG_PARTNER, "the request went to another partner")
    for name, wanted in (("country", asked.country), ("record_type", asked.record_type)):
        if answer[name] is not None and answer[name] != wanted:
            return Judgement(Verdict.WRONG_QUESTION, f"it answers for another {name.replace('_', ' ')}")
    return _whether_the_driver(answer, asked, holders)


def _whether_the_driver(answer: Row, asked: Asked, holders: Mapping[str, str]) -> Judgement:
    says = dict(_comparisons(answer, asked, holders))
    differs = [name for name, agrees in says.items() if agrees is False]
    if differs:
        return Judgement(Verdict.WRONG_PERSON, f"not the driver's: {', '.join(differs)}")
    agrees = {name for name, agreed in says.items() if agreed}
    if agrees - {"name", "birth date"} or {"name", "birth date"} <= agrees:
        return Judgement(Verdict.ACCEPTED, f"the driver's: {', '.join(name for name in says if name in agrees)}")
    return Judgement(Verdict.UNVERIFIED, "it repeats too little of the person: a name with a birth date, or a number")


def _comparisons(answer: Row, asked: Asked, holders: Mapping[str, str]) -> Iterable[tuple[str, bool | None]]:
    """Each thing the answer says of the person: the driver's, not the driver's, or (None) neither is shown."""
    holder = holders.get(answer["record_key"] or "")
    yield "record", None if holder is None else holder == asked.identity_id
    suspect = answer["suspect"] or []
    for name in SINGLE:
        held = {row[name] for row in asked.records if row[name] and name not in (row["suspect"] or [])}
        given = None if name in suspect else answer[name]
        yield name, None if given is None or not held else given in held
    yield "licence", _licence(answer["licence"], {row["licence"] for row in asked.records if row["licence"]})
    yield "birth date", _birth(answer, asked.records)
    yield "name", _name(answer, asked.records)


def _licence(given: str | None, held: set[str]) -> bool | None:
    """A licence the driver holds; another number of an issuer the driver has a licence of is somebody else's."""
    if given is None:
        return None
    if given in held:
        return True
    issuer = given.split(":")[0]
    return False if issuer and any(one.startswith(f"{issuer}:") for one in held) else None


def _birth(answer: Row, records: Sequence[Row]) -> bool | None:
    given = answer["birth_date"]
    held = {row[name] for row in records for name in ("birth_date", "birth_date_alt") if row[name]}
    if given is None or not held:
        return None
    if given in held:
        return True
    fits = any(one.startswith(given) or given.startswith(one) for one in held)
    return None if fits else False


def _name(answer: Row, records: Sequence[Row]) -> bool | None:
    """Whether it may be the driver's name: of given names and of surnames, the fewer are all among the more.

    A surname is one record's and may have a slip. Given names are all that any record gives, since a record that gives
    one of two would let a twin pass, and none may have a slip.
    """
    given, held = _readings(answer), [reading for row in records for reading in _readings(row)]
    if not given or not held:
        return None
    ours = _without_covered_initials({word for words, _ in held for word in words})
    verdicts = {
        _both(_within(first, ours, _same_given), _within(last, others, _same_surname))
        for first, last in given
        for _, others in held
    }
    return True if True in verdicts else None if None in verdicts else False


def _readings(row: Row) -> list[tuple[list[str], list[str]]]:
    """Given and surname tokens of each reading of a name."""
    texts = [f"{row['name_given'] or ''}|{row['name_surname'] or ''}", *(row["name_alt"] or [])]
    parts = [text.split("|", 1) for text in texts if text != "|"]
    return [(given.split(), surname.split()) for given, surname in parts]


def _without_covered_initials(words: set[str]) -> list[str]:
    """The words, but for initials of another: where one record gives J and another JOSE, J stands for no JUAN."""
    return sorted(word for word in words if len(word) > 1 or not any(w != word and w[0] == word for w in words))


def _both(*parts: bool | None) -> bool | None:
    return False if False in parts else None if None in parts else True


def _within(one: list[str], other: list[str], same: Callable[[str, str], bool]) -> bool | None:
    """Whether the fewer words are all among the more; None where there is nothing to compare."""
    if not one or not other:
        return None
    fewer, more = sorted((one, other), key=len)
    return all(any(same(word, candidate) for candidate in more) for word in fewer)


def _same_given(one: str, other: str) -> bool:
    return one == other or (1 in {len(one), len(other)} and one[0] == other[0])


def _same_surname(one: str, other: str) -> bool:
    return bool(JaroWinkler.similarity(one, other) >= ALIKE)
