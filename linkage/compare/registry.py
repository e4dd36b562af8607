"""Every kind of comparison by the name that model files give it."""

from __future__ import annotations

from collections.abc import Mapping

from linkage.compare.contact import CONTACT
from linkage.compare.dates import DATE
from linkage.compare.identifiers import EQUAL, IDENTIFIER
from linkage.compare.kinds import MISSING, Kind
from linkage.compare.members import MEMBERS
from linkage.compare.names import PERSON_NAME
from linkage.compare.spans import SEQUENCE
from linkage.compare.text import TEXT
from linkage.compare.token_sets import TOKEN_SET
from linkage.errors import ModelError
from linkage.model import Attribute, Model

KINDS: Mapping[str, Kind] = {
    "contact": CONTACT,
    "date": DATE,
    "equal": EQUAL,
    "identifier": IDENTIFIER,
    "members": MEMBERS,
    "person_name": PERSON_NAME,
    "sequence": SEQUENCE,
    "text": TEXT,
    "token_set": TOKEN_SET,
}


def kind_of(attribute: Attribute) -> Kind:
    """The kind of comparison that an attribute names.

    Raises:
        ModelError: there is no such kind, or no such part of it.
    """
    name, _, part = attribute.compare.partition(".")
    kind = KINDS.get(name)
    if kind is None or (part or None) not in (kind.parts or (None,)):
        raise ModelError(f"attribute {attribute.name}: there is no comparison {attribute.compare}")
    return kind


def levels_of(attribute: Attribute) -> tuple[str, ...]:
    """Level names of an attribute in code order, "missing" first.

    Raises:
        ModelError: the model names a level that its kind of comparison does not know.
    """
    levels = kind_of(attribute).levels or (MISSING, *attribute.levels)
    named = (attribute.levels, attribute.contradicts, attribute.bars, attribute.vague, attribute.slips)
    for name in (level for levels_ in named for level in levels_):
        if name not in levels:
            raise ModelError(f"attribute {attribute.name} has no level {name}")
    return levels


def attribute_levels(model: Model) -> dict[str, tuple[str, ...]]:
    """Level names of every attribute of the model, in code order."""
    return {name: levels_of(attribute) for name, attribute in model.attributes.items()}
