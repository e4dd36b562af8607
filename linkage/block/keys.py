"""Blocking keys of records, by the rules of a model.

Each rule combines fields that seldom fail together. Rules come in families from general to specific: a key with too
many holders is dropped by its number of holders alone, and the pairs in it are still met through its specific
siblings (surname and year; with a given initial; with the full date).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import polars as pl

from linkage.block.terms import term_values

_FACTORS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5)
KEYS = {"record": pl.UInt32, "key": pl.UInt64}

Rule = tuple[str, ...]


def block_keys(records: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """Every key of every record: `record` (position in `records`) and `key` (64-bit hash).

    Raises:
        ModelError: a rule names a column that the records lack, or a transform that does not exist.
    """
    return pl.concat([pl.DataFrame(schema=KEYS), *(keys for _, keys in keys_by_rule(records, rules))])


def keys_by_rule(records: pl.DataFrame, rules: Sequence[Rule]) -> Iterator[tuple[Rule, pl.DataFrame]]:
    """The keys of one rule after the other; terms that rules share are worked out once."""
    terms = {term: term_values(records, term) for term in sorted({term for rule in rules for term in rule})}
    for rule in rules:
        rows = terms[rule[0]].rename({"value": "v0"})
        for place, term in enumerate(rule[1:], 1):
            rows = rows.join(terms[term].rename({"value": f"v{place}"}), on="record")
        key = pl.lit(_salt(rule), dtype=pl.UInt64)
        for place in range(len(rule)):
            # Odd factors: a product with one loses nothing, and places differ.
            key = key ^ (pl.col(f"v{place}") * pl.lit(_FACTORS[place], dtype=pl.UInt64))
        yield rule, rows.select("record", key=key)


def _salt(rule: Rule) -> int:
    return int.from_bytes(hashlib.blake2b("+".join(rule).encode(), digest_size=8).digest(), "little")
