"""Records that can never be linked: what each would weigh against a copy of itself, beside what a link needs."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from linkage.compare import common_values
from linkage.ledger import Workspace
from linkage.model import Model
from linkage.pipeline.engine import Engine
from linkage.schema import PERSON, Kind

REACH = {"key": pl.String, "source": pl.String, "bits": pl.Float64, "lacks": pl.String}
"""One record: the most that a pair of it can weigh, and which kinds of attributes it lacks."""

BIN = 4
"""Bits in one bar of the histogram."""

GROUPS: dict[str, tuple[str, ...]] = {
    "given name": ("name_given",),
    "surname": ("name_surname",),
    "birth date": ("birth_date",),
    "identifier": (
        "curp", "rfc", "clave_elector", "fast_id", "licence", "passport", "ssn4", "national_id", "alien_number", "uci",
        "tax_id",
    ),
    "contact": ("phone", "email", "address_key"),
}  # fmt: skip
"""Kinds of attributes, each with the columns of which one is enough."""

_CHUNK = 200_000


def self_weights(workspace: Workspace, model: Model) -> pl.DataFrame:
    """Frame REACH of all person records, ordered by key.

    A copy agrees in everything the record holds, so that no other record can weigh more; values that too many share
    count as missing, as they do between two records.
    """
    persons = workspace.facts(Kind.PERSON, PERSON.without("raw"))
    lacks = pl.concat_str(
        (
            pl.when(pl.all_horizontal(pl.col(name).is_null() for name in columns)).then(pl.lit(f"{group}, "))
            for group, columns in GROUPS.items()
        ),
        ignore_nulls=True,
    )
    told = persons.select("key", "source", lacks=lacks.str.strip_suffix(", "))
    return told.with_columns(bits=pl.Series(_weigh_copies(persons, model))).select(list(REACH))


def unlinkables(reach: pl.DataFrame, model: Model) -> dict[str, Any]:
    """The `unlinkables` document.

    Args:
        reach: as `self_weights` gives it.
    """
    same, possible = model.thresholds.same, model.thresholds.possible
    below = reach.filter(pl.col("bits") < same)
    by_source = reach.group_by("source").agg(*_counts(same, possible), pl.col("bits").median().alias("median_bits"))
    return {
        "same": same,
        "possible": possible,
        **reach.select(*_counts(same, possible)).row(0, named=True),
        "by_source": by_source.sort("source").to_dicts(),
        "lacking": below.group_by("lacks")
        .agg(records=pl.len())
        .sort("records", "lacks", descending=[True, False])
        .to_dicts(),
        "histogram": _histogram(reach["bits"]),
    }


def _weigh_copies(persons: pl.DataFrame, model: Model) -> np.ndarray:
    """The match weight of each record against itself, in bits."""
    engine = Engine(persons, model, common_values(persons, model))
    weights = [np.zeros(0)]
    for start in range(0, persons.height, _CHUNK):
        place = np.arange(start, min(start + _CHUNK, persons.height), dtype=np.int32)
        weights.append(engine.compare(place, place)[1].weight)
    return np.concatenate(weights)


def _counts(same: float, possible: float) -> list[pl.Expr]:
    return [
        pl.len().alias("records"),
        (pl.col("bits") < same).sum().alias("below_same"),
        (pl.col("bits") < possible).sum().alias("below_possible"),
    ]


def _histogram(bits: pl.Series) -> list[dict[str, Any]]:
    rows = pl.DataFrame({"from": (bits / BIN).floor() * BIN}).group_by("from").agg(records=pl.len()).sort("from")
    return [{"from": low, "to": low + BIN, "records": number} for low, number in rows.iter_rows()]
