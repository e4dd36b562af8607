"""Which rows of a load are about which people: the columns in which a row names person records."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from linkage.schema import FACTS, Kind

_RECORDS, _REQUEST = ("record_key", "a", "b"), "request_id"
NAMED_IN: Mapping[Kind, tuple[str, ...]] = {
    kind: ("key",) if kind is Kind.PERSON else tuple(name for name in (*_RECORDS, _REQUEST) if name in schema.columns)
    for kind, schema in FACTS.items()
}
"""The columns of each kind that name a person: by a record's key, or by a request that was made about them."""


@dataclass(frozen=True, slots=True)
class Named:
    """People by their records.

    Args:
        records: keys of person records.
        requests: ids of requests to partners about them; an answer names its request, and not always a record.
    """

    records: Collection[str]
    requests: Collection[str] = ()

    def is_about(self, kind: Kind) -> pl.Expr:
        """True for rows of the kind that name one of the records or requests."""
        names = pl.Series(sorted({*self.records, *self.requests}), dtype=pl.String).implode()
        named = [pl.col(column).is_in(names).fill_null(value=False) for column in NAMED_IN[kind]]
        return pl.any_horizontal(named) if named else pl.lit(value=False)
