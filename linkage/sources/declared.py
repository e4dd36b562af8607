"""What a source says of itself beyond the meaning of its columns: whose facts they are, and whom it knows in full."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from linkage.sources.columns import Strict

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class Population(StrEnum):
    """The people a source knows in full."""

    HELD = "held"  # those of whom it holds a record
    LICENSED = "licensed"  # holders of a licence of its country, or of one of its `jurisdictions`
    EVERYBODY = "everybody"


class Completeness(Strict):
    """A type of record of which a full dump of the source holds all there is about some people.

    Args:
        record_type: as coverage names it.
        people: about whom.
        jurisdictions: codes of the issuers of licences, where only theirs count.
    """

    record_type: Annotated[str, Field(min_length=1)]
    people: Population = Population.HELD
    jurisdictions: tuple[str, ...] = ()
