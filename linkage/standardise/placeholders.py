"""Fillers: what people write where nothing is known.

A word can be a filler in one column and a name in another (Null, Na, None, Ma, Yes and Inf are surnames), so that
every question names the kind of column. Source: rule 1 of the conformance cases and the usual habits of the three
countries' forms.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files

from linkage.standardise.fold import fold


class Column(StrEnum):
    """Kinds of column that know different fillers."""

    NAME = "name"
    NUMBER = "number"
    TEXT = "text"


LONGEST = 40
"""Characters; no filler of the lists is longer."""

_TELLING = re.compile("[1-8]")  # a digit that no filler holds
_X_RUN = re.compile(r"^X{3,}$")
_FILL = re.compile(r"^(?:0+|9{3,})$")
_SEPARATOR = re.compile(r"[\s\-./_,()+#*?:;'\"]+")
_NO_NUMBER = re.compile(r"[\W_]+")  # what readers of numbers leave out, so that "<N/A>" is no number "NA"


@dataclass(frozen=True, slots=True)
class Fillers:
    """The words that stand for "not known".

    Args:
        anywhere: fillers in every kind of column, letters and digits only.
        not_names: further fillers, in columns that hold no name.
        names: fillers in columns that hold a name, or single words of one.
        stroked: fillers where a stroke stands between the letters, as in "N/A".
    """

    anywhere: frozenset[str]
    not_names: frozenset[str]
    names: frozenset[str]
    stroked: frozenset[str]

    @classmethod
    def load(cls) -> Fillers:
        """The shipped lists."""
        text = (files("linkage.standardise") / "data" / "fillers.toml").read_text(encoding="utf-8")
        lists = tomllib.loads(text)
        return cls(**{name: frozenset(lists[name]) for name in ("anywhere", "not_names", "names", "stroked")})

    def is_filler(self, text: str, column: Column) -> bool:
        """Whether the text, which is not blank, stands for "not known" in this kind of column.

        Complexity: linear in the length of the text.
        """
        if len(text) > LONGEST or _TELLING.search(text) is not None:
            return False
        folded = fold(text)
        core = (_NO_NUMBER if column is Column.NUMBER else _SEPARATOR).sub("", folded)
        if not core:
            # "+1" of a name column is not a filler, "-" is; a text without any letter or digit names nothing.
            return not any(character.isalnum() for character in text)
        if core in self.anywhere or _X_RUN.match(core):
            return True
        if "/" in folded and core in self.stroked:
            return True
        if column is Column.NAME:
            return core in self.names
        return core in self.not_names or (column is Column.NUMBER and _FILL.match(core) is not None)
