"""GoldenMatch on standardised driver records: names and birth date by probability, identifiers exact.

Its auto-configuration takes every column of such a table as a field whose absence speaks against a match, and finds a
tenth of the pairs; with three columns alone it reaches F1 .81 on a development world, with this configuration .94.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
from goldenmatch.config.schemas import (
    BlockingConfig,
    BlockingKeyConfig,
    GoldenMatchConfig,
    MatchkeyConfig,
    MatchkeyField,
)
from goldenmatch.core.autoconfig import auto_configure_probabilistic_df

# GoldenMatch tells the kind of a column by its name.
_NAMES = {"given1": "first_name", "surname1": "last_name", "born": "date_of_birth"}
_LINK_THRESHOLD = 0.85
"""Its default for matchkeys of fuzzy fields. The cut it works out by itself joins what three equal fields allow."""
_PASSES = (("last_name", "date_of_birth"), ("first_name", "date_of_birth"), ("first_name", "last_name"))


@dataclass(frozen=True)
class Drivers:
    """Columns that agree exactly only within one person, beside names and birth date."""

    identifiers: tuple[str, ...]

    @property
    def columns(self) -> dict[str, str]:
        """Columns to read, and what to call them."""
        return _NAMES | {name: name for name in self.identifiers}

    def configuration(self, table: pa.Table) -> GoldenMatchConfig:
        """The configuration for one table."""
        config = auto_configure_probabilistic_df(table.select(list(_NAMES.values())))
        keys = config.get_matchkeys()
        for key in keys:
            key.link_threshold = _LINK_THRESHOLD
        for name in self.identifiers:
            if name in table.column_names:
                field = MatchkeyField(field=name, transforms=["strip"])
                keys.append(MatchkeyConfig(name=f"exact_{name}", type="exact", fields=[field]))
        config.matchkeys = keys
        passes = [BlockingKeyConfig(fields=list(fields)) for fields in _PASSES]
        config.blocking = BlockingConfig(strategy="multi_pass", keys=passes[:1], passes=passes)
        return config


DRIVERS = {"border": Drivers(("licence", "curp", "fast_id"))}
