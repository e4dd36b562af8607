"""One field of a name to folded tokens, with what the field says besides: suffix, nickname, particles, other names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from linkage.standardise.fold import repair, to_ascii
from linkage.standardise.name_tables import NameTables


class Role(StrEnum):
    """What a field holds, as far as its column says."""

    GIVEN = "given"
    SURNAME = "surname"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a name.

    Args:
        text: folded letters.
        particles: the particles in front of it, which its text leaves out.
    """

    text: str
    particles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a name.

    Args:
        tokens: its words, without titles, fillers, suffixes and particles.
        suffix: JR, SR, I, II, III or IV where stated.
        after_comma: words behind a comma, where there is one.
        nicknames: words in brackets or quotation marks.
        other_names: words behind "dit", "née" or "viuda de".
    """

    tokens: tuple[Token, ...] = ()
    suffix: str | None = None
    after_comma: tuple[Token, ...] = ()
    nicknames: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """The tokens' letters."""
        return tuple(token.text for token in self.tokens)


_MRZ = re.compile(r"^(?:[A-Z]<[A-Z]{3})?([A-Z]+(?:<[A-Z]+)*)<<([A-Z<]*)$")
_ASIDE = re.compile(r"[(\[{\"“”«]([^)\]}\"“”»]*)[)\]}\"“”»]")
_QUOTED = re.compile(r"(?:^|\s)'([^']{2,})'(?=\s|$)")
_APOSTROPHES = re.compile(r"['`´‘’ʼʹ]")
_LOST_LETTER = re.compile(r"[#?\uFFFD](?=[A-Z])")
_HALF_LETTER = re.compile(r"[ÃÂ][?\uFFFD]")
"""A letter of two bytes of which a page of one byte could not show the second."""
_TILDE = re.compile(r"(?<=[A-Z])[~^\u02DC]")
_DOUBLE_X = re.compile(r"(?<=[A-Z])([NU])XX(?=[A-Z])")
_WORD = re.compile(r"\d(?:ND|RD|TH|DO|RO)\b|[A-Z]+\.?|,")
_X_RUN = re.compile(r"^X{3,}$")
_GUESSES = "NEAIOU"


@dataclass(frozen=True, slots=True)
class Tokeniser:
    """Reads fields of names; remembers those it has read for as long as it lives.

    Args:
        tables: the shipped words.
    """

    tables: NameTables
    _read: dict[tuple[str, Role], Field] = field(default_factory=dict, repr=False)

    def read(self, text: str, role: Role) -> Field:
        """The field's words; the same for equal text and role."""
        found = self._read.get((text, role))
        if found is None:
            found = self._read[text, role] = self._field(text, role)
        return found

    def _field(self, text: str, role: Role) -> Field:
        mrz = _MRZ.match(text.strip())
        if mrz is not None:
            text = f"{mrz[1].replace('<', ' ')}, {mrz[2].replace('<', ' ')}"
        text, nicknames = self._asides(repair(text))
        words = _WORD.findall(self._folded(text))
        words = self._without_phrases(words)
        commas = [place for place, word in enumerate(words) if word == ","]
        first = words[: commas[0]] if commas else words
        rest = [word for word in words[commas[0] :] if word != ","] if commas else []
        suffix, first = self._suffix(first, role)
        rest_suffix, rest = self._suffix(rest, Role.GIVEN) if rest else (None, rest)
        if len(rest) == 1 and rest_suffix is None:
            rest_suffix = self.tables.pairs["suffixes"].get(rest[0].rstrip("."))
            rest = [] if rest_suffix else rest
        main, others = self._other_names(first)
        return Field(
            tokens=self._tokens(main, role),
            suffix=suffix or rest_suffix,
            after_comma=self._tokens(rest, Role.GIVEN),
            nicknames=nicknames,
            other_names=others,
        )

    def _asides(self, text: str) -> tuple[str, tuple[str, ...]]:
        found = [*_ASIDE.findall(text), *_QUOTED.findall(text)]
        if not found:
            return text, ()
        words = [
            word for aside in found for word in re.findall("[A-Z]{2,}", _APOSTROPHES.sub("", to_ascii(aside)).upper())
        ]
        aliases = tuple(word for word in words if word not in self.tables.words["also_called"] and word != "H")
        # "(h.)" behind a name is hijo, the son.
        son = " JR" if any(re.fullmatch(r"\s*h\.?\s*", aside, re.IGNORECASE) for aside in found) else ""
        return _QUOTED.sub(" ", _ASIDE.sub(" ", text)) + son, aliases

    def _folded(self, text: str) -> str:
        plain = _APOSTROPHES.sub("", to_ascii(_HALF_LETTER.sub("?", text).replace("\ufffd", "?"))).upper()
        plain = _DOUBLE_X.sub(r"\1", _TILDE.sub("", plain))
        return re.sub(r"[A-Z]*(?:[#?][A-Z]+)+", self._guess, plain)

    def _guess(self, found: re.Match[str]) -> str:
        """The word with its lost letter: the guess that makes the commonest name, else N for the lost Ñ."""
        guesses = [_LOST_LETTER.sub(letter, found[0]) for letter in _GUESSES]
        return max(guesses, key=lambda guess: self.tables.shares.get(guess, 0.0))

    def _without_phrases(self, words: list[str]) -> list[str]:
        text = " ".join(words)
        for phrase in self.tables.words["filler_phrases"]:
            text = re.sub(rf"\b{phrase}\b", " ", text)
        fillers = self.tables.words["fillers"]
        return [word for word in text.split() if word.rstrip(".") not in fillers and not _X_RUN.match(word)]

    def _suffix(self, words: list[str], role: Role) -> tuple[str | None, list[str]]:
        """The generational suffix and the other words. A suffix never stands first: there it is a title or a name."""
        pairs = self.tables.pairs
        found: str | None = None
        kept = words[:1]
        for place, word in enumerate(words[1:], 1):
            plain = word.rstrip(".")
            suffix = pairs["suffixes"].get(plain)
            if suffix is None and place == len(words) - 1:
                suffix = pairs["last_suffixes"].get(plain)
                if plain == "I" and role is Role.GIVEN and len(kept[-1].rstrip(".")) > 1:
                    # The first of his name or an initial: it counts as both, since either can matter.
                    found = found or "I"
            if suffix is None:
                kept.append(word)
            else:
                found = suffix
        return found, kept

    def _other_names(self, words: list[str]) -> tuple[list[str], tuple[str, ...]]:
        marks = self.tables.words["also_called"] | self.tables.words["widowed"]
        for place, word in enumerate(words):
            if word.rstrip(".") in marks and 0 < place < len(words) - 1:
                rest = [other.rstrip(".") for other in words[place + 1 :]]
                return words[:place], tuple(word for word in rest if word not in self.tables.words["particles"])
        return words, ()

    def _tokens(self, words: list[str], role: Role) -> tuple[Token, ...]:
        words = self._without_titles(words)
        spelt = [part for place in range(len(words)) for part in self._spelt_out(words, place, role).split()]
        return tuple(self._with_particles(spelt, role))

    def _without_titles(self, words: list[str]) -> list[str]:
        tables = self.tables.words
        while len(words) > 1 and (
            words[0].rstrip(".") in tables["titles"]
            or (words[0].endswith(".") and words[0][:-1] in tables["dotted_titles"])
        ):
            words = words[1:]
        return words

    def _spelt_out(self, words: list[str], place: int, role: Role) -> str:
        word = words[place]
        plain = word.rstrip(".")
        follows = place + 1 < len(words)
        if plain in ("ST", "STE") and follows:
            return "SAINT" if plain == "ST" else "SAINTE"
        if role is not Role.SURNAME:
            # "Ma" alone is a surname and a name of its own; "Ma." and "Ma Elena" are María.
            if plain == "MA" and (word.endswith(".") or (follows and role is Role.GIVEN)):
                return "MARIA"
            if plain in self.tables.pairs["given"]:
                return self.tables.pairs["given"][plain]
        if role is not Role.GIVEN and plain in self.tables.pairs["surname"]:
            return self.tables.pairs["surname"][plain]
        return plain

    def _with_particles(self, words: list[str], role: Role) -> list[Token]:
        tokens: list[Token] = []
        particles: list[str] = []
        prefix = ""
        for place, word in enumerate(words):
            follows = place + 1 < len(words)
            if follows and self._joins(words, place, role, particles):
                prefix += word
            elif follows and self._is_particle(word, role, is_first=place == 0):
                particles.append(word)
            else:
                tokens.append(self._token(prefix + word, tuple(particles), role))
                particles, prefix = [], ""
        return tokens

    def _joins(self, words: list[str], place: int, role: Role, particles: list[str]) -> bool:
        """Whether the word is written together with the next: Saint Onge, Mc Donald, Le Blanc, O Hare, La Toya."""
        word, following = words[place], words[place + 1]
        if word in ("SAINT", "SAINTE"):
            return len(following) > 1
        if role is Role.GIVEN:
            return place == 0 and word in self.tables.words["given_particles"] and word != "Y" and len(following) > 2
        if word in ("D", "L"):
            return role is Role.SURNAME and not particles and following[0] in "AEIOUH"
        if word == "O":
            return role is Role.SURNAME and not particles and len(following) > 2
        return word in self.tables.words["joined"] and not particles and len(following) > 2

    def _is_particle(self, word: str, role: Role, *, is_first: bool) -> bool:
        if role is Role.GIVEN:
            return not is_first and word in self.tables.words["given_particles"]
        return word in self.tables.words["particles"]

    def _token(self, text: str, particles: tuple[str, ...], role: Role) -> Token:
        if role is Role.SURNAME and not particles:
            for prefix in ("DELAS", "DELOS", "DELA", "DEL"):
                rest = text.removeprefix(prefix)
                if (
                    rest != text
                    and (rest in self.tables.surnames or (rest == "O" and prefix == "DELA"))
                    and (len(rest) > 3 or prefix != "DEL")
                ):
                    return Token(rest, (prefix,))
        return Token(text, particles)
