"""The shipped tables of the stage, each read when it is first asked for and kept by whoever owns this object."""

from __future__ import annotations

from functools import cached_property

from linkage.standardise.address_words import AddressWords
from linkage.standardise.identifiers import IdentifierRule, load_rules
from linkage.standardise.name_tables import NameTables
from linkage.standardise.organisations import OrganisationNames
from linkage.standardise.placeholders import Fillers
from linkage.standardise.places import Places


class Tables:
    """Tables by name; nothing is read before it is used."""

    @cached_property
    def fillers(self) -> Fillers:
        """What stands for "not known"."""
        return Fillers.load()

    @cached_property
    def rules(self) -> dict[str, IdentifierRule]:
        """Identifiers."""
        return load_rules()

    @cached_property
    def places(self) -> Places:
        """Countries and states."""
        return Places.load()

    @cached_property
    def names(self) -> NameTables:
        """Words and frequencies of people's names."""
        return NameTables.load()

    @cached_property
    def organisations(self) -> OrganisationNames:
        """Words of organisations' names."""
        return OrganisationNames.load()

    @cached_property
    def addresses(self) -> AddressWords:
        """Words of addresses."""
        return AddressWords.load()
