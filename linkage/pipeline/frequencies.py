"""How often values occur in a table, for the attributes that weigh rarity."""

from __future__ import annotations

import polars as pl

from linkage.model import FREQUENCIES, Model


def frequencies(records: pl.DataFrame, model: Model, further: int = 0) -> pl.DataFrame:
    """Share of the records that hold each value (FREQUENCIES), of the attributes that weigh rarity.

    Args:
        further: records of other values that are thought to be there as well, so that what two records of a small table
            have in common is not taken for common.
    """
    tables = [pl.DataFrame(schema=FREQUENCIES)]
    for name, attribute in model.attributes.items():
        if attribute.compare == "token_set":
            tokens = pl.concat_str([pl.col(c) for c in attribute.columns], separator=" ", ignore_nulls=True).str.split(
                " "
            )
            rows = records.select(pl.int_range(pl.len()).alias("row"), value=tokens).explode("value").unique()
        elif attribute.options.get("frequency"):
            rows = records.select(value=pl.col(attribute.columns[0]))
        else:
            continue
        rows = rows.filter(pl.col("value").is_not_null() & (pl.col("value") != ""))
        given = (len(records) if attribute.compare == "token_set" else max(rows.height, 1)) + further
        counted = (
            rows.group_by("value").len().select(attribute=pl.lit(name), value="value", share=pl.col("len") / given)
        )
        tables.append(counted.sort("value"))
    return pl.concat(tables)
