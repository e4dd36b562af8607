"""One stretch of text that names a street, to number, unit, street and neighbourhood."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from linkage.standardise.address_words import AddressWords

_NUMBER = re.compile(r"^(?:KM)?\d+(?:[.\-/]\d+)*[A-Z]{0,2}$")
_PLOT = re.compile(r"\b(?:MANZANA|MZA|MZ)\s*(\w+)\s*,?\s*(?:LOTE|LTE|LT)\s*(\w+)\b")
_BOX = re.compile(
    r"\b(?:P\s*O\s*BOX|POST\s*OFFICE\s*BOX|APARTADO(?:\s*POSTAL)?|APDO(?:\s*POSTAL)?|CASE\s*POSTALE|CASIER\s*POSTAL)"
    r"\s*#?\s*(\w+)"
)
_RURAL = re.compile(r"\b(?:RR|HC|R\s*R|RURAL\s*ROUTE)\s*#?\s*(\d+)\s*,?\s*BOX\s*(\w+)")
_FRENCH_AND_SPANISH = ("RUE", "CALLE", "CHEMIN", "BOUL", "UL", "AVENIDA")


@dataclass(slots=True)
class Street:
    """What a street line says; filled while it is read.

    Args:
        number: door number with its letter.
        unit: number of the flat, suite or lot.
        name: canonical words, the type and direction last.
        neighbourhood: words of the colonia.
        rest: words behind the street that its line leaves over, such as a city.
    """

    number: str | None = None
    unit: str | None = None
    name: list[str] = field(default_factory=list)
    neighbourhood: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)


class StreetReader:
    """Reads street lines with the shipped words.

    Args:
        words: the shipped words.
    """

    def __init__(self, words: AddressWords) -> None:
        self._words = words
        self._types = words.tables["types"]
        self._directions = words.tables["directions"]

    def special(self, text: str) -> Street | None:
        """A box or rural route instead of a street; None where there is none."""
        if "BOX" not in text and "AP" not in text and "CAS" not in text:
            return None
        rural = _RURAL.search(text)
        if rural is not None:
            return Street(number=rural[2], name=["RR", rural[1]])
        box = _BOX.search(text)
        return None if box is None else Street(number=box[1], name=["BOX"])

    def read(self, text: str, *, is_mexican: bool) -> Street:
        """The street line.

        Args:
            text: folded; `#` marks a number.
            is_mexican: the door's number stands behind the street, and types in front of it.
        """
        street = Street()
        plot = _PLOT.search(text) if "M" in text else None
        if plot is not None:
            street.number = f"M{plot[1]}L{plot[2]}"
            text = _PLOT.sub(" ", text)
        tokens = self._neighbourhood(text.split(), street)
        tokens = self._marked(tokens, street, is_mexican=is_mexican)
        if is_mexican:
            tokens = self._number_behind(tokens, street)
            self._name_behind_type(tokens, street, default_type="ST")
        else:
            tokens = self._number_in_front(tokens, street)
            self._name(tokens, street)
        return street

    def has_type(self, words: list[str]) -> bool:
        """Whether the words name a kind of street."""
        return any(word in self._types for word in words)

    def _neighbourhood(self, tokens: list[str], street: Street) -> list[str]:
        """The words in front of a colonia's mark; those behind it go to the street."""
        marks = self._words.lists["neighbourhoods"]
        for place, token in enumerate(tokens[:-1]):
            if token in marks:
                street.neighbourhood = self._plain(tokens[place + 1 :])
                return tokens[:place]
        return tokens

    def _marked(self, tokens: list[str], street: Street, *, is_mexican: bool) -> list[str]:
        """The words without numbers that stand behind a word saying what they are."""
        kept: list[str] = []
        place = 0
        while place < len(tokens):
            following = tokens[place + 1] if place + 1 < len(tokens) else ""
            in_front = not is_mexican and bool(kept) and _is_number(kept[0])
            taken = self._take(tokens[place], following, street, has_number=in_front)
            if not taken:
                kept.append(tokens[place])
            place += 1 + taken
        return [token for token in kept if token not in ("#", "INT", "INTERIOR")]

    def _take(self, token: str, following: str, street: Street, *, has_number: bool) -> int:
        """How many words behind the mark were its number, which is then the street's."""
        lists = self._words.lists
        is_unit = token in lists["units"]
        is_mark = token == "#" or token in lists["numbers"]  # noqa: S105 - a word of an address
        if not (is_unit or is_mark or token == "KM") or not (following[:1].isdigit() or len(following) == 1):  # noqa: S105
            return 0
        if is_unit and not following[0].isdigit() and token in ("STE", "OF"):
            return 0
        if is_unit or (token == "#" and (has_number or street.number)):  # noqa: S105
            street.unit = street.unit or following
        elif not _is_number(following):
            return 0
        elif street.number is None:
            street.number = following if is_mark else f"KM{following}"
        else:
            return 0
        return 1

    def _number_behind(self, tokens: list[str], street: Street) -> list[str]:
        if street.number is not None:
            return tokens
        places = [place for place, token in enumerate(tokens) if _is_number(token)]
        if not places or len(tokens) == 1:
            return tokens
        # "5 de Mayo 214" and "Calle 12 214": the last number is the door's.
        street.number = tokens[places[-1]]
        return tokens[: places[-1]] + tokens[places[-1] + 1 :]

    def _number_in_front(self, tokens: list[str], street: Street) -> list[str]:
        if street.number is not None or not tokens:
            return tokens
        if _is_number(tokens[0]):
            street.number = tokens[0]
            return tokens[1:]
        start = 2 if self._is_numbered(tokens) else 1
        place = next((place for place, token in enumerate(tokens) if place >= start and _is_number(token)), None)
        if place is None:
            return tokens
        street.number = tokens[place]
        # A building's name in front of the number, or a street in front of its own number.
        behind = tokens[place + 1 :]
        return behind if self.has_type(behind[1:]) else tokens[:place] + behind

    def _name(self, tokens: list[str], street: Street) -> None:
        """Name and type of a street whose type stands behind; words behind its end are left over."""
        end = self._end_of_street(tokens)
        if end is None:
            self._name_behind_type(tokens, street, default_type="")
            return
        name, behind = tokens[:end], tokens[end + 1 :]
        way: list[str] = []
        if behind and behind[0] in self._directions:
            way, behind = [behind[0]], behind[1:]
        if len(name) > 1 and name[0] in self._directions:
            way, name = [name[0], *way], name[1:]
        street.name = [*self._plain(name), self._types[tokens[end]], *(self._directions[word] for word in way)]
        street.rest = behind

    def _end_of_street(self, tokens: list[str]) -> int | None:
        """Place of the type that ends a street's name; None where its type stands in front or is missing."""
        if tokens and (tokens[0] in _FRENCH_AND_SPANISH or self._is_numbered(tokens)):
            return None
        types = [place for place, word in enumerate(tokens) if place > 0 and word in self._types and word != "C"]
        for place in types:
            if place + 1 not in types:  # "Court Street" ends at its last type
                return place
        return None

    def _is_numbered(self, tokens: list[str]) -> bool:
        """Whether an English type stands in front of a number or letter: "Street 128", "Avenue C"."""
        if len(tokens) < 2 or tokens[0] not in self._words.lists["numbered"]:
            return False
        return _is_number(tokens[1]) or (len(tokens[1]) == 1 and not self.has_type(tokens[2:]))

    def _name_behind_type(self, tokens: list[str], street: Street, default_type: str) -> None:
        kind = default_type
        if self._is_numbered(tokens):
            cut = 3 if len(tokens) > 2 and tokens[2] in self._directions else 2
            tokens, street.rest = tokens[:cut], tokens[cut:]
        if len(tokens) > 1 and tokens[0] in self._words.lists["before_name"]:
            kind, tokens = self._types[tokens[0]], tokens[1:]
        elif len(tokens) > 1 and default_type and tokens[0] == "DR":
            tokens = ["DOCTOR", *tokens[1:]]
        # A single letter is a direction in English only.
        shortest = 2 if default_type else 1
        turns = [len(word) >= shortest and word in self._directions and len(tokens) > 1 for word in tokens]
        way = [self._directions[word] for word, turns_ in zip(tokens, turns, strict=True) if turns_]
        name = [word for word, turns_ in zip(tokens, turns, strict=True) if not turns_]
        if name:
            street.name = [*self._plain(name), *([kind] if kind else []), *way]

    def _plain(self, tokens: list[str]) -> list[str]:
        kept = [token for token in tokens if token not in self._words.lists["particles"]] or tokens
        if len(kept) > 1 and kept[0] in ("ST", "STE"):
            kept = ["SAINT" if kept[0] == "ST" else "SAINTE", *kept[1:]]
        return [self._words.spell(token) for token in kept]


def _is_number(token: str) -> bool:
    return token[0] in "0123456789K" and _NUMBER.match(token) is not None
