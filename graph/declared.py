"""Ties between two people that a source declares: a listed relative, a co-defendant. Context, never scored.

A kind that speaks of terrorism makes no edge: it is for cleared reviewers only (violations table, US-FAST-TERR), and an
edge would be in every export and every look around. The fact itself stays in the ledger.
"""

from __future__ import annotations

import polars as pl

RESTRICTED = r"TERROR|(^|[^A-Z])(KST|TSDB|TSDS|TIDE)([^A-Z]|$)"
"""What marks a kind that this graph does not hold, in upper case: the word in our three languages, and the lists."""

_TIE = ["identity_l", "identity_r", "record_l", "since"]
_DECLARATION = ["kind", "source", "quality", "records", "start_date", "end_date", "known_on"]


def resolve_declared(associations: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Declared ties between two identities, whichever way round they were declared.

    A tie between two records of one identity says nothing of anybody else, and one to a record that is not there yet
    waits for it: neither gives a row.

    Args:
        associations: frame ASSOCIATION.
        known: frame identity_id, confidence, record_key, record_known_on.

    Returns:
        Frame identity_l, identity_r (smaller id first), record_l, record_r, start_date, end_date, confidence (of both
        records being theirs), known_on, and the declaration: kind, source, quality; ordered, each once.
    """
    folded = pl.col("association_kind").fill_null("").str.to_uppercase()
    named = associations.filter(~folded.str.contains(RESTRICTED))
    both = named.join(known, left_on="a", right_on="record_key").join(
        known, left_on="b", right_on="record_key", suffix="_r"
    )
    is_swapped = pl.col("identity_id") > pl.col("identity_id_r")
    ties = both.filter(pl.col("identity_id") != pl.col("identity_id_r")).select(
        identity_l=pl.min_horizontal("identity_id", "identity_id_r"),
        identity_r=pl.max_horizontal("identity_id", "identity_id_r"),
        record_l=pl.when(is_swapped).then("b").otherwise("a"),
        record_r=pl.when(is_swapped).then("a").otherwise("b"),
        start_date="start_date",
        end_date="end_date",
        confidence=pl.col("confidence") * pl.col("confidence_r"),
        known_on=pl.max_horizontal("known_on", "record_known_on", "record_known_on_r"),
        kind="association_kind",
        source="source",
        quality="quality",
    )
    said = [name for name in ties.columns if name != "known_on"]
    return ties.group_by(said).agg(pl.col("known_on").min()).select(ties.columns).sort(ties.columns)


def gather_declared(ties: pl.DataFrame) -> pl.DataFrame:
    """The ties with all that is declared from one day on between the same two, as one row.

    Returns:
        Frame identity_l, identity_r, record_l, since, last_seen (null where any is open), confidence (the least),
        known_on (the first) and props: `kinds`, `sources`, and each declaration with the day it was known.
    """
    since = pl.coalesce("start_date", "end_date")  # only an end: it held on that day
    rows = ties.with_columns(since=since, records=pl.concat_list("record_l", "record_r"))
    end = pl.when(pl.col("end_date").is_null().any()).then(None).otherwise(pl.col("end_date").max())
    gathered = rows.group_by(_TIE, maintain_order=True).agg(
        end.alias("last_seen"),
        pl.col("confidence").min(),
        pl.col("known_on").min(),
        pl.col("kind").drop_nulls().unique().sort().alias("kinds"),
        pl.col("source").unique().sort().alias("sources"),
        pl.struct(_DECLARATION).alias("declared"),
    )
    said = pl.struct("kinds", "sources", "declared").struct.json_encode()
    return gathered.with_columns(props=said).drop("kinds", "sources", "declared")
