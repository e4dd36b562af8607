"""Raw rows to facts: str to standard value and state, pure; frames at the edge.

`Standardiser` keeps the shipped tables for as long as it lives; `standardise` makes one for a single call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from linkage.schema import Kind
from linkage.standardise.carriers import standardise_carrier_links, standardise_carriers
from linkage.standardise.facts import (
    standardise_answers,
    standardise_associations,
    standardise_checks,
    standardise_crossings,
    standardise_decisions,
    standardise_employment,
    standardise_enrolments,
    standardise_events,
    standardise_volumes,
)
from linkage.standardise.outcome import Context, Standardised
from linkage.standardise.persons import standardise_persons
from linkage.standardise.sheet import Sheet
from linkage.standardise.standard import Standard
from linkage.standardise.tables import Tables
from linkage.standardise.vehicles import standardise_driving, standardise_vehicles

__all__ = ["Context", "Standard", "Standardised", "Standardiser", "standardise"]

_FUNCTIONS: Mapping[Kind, Callable[[Sheet, Tables], Standardised]] = {
    Kind.PERSON: standardise_persons,
    Kind.CARRIER: standardise_carriers,
    Kind.VEHICLE: standardise_vehicles,
    Kind.EMPLOYMENT: standardise_employment,
    Kind.DRIVING: standardise_driving,
    Kind.CARRIER_LINK: standardise_carrier_links,
    Kind.EVENT: standardise_events,
    Kind.ASSOCIATION: standardise_associations,
    Kind.CHECK: standardise_checks,
    Kind.ENROLMENT: standardise_enrolments,
    Kind.CROSSING: standardise_crossings,
    Kind.DECISION: standardise_decisions,
    Kind.PARTNER_ANSWER: standardise_answers,
    Kind.PORT_VOLUME: standardise_volumes,
}


class Standardiser:
    """Standardises frames with one set of shipped tables."""

    def __init__(self) -> None:
        self._tables = Tables()

    def standardise(self, kind: Kind, raw: pl.DataFrame, context: Context) -> Standardised:
        """The facts that the rows state, in the order of the file, and every issue met.

        Args:
            kind: what each row mentions.
            raw: `file`, `line` and one text column an attribute, exactly as received.
            context: what holds for all rows of the file.

        Frame out:
            The kind's schema; repeats of a key are kept.

        Complexity:
            Linear in rows; the costly part is linear in distinct values.
        """
        return _FUNCTIONS[kind](Sheet(kind, raw, context), self._tables)


def standardise(kind: Kind, raw: pl.DataFrame, context: Context) -> Standardised:
    """The facts that the rows state; as `Standardiser.standardise`, with tables read for this call alone."""
    return Standardiser().standardise(kind, raw, context)
