"""What each blocking rule costs and finds, estimated from the data itself, and which rules are worth their pairs.

A sample of pairs is drawn by whole blocks, each rule at its own rate; a pair counts by the chance that any of its rules
draws it (Horvitz and Thompson 1952; blocks of different rules are drawn independently), so totals over the union of
the rules are unbiased.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage import block
from linkage.block import Rule
from linkage.model import Field, Model

Ints = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

RATES = 1 << 16
"""Steps of a sampling rate: blocks are chosen by their key's remainder."""
WORTH = 1 / 300
"""Expected matches that a further rule must bring a pair it adds; assumed."""


@dataclass(frozen=True)
class RuleBlocks:
    """The blocks of one rule.

    Args:
        entries: `record`, `key` of the keys that make pairs.
        pairs: that they make.
        left_out: records of which a key of this rule is too common.
    """

    rule: Rule
    entries: pl.DataFrame
    pairs: int
    left_out: int


@dataclass(frozen=True)
class PairSample:
    """Distinct pairs of the union of all rules.

    Args:
        member: (pairs, rules): whether the pair shares a key of the rule.
        drawn: (pairs, rules): whether it was drawn as a pair of the rule.
        weight: pairs of the union that each one stands for.
    """

    left: Ints
    right: Ints
    member: Mask
    drawn: Mask
    weight: Floats


def rules_for(records: pl.DataFrame, model: Model) -> tuple[Rule, ...]:
    """The model's own rules, or all that the fields at hand allow, as far as the records have the columns."""
    fields = {name: field for name, field in model.fields.items() if name in records.columns}
    rules = model.blocking or candidate_rules(fields)
    return tuple(r for r in rules if all(term.partition(".")[0] in records.columns for term in r))


def candidate_rules(fields: Mapping[str, Field]) -> tuple[Rule, ...]:
    """Every rule that may be of use for a table with these fields: one field, a name sound and a field, two fields."""
    plain = [f.name for f in fields.values() if f.type in ("text", "code", "plain") and not _is_part(f, fields)]
    dates = [field.name for field in fields.values() if field.type == "date"]
    names = [field.name for field in fields.values() if field.type == "tokens"]
    partial = [*plain, *(f"{name}.year" for name in dates)]
    rules: list[Rule] = [(term,) for term in plain]
    rules += [(f"{name}.either",) for name in dates]
    rules += list(itertools.combinations(partial, 2))
    for name in names:
        rules += [(f"{name}.token_set",), (f"{name}.tokens",)]
        rules += [(f"{name}.sounds", term) for term in partial]
        rules += [(f"{name}.sounds", f"{date}.month_day") for date in dates]
        rules += [(f"{name}.sound_pairs",)]
    return tuple(rules)


def rule_blocks(records: pl.DataFrame, rules: Sequence[Rule], limit: int) -> Iterator[RuleBlocks]:
    """The blocks of each rule; rules that make no pair are passed over."""
    for rule, keys in block.keys_by_rule(records, rules):
        key, record = keys["key"].to_numpy(), keys["record"].to_numpy()
        # Sorted once: blocks then stand together in order of records, as the stream of pairs wants them.
        order = np.lexsort((record, key)) if (record[1:] < record[:-1]).any() else np.argsort(key, kind="stable")
        key, record = key[order], record[order]
        begins = np.flatnonzero(np.append(True, key[1:] != key[:-1])) if len(key) else np.zeros(0, np.int64)
        sizes = np.diff(np.append(begins, len(key)))
        active = np.repeat((sizes > 1) & (sizes <= limit), sizes)
        if active.any():
            of = sizes[(sizes > 1) & (sizes <= limit)]
            common = record[np.repeat(sizes > limit, sizes)]
            entries = pl.DataFrame({"record": record[active], "key": key[active]}, schema=block.KEYS)
            yield RuleBlocks(rule, entries, int((of * (of - 1) // 2).sum()), len(np.unique(common)))


def draw(blocks: Sequence[RuleBlocks], side: npt.NDArray[np.int8] | None, records: int, size: int) -> PairSample:
    """About `size` pairs a rule, by whole blocks.

    Args:
        side: file of each record where two files are linked: only pairs across count.
    """
    rates = [max(min(RATES, int(RATES * size / part.pairs)), 1) for part in blocks]
    everyone = np.ones(records, dtype=np.bool_)
    drawn: list[npt.NDArray[np.int64]] = []
    for part, rate in zip(blocks, rates, strict=True):
        chosen = part.entries.filter(pl.col("key") % RATES < rate)
        chunks = block.stream(chosen, everyone, 4 * size)
        pairs = [np.zeros(0, np.int64), *(chunk.left.astype(np.int64) * records + chunk.right for chunk in chunks)]
        drawn.append(np.concatenate(pairs))
    union = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *drawn]))
    left, right = (union // max(records, 1)).astype(np.int32), (union % max(records, 1)).astype(np.int32)
    if side is not None:
        across = side[left] != side[right]
        union, left, right = union[across], left[across], right[across]
    member = np.stack([_members(part.entries, left, right) for part in blocks], axis=1)
    missed = np.where(member, 1.0 - np.array(rates) / RATES, 1.0).prod(axis=1)
    return PairSample(
        left,
        right,
        member,
        np.stack([np.isin(union, pairs, assume_unique=True) for pairs in drawn], axis=1),
        1.0 / np.maximum(1.0 - missed, 1.0 / RATES),
    )


@dataclass(frozen=True, slots=True)
class RuleReport:
    """What one rule does.

    Args:
        pairs: it makes; `further` of them no rule chosen before it makes.
        matches: expected among its pairs; `further_matches` among the further ones.
        left_out: records of which a key of it is too common.
    """

    rule: Rule
    pairs: int
    matches: float
    further: float
    further_matches: float
    left_out: int
    is_chosen: bool


def choose(blocks: Sequence[RuleBlocks], sample: PairSample, probability: Floats) -> list[RuleReport]:
    """The rules in the order in which they are worth most, each after those before it.

    Args:
        probability: of a match, for each pair of the sample.
    """
    matches = sample.weight * probability
    open_ = np.ones(len(matches), dtype=np.bool_)
    rest = list(range(len(blocks)))
    reports = []
    while rest:
        further = np.array([(sample.weight * (sample.member[:, i] & open_)).sum() for i in rest])
        found = np.array([(matches * (sample.member[:, i] & open_)).sum() for i in rest])
        # The most matches first among rules of like yield; a rule without any comes last.
        best = int(np.argmax(np.where(found >= WORTH * further, found, -further)))
        i = rest.pop(best)
        is_chosen = bool(found[best] > 0 and found[best] >= WORTH * further[best])
        own = float((matches * sample.member[:, i]).sum())
        part = blocks[i]
        reports.append(
            RuleReport(part.rule, part.pairs, own, float(further[best]), float(found[best]), part.left_out, is_chosen)
        )
        if is_chosen:
            open_ &= ~sample.member[:, i]
    return reports


def total_matches(sample: PairSample, probability: Floats) -> float:
    """Matches among all pairs of records, met or not: at least so many.

    Matches that one rule alone finds are to those that two find as the unfound are to those that one finds; where some
    matches are harder to find than others, the truth is higher (Chao 1987, a lower bound under heterogeneity).
    """
    matches = sample.weight * probability
    times = sample.member.sum(axis=1)
    once, twice = (float(matches[times == k].sum()) for k in (1, 2))
    return float(matches.sum()) + (once**2 / (2 * twice) if twice > 0 else 0.0)


def _is_part(field: Field, fields: Mapping[str, Field]) -> bool:
    """Whether the field is looked at through its tokens instead."""
    return any(field.name in other.of for other in fields.values())


def _members(entries: pl.DataFrame, left: Ints, right: Ints) -> Mask:
    """Whether the two records of each pair share a key."""
    ends = (
        pl.DataFrame({"pair": np.arange(len(side), dtype=np.int32), "record": side.astype(np.uint32)}).join(
            entries, on="record"
        )
        for side in (left, right)
    )
    one, other = ends
    out = np.zeros(len(left), dtype=np.bool_)
    out[one.join(other, on=["pair", "key"], how="semi")["pair"].to_numpy()] = True
    return out
