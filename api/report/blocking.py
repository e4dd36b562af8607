"""What each blocking rule costs and what it brought: pairs made, links it found, links that no other rule found."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from linkage import block
from linkage.ledger import Workspace
from linkage.model import Model
from linkage.schema import PERSON, Kind

_PAIRS = pl.col("size").cast(pl.Int64) - 1


def blocking_table(workspace: Workspace, model: Model, links: pl.DataFrame) -> dict[str, Any]:
    """The rules in the model's order, and how many records share no key with any other.

    Args:
        links: pairs of one identity: columns record_l, record_r.
    """
    persons = workspace.facts(Kind.PERSON, PERSON.without("raw"))
    place = pl.DataFrame({"key": persons["key"], "at": np.arange(persons.height, dtype=np.uint32)})
    ends = links.join(place, left_on="record_l", right_on="key").join(
        place, left_on="record_r", right_on="key", suffix="_r"
    )
    ends = ends.select(left="at", right="at_r").with_row_index("pair")
    met = np.zeros(persons.height, dtype=np.bool_)
    found_by = np.zeros((len(model.blocking), ends.height), dtype=np.bool_)
    rows: list[dict[str, Any]] = []
    for rule, keys in block.keys_by_rule(persons, model.blocking):
        sized = keys.with_columns(size=pl.len().over("key"))
        active = sized.filter((pl.col("size") > 1) & (pl.col("size") <= model.limits.block))
        met[active["record"].to_numpy()] = True
        found_by[len(rows), _sharing(ends, active)] = True
        rows.append(
            {
                "rule": list(rule),
                "pairs": int(active.select(_PAIRS.sum() // 2).item() or 0),
                "left_out": sized.filter(pl.col("size") > model.limits.block)["record"].n_unique(),
            }
        )
    alone = found_by.sum(axis=0) == 1
    for row, found in zip(rows, found_by, strict=True):
        row |= {"links": int(found.sum()), "only": int((found & alone).sum())}
    return {"rules": rows, "links": ends.height, "never_met": int((~met).sum())}


def _sharing(ends: pl.DataFrame, active: pl.DataFrame) -> np.ndarray:
    """Pairs whose two records share a key."""
    keys = active.select("record", "key")
    left = ends.select("pair", record="left").join(keys, on="record")
    right = ends.select("pair", record="right").join(keys, on="record")
    return left.join(right, on=["pair", "key"], how="semi")["pair"].unique().to_numpy()
