"""Blocking keys of records, by the rules of a model.

Each rule combines fields that seldom fail together. Rules come in families from general to specific: a key with too
many holders is dropped by its number of holders alone, and the pairs in it are still met through its specific
siblings (surname and year; with a given initial; with the full date).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage.block.terms import Values, term_values

_FACTORS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5)
KEYS = {"record": pl.UInt32, "key": pl.UInt64}

Rule = tuple[str, ...]


def block_keys(records: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """Every key of every record: `record` (position in `records`) and `key` (64-bit hash).

    Raises:
        ModelError: a rule names a column that the records lack, or a transform that does not exist.
    """
    made = [part for _, *part in _keys(records, rules)]
    if not made:
        return pl.DataFrame(schema=KEYS)
    record, key = (np.concatenate(column) for column in zip(*made, strict=True))
    return pl.DataFrame({"record": record, "key": key}, schema=KEYS)


def keys_by_rule(records: pl.DataFrame, rules: Sequence[Rule]) -> Iterator[tuple[Rule, pl.DataFrame]]:
    """The keys of one rule after the other; terms that rules share are worked out once."""
    for rule, record, key in _keys(records, rules):
        yield rule, pl.DataFrame({"record": record, "key": key}, schema=KEYS)


def _keys(
    records: pl.DataFrame, rules: Sequence[Rule]
) -> Iterator[tuple[Rule, npt.NDArray[np.uint32], npt.NDArray[np.uint64]]]:
    values = term_values(records, (term for rule in rules for term in rule))
    for rule in rules:
        record, hashes = _rows(rule, values, len(records))
        key = np.full(len(record), _salt(rule), dtype=np.uint64)
        there = np.ones(len(record), dtype=np.bool_)
        for place, term in enumerate(rule):
            value = hashes[term] if term in hashes else values.single[term][record]
            there &= value > 0
            # Odd factors: a product with one loses nothing, and places differ.
            key ^= value * np.uint64(_FACTORS[place])
        yield rule, record[there], key[there]


def _rows(rule: Rule, values: Values, records: int) -> tuple[npt.NDArray[np.uint32], dict[str, npt.NDArray[np.uint64]]]:
    """A row for every combination of what the rule's multiple terms give, and their hashes in it."""
    multiple = [term for term in rule if term in values.multiple]
    if not multiple:
        return np.arange(records, dtype=np.uint32), {}
    rows = values.multiple[multiple[0]].rename({"value": multiple[0]})
    for term in multiple[1:]:
        rows = rows.join(values.multiple[term].rename({"value": term}), on="record")
    return rows["record"].to_numpy(), {term: rows[term].to_numpy() for term in multiple}


def _salt(rule: Rule) -> int:
    return int.from_bytes(hashlib.blake2b("+".join(rule).encode(), digest_size=8).digest(), "little")
