"""Names of people to the reading they are compared in, with the other readings that are possible.

A file's columns say which words are given names and which are surnames, and are often wrong: exchanged, run
together, or all in one. The reading chosen is the one that the tokens' own use as given names and surnames makes
likely; what is nearly as likely is kept beside it as an alternative.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from linkage.standardise.name_tables import NameTables
from linkage.standardise.name_tokens import Field, Role, Token, Tokeniser

SWAP = 4.5
"""Log-odds (natural) from which given names and surnames count as exchanged; assumed."""
SWAP_POSSIBLE = 1.5
"""Log-odds from which the exchanged reading is kept beside the stated one; assumed."""
NEAR = 3.0
"""Log-odds within which another split of a whole name is kept beside the best; assumed."""
GIVEN_FIRST = 2.0
"""Log-odds that a whole name starts with the given name, and again where an initial stands in its middle; assumed."""
ALTERNATIVES = 5
"""Most alternatives kept of one name: each multiplies the comparisons of a pair."""

_IDEOGRAPHS = re.compile("[\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af]")
_ALIASES = re.compile(r"\s*(?:[;|/]|\ba\.?k\.?a\.?\b|\balias\b)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RawName:
    """The columns of one record that hold names, fillers taken out.

    Args:
        given: given names; `middle` further ones.
        surname: paternal surname, or both; `second` the maternal one.
        full: the whole name in one field; `native` likewise in its own script.
        alias: further names, with a stroke or semicolon between several.
        suffix: generational suffix in a column of its own.
        email_name: display name of an e-mail address.
        is_mexican: two surnames and initials for José and María are to be expected.
        is_female: a single "de X" after one surname is a husband's name.
    """

    given: str | None = None
    middle: str | None = None
    surname: str | None = None
    second: str | None = None
    full: str | None = None
    native: str | None = None
    alias: str | None = None
    suffix: str | None = None
    email_name: str | None = None
    is_mexican: bool = False
    is_female: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """A name in standard form.

    Args:
        given: folded given names, space between.
        surname: folded surnames, paternal first.
        suffix: JR, SR, I, II, III or IV.
        alternatives: other readings, each "GIVEN|SURNAME".
    """

    given: str | None
    surname: str | None
    suffix: str | None
    alternatives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    given: tuple[str, ...]
    surname: tuple[str, ...]

    def __str__(self) -> str:
        return f"{' '.join(self.given)}|{' '.join(self.surname)}"


class NameReader:
    """Reads the names of one load; fields that return are read once.

    Args:
        tables: the shipped words.
    """

    def __init__(self, tables: NameTables) -> None:
        self._tables = tables
        self._tokeniser = Tokeniser(tables)

    def read(self, raw: RawName) -> Name:
        """The name in its likeliest reading."""
        given = [self._field(text, Role.GIVEN) for text in (raw.given, raw.middle) if text]
        surname = [self._field(text, Role.SURNAME) for text in (raw.surname, raw.second) if text]
        readings = self._columns(given, surname, raw)
        fields = [*surname, *given]
        for text in (raw.full, raw.native):
            if text:
                whole = self._field(text, Role.WHOLE)
                fields.append(whole)
                readings += self._whole(whole, raw, text)
        if not readings:
            readings = [_Reading((), ())]
        readings = [self._with_title_last(reading) for reading in readings]
        best = readings[0]
        others = [*readings[1:], *self._without_surname(best), *self._further(best, fields, raw)]
        distinct = dict.fromkeys(
            str(reading) for reading in others if reading != best and (reading.given or reading.surname)
        )
        return Name(
            given=" ".join(best.given) or None,
            surname=" ".join(best.surname) or None,
            suffix=self._suffix(raw.suffix, fields),
            alternatives=tuple(distinct)[:ALTERNATIVES],
        )

    def _with_title_last(self, reading: _Reading) -> _Reading:
        """Singh and Kaur beside a surname are the last of the given names, wherever they stand."""
        titles = tuple(word for word in reading.surname if word in self._tables.words["either"])
        surname = tuple(word for word in reading.surname if word not in titles)
        if not titles or not surname:
            return reading
        return _Reading((*(word for word in reading.given if word not in titles), *titles), surname)

    def _without_surname(self, reading: _Reading) -> Iterator[_Reading]:
        """Singh, Kaur or a mere initial for a surname may be a middle name of somebody whose surname is left out."""
        is_middle = all(len(word) == 1 or word in self._tables.words["either"] for word in reading.surname)
        if reading.given and reading.surname and is_middle:
            yield _Reading((*reading.given, *reading.surname), ())

    def _field(self, text: str, role: Role) -> Field:
        return self._tokeniser.read(text, role)

    def _columns(self, given: list[Field], surname: list[Field], raw: RawName) -> list[_Reading]:
        """Readings of separate columns, the best first."""
        first = tuple(token for part in given for token in part.tokens)
        last = tuple(token for part in surname for token in part.tokens)
        behind = tuple(token for part in surname for token in part.after_comma)
        if not first and behind:
            return [_Reading(_texts(behind), _texts(last))]
        if not first and len(last) > 1 and raw.surname and not raw.second:
            return self._whole(self._field(raw.surname, Role.WHOLE), raw, raw.surname, surname_first=True)
        if not last and len(first) > 1 and raw.given and not raw.surname:
            whole = self._field(f"{raw.given} {raw.middle or ''}", Role.WHOLE)
            return self._whole(whole, raw, raw.given)
        if not first and not last:
            return []
        if (not first and len(last) == 1) or (not last and len(first) == 1):
            # Somebody with one name only has it in either column.
            alone = _texts(last) or _texts(first)
            return [_Reading(alone, ()), _Reading((), alone)][:: 1 if first else -1]
        return self._straight(_texts(first), last, raw)

    def _straight(self, first: tuple[str, ...], last: tuple[Token, ...], raw: RawName) -> list[_Reading]:
        stated = _Reading(first, _texts(last))
        husband = _husbands_name(last)
        if husband is not None and raw.is_female and not raw.second:
            stated = _Reading(first, stated.surname[:1])
            return [stated, _Reading(first, (husband,))]
        readings = [stated]
        if husband is not None and not raw.second:
            readings.append(_Reading(first, stated.surname[:1]))
        if first and last:
            swapped = _Reading(stated.surname, first)
            odds = sum(map(self._odds, stated.surname)) - sum(map(self._odds, first))
            if odds >= SWAP:
                return [swapped, *readings]
            if odds >= SWAP_POSSIBLE:
                readings.append(swapped)
        joined = _Reading(first, tuple("".join((*token.particles, token.text)) for token in last))
        if joined != stated:
            readings.append(joined)
        if len(first) > 1 and last and self._odds(first[-1]) <= -SWAP_POSSIBLE:
            # A paternal surname is often taken for a middle name.
            readings.append(_Reading(first[:-1], (first[-1], *stated.surname)))
        if len(last) == 1 and (parts := self._tables.parts_of(last[0].text)):
            readings.append(_Reading(first, parts))
        return readings

    def _whole(self, field: Field, raw: RawName, text: str, *, surname_first: bool = False) -> list[_Reading]:
        """Readings of a name in one field, the best first and those nearly as likely behind it."""
        tokens = field.tokens
        if field.after_comma:
            return [_Reading(_texts(field.after_comma), field.texts)]
        if len(tokens) < 2:
            return [_Reading((), field.texts) if surname_first or not tokens else _Reading(field.texts, ())]
        if _IDEOGRAPHS.search(text):
            return [self._ideographic(field.texts)]
        slavic = self._slavic(field.texts)
        if slavic is not None:
            return [slavic]
        scored = sorted(self._splits(tokens, raw, surname_first=surname_first), key=lambda pair: -pair[0])
        best = scored[0][0]
        return [reading for score, reading in scored[:3] if score > best - NEAR]

    def _ideographic(self, texts: tuple[str, ...]) -> _Reading:
        compound = " ".join(texts[:2]) in self._tables.words["compound_surnames_zh"] and len(texts) > 2
        cut = 2 if compound else 1
        return _Reading(texts[cut:], texts[:cut])

    def _slavic(self, texts: tuple[str, ...]) -> _Reading | None:
        """A patronymic tells the order: behind the given name, with the surname before or after the two."""
        endings = tuple(self._tables.words["patronymics"])
        if len(texts) != 3:
            return None
        if texts[2].endswith(endings):
            return _Reading(texts[1:], texts[:1])
        return _Reading(texts[:2], texts[2:]) if texts[1].endswith(endings) else None

    def _splits(
        self, tokens: tuple[Token, ...], raw: RawName, *, surname_first: bool
    ) -> Iterator[tuple[float, _Reading]]:
        texts = _texts(tokens)
        odds = [self._odds(text) for text in texts]
        # A particle stands before a surname, unless its word is known as a given name (de la Luz, del Carmen).
        odds = [
            value - 2.0 if token.particles and value < 1 else value for token, value in zip(tokens, odds, strict=True)
        ]
        total = sum(odds)
        usual = 2 if raw.is_mexican else 1
        order = 0.0 if surname_first else GIVEN_FIRST
        order += GIVEN_FIRST if any(len(text) == 1 for text in texts[1:-1]) else 0.0
        for count in range(1, min(len(texts), 4)):
            if count == 3 and len(texts) < 5:
                break
            habit = 1.0 if count == usual else 0.0
            behind, ahead = sum(odds[-count:]), sum(odds[:count])
            straight = total - 2 * behind + habit + order
            yield straight, _Reading(texts[:-count], texts[-count:])
            yield total - 2 * ahead + habit, _Reading(texts[count:], texts[:count])

    def _further(self, best: _Reading, fields: list[Field], raw: RawName) -> Iterator[_Reading]:
        """Readings from nicknames, other surnames, initials spelt out, aliases and the name on an e-mail address."""
        for field in fields:
            for nickname in field.nicknames:
                yield _Reading((nickname,), best.surname)
            for other in field.other_names:
                yield _Reading(best.given, (other,))
        spelt_out = {"J": "JOSE", "M": "MARIA"}.get(best.given[0]) if len(best.given) > 1 else None
        if spelt_out and len(best.given[1]) > 1 and (raw.is_mexican or raw.second):
            yield _Reading((spelt_out, *best.given[1:]), best.surname)
        aliases = [alias for alias in _ALIASES.split(raw.alias) if alias] if raw.alias else []
        for text in [*aliases, *([raw.email_name] if raw.email_name else [])]:
            field = self._field(text, Role.WHOLE)
            if len(field.tokens) == 1 and not field.after_comma:
                yield _Reading(field.texts, best.surname)
            elif field.tokens:
                yield self._whole(field, raw, text)[0]

    def _odds(self, token: str) -> float:
        return self._tables.given_odds(token)

    def _suffix(self, stated: str | None, fields: Iterable[Field]) -> str | None:
        if stated:
            plain = re.sub(r"[^A-Z0-9]", "", stated.upper())
            pairs = self._tables.pairs
            known = pairs["suffixes"].get(plain) or pairs["last_suffixes"].get(plain)
            if known or plain == "I":
                return known or plain
        return next((field.suffix for field in fields if field.suffix), None)


def _texts(tokens: Iterable[Token]) -> tuple[str, ...]:
    return tuple(token.text for token in tokens)


def _husbands_name(last: tuple[Token, ...]) -> str | None:
    """The X of "Cisneros de X"; the many compound surnames with "de la" are none."""
    return last[1].text if len(last) == 2 and last[1].particles == ("DE",) and not last[0].particles else None
