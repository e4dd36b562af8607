"""Addresses to doors: one key a door, words for approximate comparison, and the city.

A key needs a street with a number (or a box) and a place; "S/N" and "domicilio conocido" name no door, and people
who give them share none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from linkage.standardise.address_words import AddressWords
from linkage.standardise.fold import fold
from linkage.standardise.places import Places
from linkage.standardise.streets import Street, StreetReader

_NO_NUMBER = re.compile(
    r"\bS\s*/\s*N\b|\bS\s*N(?=\s*(?:,|$|COL\b|FRACC\b))|\bSIN\s+(?:NUMERO|NUM|NO)\b|\bSANS\s+NUMERO\b"
)
_POSTAL_MX = re.compile(r"\b(?:C\s*P|CODIGO\s+POSTAL)\s*:?\s*(\d{5})\b")
_POSTAL_CA = re.compile(r"\b([A-Z]\d[A-Z])\s*(\d[A-Z]\d)\b")
_POSTAL_TAIL = re.compile(r"(?<=[A-Z,])\s+(\d{5})(?:-?\d{4})?$")
_POSTAL_SEGMENT = re.compile(
    r"^(?:[A-Z]{1,2} \d{4}|\d{5,6})\b\s*|(?<=[A-Z])\s+\d{5,6}$|^[A-Z]{1,2}\d{1,2}\s*\d[A-Z]{2}$"
)
_LINES = re.compile(r"[\r\n;]+")
_DOTS = re.compile(r"(?<!\d)\.|\.(?!\d)")
_DOOR_LETTER = re.compile(r"\b(\d+)\s*-\s*([A-Z])\b")
_SPACED_LETTER = re.compile(r"\b(\d+)\s+([A-Z])(?=\s|,|$)")
_LAST_LETTER = re.compile(r"\b(\d+)\s+([A-DF-MO-RT-VX-Z])$")
_HYPHEN = re.compile(r"(?<=[A-Z])-|-(?=[A-Z])")
_UNIT_FIRST = re.compile(r"^(\d+)-(\d+)\b")
_STRASSE = re.compile(r"\b([A-Z]{3,})(?:STRASSE|STR)\b")
_SYMBOLS = re.compile(r"[^A-Z0-9#.,/\s\-]+")
_DIGIT = re.compile(r"\d")
_OWN_COUNTRY = frozenset({"MEXICO", "MX", "USA", "US", "CANADA", "UNITED STATES", "ESTADOS UNIDOS"})


@dataclass(frozen=True, slots=True)
class RawAddress:
    """The columns of one record that say where.

    Args:
        text: the street line, or the whole address.
        city: as received; `region` and `postal_code` likewise, each None where not given.
        country: ISO alpha-2 code of the row's country.
    """

    text: str | None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """An address in standard form.

    Args:
        key: equal for one door; None where no door or no place is named.
        near: its words, sorted, for approximate comparison.
        city: folded name of the city.
    """

    key: str | None
    near: str | None
    city: str | None


@dataclass(frozen=True, slots=True)
class _Place:
    country: str | None
    city: str | None
    state: str | None
    postal: str | None

    def __str__(self) -> str:
        if self.city is None:
            return self.postal or ""
        return f"{self.city} {self.state}" if self.state else self.city


class AddressReader:
    """Reads the addresses of one load; a city that returns is read once.

    Args:
        words: the shipped words.
        places: spellings of states and countries.
    """

    def __init__(self, words: AddressWords, places: Places) -> None:
        self._words = words
        self._places = places
        self._streets = StreetReader(words)
        self._stated: dict[tuple[str | None, ...], _Place] = {}

    def read(self, raw: RawAddress) -> Address:
        """The address in standard form."""
        columns = (raw.city, raw.region, raw.postal_code, raw.country)
        place = self._stated.get(columns)
        if place is None:
            place = self._stated[columns] = self._stated_place(raw)
        text = self._prepared(raw.text, place) if raw.text else ""
        if not text or self._is_nowhere(text):
            return Address(None, None, place.city)
        text, postal = self._without_postal(text, place)
        has_number = _NO_NUMBER.search(text) is None
        if not has_number:
            text = _NO_NUMBER.sub(" , ", text)
        segments = [stripped for segment in text.split(",") if (stripped := segment.strip())]
        if postal is not None and place.postal is None:
            place = replace(place, postal=postal)
        segments, place = self._without_place(segments, place)
        street = self._street(segments, place)
        if place.city is None and street.rest:
            place = replace(place, city=self._city_of(street.rest))
        if place.state is None:
            place = replace(place, state=self._words.state_of(place.postal, place.country))
        return Address(_key(street, place) if has_number else None, _near(street), place.city)

    def _is_nowhere(self, text: str) -> bool:
        return " ".join(re.findall("[A-Z]+", text)) in self._words.lists["nowhere"]

    def _city_of(self, words: list[str]) -> str | None:
        """The words behind a street as a city, a country's name at their end dropped."""
        if len(words) > 1 and len(words[-1]) > 3 and self._places.country(words[-1]) is not None:
            words = words[:-1]
        return self._words.city(" ".join(words))

    def _stated_place(self, raw: RawAddress) -> _Place:
        state = self._places.jurisdiction(raw.region, raw.country) if raw.region else None
        postal = re.sub(r"[^A-Z0-9]", "", fold(raw.postal_code)) if raw.postal_code else ""
        owner = None if state is None else self._places.owner(state)
        canadian = re.fullmatch(r"[A-Z]\d[A-Z]\d[A-Z]\d", postal) is not None
        country = owner or ("CA" if canadian else raw.country)
        if country in ("US", None) and postal.isdigit() and len(postal) == 9:
            postal = postal[:5]
        city = self._words.city(fold(raw.city)) if raw.city else None
        return _Place(country, city, state, postal or None)

    def _prepared(self, text: str, place: _Place) -> str:
        lined = _LINES.sub(", ", text) if "\n" in text or ";" in text else text
        plain = _SYMBOLS.sub(" ", fold(lined).replace("#", " # ").replace("'", ""))
        if "." in plain:
            plain = _DOTS.sub(" ", plain)
        if "-" in plain:
            plain = _HYPHEN.sub(" ", _DOOR_LETTER.sub(r"\1\2", plain))
        if place.country == "MX":
            plain = _SPACED_LETTER.sub(r"\1\2", plain)
        elif place.country == "CA":
            plain = _UNIT_FIRST.sub(r"\2 UNIT \1", plain.strip())
        if "STR" in plain:
            plain = _STRASSE.sub(r"\1 STRASSE", plain)
        plain = " ".join(plain.split())
        return _LAST_LETTER.sub(r"\1\2", plain)

    def _without_postal(self, text: str, place: _Place) -> tuple[str, str | None]:
        """The text without a postal code, and the code."""
        for pattern in () if place.country == "US" else (_POSTAL_MX, _POSTAL_CA):
            found = pattern.search(text)
            if found is not None:
                return pattern.sub(" , ", text), "".join(found.groups())
        found = _POSTAL_TAIL.search(text)
        # A number that ends the text is a postal code only where the door has another one.
        if found is not None and _DIGIT.search(text[: found.start()]):
            return text[: found.start()], found[1]
        segments = text.split(",")
        for position, segment in enumerate(segments[1:], 1):
            found = _POSTAL_SEGMENT.search(segment.strip())
            if found is not None and not self._streets.has_type(segment.split()):
                segments[position] = _POSTAL_SEGMENT.sub(" ", segment.strip())
                return ",".join(segments), re.sub(r"\s", "", found[0])
        return text, None

    def _without_place(self, segments: list[str], place: _Place) -> tuple[list[str], _Place]:
        """Segments without country, state and city, which go into the place where it lacked them."""
        while len(segments) > 1 and self._is_country(segments[-1]):
            segments = segments[:-1]
        if segments:
            last, state = self._state_at_end(segments[-1], place, is_alone=len(segments) == 1)
            if state is not None:
                owner = self._places.owner(state)
                place = replace(place, state=state, country=owner or place.country)
                segments = [*segments[:-1], last] if last else segments[:-1]
        if segments and place.city is not None:
            return self._without_city(segments, place.city), place
        if len(segments) > 1 and _DIGIT.search(segments[-1]) is None and _DIGIT.search(" ".join(segments[:-1])):
            if segments[-1].split()[0] in self._words.lists["neighbourhoods"]:
                return segments, place
            return segments[:-1], replace(place, city=self._words.city(segments[-1]))
        return segments, place

    def _is_country(self, segment: str) -> bool:
        return segment in _OWN_COUNTRY or (
            len(segment) > 3 and self._places.country(segment) not in (None, "MX", "US", "CA")
        )

    def _state_at_end(self, segment: str, place: _Place, *, is_alone: bool) -> tuple[str, str | None]:
        """The segment without a state at its end, and the state."""
        words = segment.split()
        for count in (3, 2, 1):
            if len(words) < count + is_alone:
                continue
            tail = " ".join(words[-count:])
            # A word that can end a street is its direction or type before it is a state.
            if (
                count == 1
                and len(words) > 1
                and (tail in self._words.tables["directions"] or self._streets.has_type([tail]))
            ):
                continue
            found = self._places.jurisdiction(tail, place.country)
            if found is not None and place.state in (None, found):
                return " ".join(words[:-count]), found
        return segment, None

    def _without_city(self, segments: list[str], city: str) -> list[str]:
        if len(segments) > 1 and self._words.city(segments[-1]) == city:
            return segments[:-1]
        words = segments[-1].split()
        count = city.count(" ") + 1
        for size in (count, count + 1):
            if (
                len(words) > size + 1
                and words[-1] == city.rpartition(" ")[2]
                and words[-size - 1] not in self._words.lists["before_name"]
                and self._words.city(" ".join(words[-size:])) == city
            ):
                return [*segments[:-1], " ".join(words[:-size])]
        return segments

    def _street(self, segments: list[str], place: _Place) -> Street:
        """The segment that holds the street, with what the others say of the same door."""
        special = self._streets.special(", ".join(segments))
        if special is not None:
            return special
        is_mexican = place.country == "MX"
        read = [self._streets.read(segment, is_mexican=is_mexican) for segment in segments]
        if len(read) == 1 and read[0].name:
            return read[0]
        named = [position for position, street in enumerate(read) if street.name]
        if not named:
            return _plot(read)
        # A street with number and type comes before a building, and the first of equals wins.
        chosen = max(named, key=lambda position: (self._likeliness(read[position]), -position))
        street = read[chosen]
        for position, other in enumerate(read):
            if position != chosen:
                _add(street, other, is_behind=position > chosen, is_mexican=is_mexican)
        return street

    def _likeliness(self, street: Street) -> int:
        return 2 * (street.number is not None) + self._streets.has_type(street.name)


def _add(street: Street, other: Street, *, is_behind: bool, is_mexican: bool) -> None:
    """What another segment of the address says of the street's door."""
    street.neighbourhood = street.neighbourhood or other.neighbourhood
    street.unit = street.unit or other.unit
    if not other.name:
        street.number = street.number or other.number
    elif is_behind and is_mexican and not street.neighbourhood:
        street.neighbourhood = other.name[:-1] if other.name[-1] == "ST" else other.name
    elif is_behind and other.number is None and not street.rest:
        street.rest = other.name


def _plot(read: list[Street]) -> Street:
    """A plot of a colonia, which has no street."""
    street = next((street for street in read if street.number), Street())
    street.neighbourhood = next((other.neighbourhood for other in read if other.neighbourhood), [])
    if street.number and street.number.startswith("M") and street.neighbourhood:
        street.name = ["MANZANA"]
    return street


def _key(street: Street, place: _Place) -> str | None:
    where = str(place)
    if not street.number or not street.name or not where:
        return None
    door = street.number if street.unit is None else f"{street.number}#{street.unit}"
    parts = [door, " ".join(street.name)]
    if place.country == "MX":
        # Streets of one name repeat within a Mexican city, so that its colonia, or else its code, is part of the door.
        parts.append(" ".join(street.neighbourhood) or place.postal or "")
    return "|".join([*parts, where])


def _near(street: Street) -> str | None:
    words = {*street.name, *street.neighbourhood, *filter(None, (street.number, street.unit))}
    return " ".join(sorted(words)) or None
