"""Records under a model, encoded once for all comparisons, and what any pairs of them agree on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import polars as pl

from linkage.compare.kinds import Agreement, Comparator, Ints
from linkage.compare.registry import kind_of
from linkage.model import Attribute, Model

Agreements = Mapping[str, Agreement]
"""Attribute to how each pair agrees on it."""


@dataclass(frozen=True)
class _Group:
    """Attributes that one comparator answers for."""

    attributes: tuple[str, ...]
    comparator: Comparator
    is_cheap: bool


@dataclass(frozen=True)
class CodedRecords:
    """Records, ordered by key, ready to be compared.

    Args:
        keys: record key of each row.
        groups: comparators of the model's attributes.
    """

    keys: pl.Series
    groups: tuple[_Group, ...]

    def __len__(self) -> int:
        return len(self.keys)

    def compare(self, left: Ints, right: Ints) -> Agreements:
        """Agreement on every attribute for each pair of record positions; symmetric in left and right."""
        return self.compare_cheap(left, right) | self.compare_costly(left, right)

    def compare_cheap(self, left: Ints, right: Ints) -> dict[str, Agreement]:
        """Agreement on the attributes that take a comparison of codes only."""
        return self._compare(left, right, is_cheap=True)

    def compare_costly(self, left: Ints, right: Ints) -> dict[str, Agreement]:
        """Agreement on all other attributes."""
        return self._compare(left, right, is_cheap=False)

    def _compare(self, left: Ints, right: Ints, *, is_cheap: bool) -> dict[str, Agreement]:
        return {
            name: agreement
            for group in self.groups
            if group.is_cheap == is_cheap
            for name, agreement in zip(group.attributes, group.comparator.compare(left, right), strict=True)
        }


def columns_of(model: Model) -> frozenset[str]:
    """Columns of records that comparing them under the model reads, where these have them."""
    compared = {column for attribute in model.attributes.values() for column in attribute.columns}
    return frozenset(compared | set(model.shared) | {"key", "entity_type", "suspect"})


def encode(records: pl.DataFrame, model: Model, common: Mapping[str, frozenset[str]] | None = None) -> CodedRecords:
    """Records (with `key` and the model's columns, ordered by key) under the model.

    Suspect identifiers (a wrong check digit, listed in the column `suspect` where there is one) and shared values of
    too many records are missing here.

    Args:
        common: values shared by too many records, a column; counted in `records` itself where not given.
    """
    if common is None:
        common = common_values(records, model)
    frame = records.with_columns(
        *_without_suspect(records, model),
        *(
            pl.when(pl.col(name).is_in(sorted(common[name]))).then(None).otherwise(pl.col(name)).alias(name)
            for name in model.shared
        ),
    )
    together = sorted(model.attributes.values(), key=_comparison)
    groups = []
    for _, attributes in groupby(together, key=_comparison):
        group = list(attributes)
        kind = kind_of(group[0])
        comparator = kind.build(frame, group, model)
        groups.append(_Group(tuple(a.name for a in group), comparator, kind.is_cheap))
    return CodedRecords(records["key"], tuple(groups))


def common_values(records: pl.DataFrame, model: Model) -> dict[str, frozenset[str]]:
    """Values of each shared column that more than `limits.sharing` records hold."""
    limit = model.limits.sharing
    return {
        name: frozenset(
            records.group_by(name).len().filter((pl.col("len") > limit) & pl.col(name).is_not_null())[name].to_list()
        )
        for name in model.shared
    }


def _without_suspect(records: pl.DataFrame, model: Model) -> Sequence[pl.Expr]:
    if "suspect" not in records.columns:
        return []
    checked = {c for a in model.attributes.values() if a.options.get("has_check_digit") for c in a.columns}
    is_suspect = pl.col("suspect")
    return [
        pl.when(is_suspect.list.contains(name).fill_null(value=False)).then(None).otherwise(pl.col(name)).alias(name)
        for name in sorted(checked)
    ]


def _comparison(attribute: Attribute) -> tuple[str, tuple[str, ...], str]:
    """Attributes with equal values here are compared together: parts of one kind on the same columns."""
    kind, _, part = attribute.compare.partition(".")
    return kind, attribute.columns, "" if part else attribute.name
