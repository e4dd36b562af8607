"""A model from the user's own data, without labels: what levels of agreement weigh, and which records should meet.

Each blocking rule gives a sample of pairs; within it the attributes it made agree are left out, and m is fitted to all
samples together (see `linkage.training.em`). u comes from random pairs. The guard refuses what cannot be a model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage import score
from linkage.block import Rule
from linkage.errors import TrainingError
from linkage.model import GRAIN, Attribute, Level, Model
from linkage.pipeline import blocking_plan as plan
from linkage.pipeline.engine import THREADS, Engine
from linkage.pipeline.frequencies import frequencies
from linkage.pipeline.judged import calibrated, judgements, sample_of
from linkage.training import active, em, guard
from linkage.training.parameters import first_guess, table_of
from linkage.training.patterns import encode
from linkage.training.reliability import Reliability
from linkage.training.u import random_pairs

Floats = npt.NDArray[np.float64]

SAMPLE = 20_000
"""Pairs drawn a rule."""
RANDOM_PAIRS = 500_000
"""At most; twenty a record in smaller tables."""
SEEN = 5.0
"""Pairs, expected matches and random ones together, from which a level's weight is believed."""


@dataclass(frozen=True)
class Options:
    """How to train.

    Args:
        seed: of the random pairs; the blocks drawn depend on their keys alone.
        rules: blocking rules to choose from; None = all that the model's fields allow, or the model's own.
        keep_rules: the rules are taken as they are.
        labels: JUDGED_PAIR: pairs that people judged. They are of known class in the fit, and calibrate the weights.
    """

    seed: int = 1
    rules: tuple[Rule, ...] | None = None
    keep_rules: bool = False
    threads: int = THREADS
    labels: pl.DataFrame | None = None


@dataclass(frozen=True)
class Training:
    """A trained model and what it rests on.

    Args:
        fit: of m; `findings` are reasons not to rely on it.
        rules: what each blocking rule costs and finds, in the order chosen.
        matches: expected over all pairs of records, at least; `reached` of them by the chosen rules.
        reliability: of the probabilities, against the labels given; None where there are none of both kinds.
        never_compared: records that share no key with any other.
        engine: the records, coded, under the trained model; `entries` the keys of the chosen rules.
    """

    model: Model
    fit: em.Fit
    findings: tuple[guard.Finding, ...]
    rules: tuple[plan.RuleReport, ...]
    matches: float
    reached: float
    reliability: Reliability | None
    never_compared: int
    engine: Engine
    entries: pl.DataFrame


def train(
    records: pl.DataFrame, model: Model, side: npt.NDArray[np.int8] | None = None, options: Options | None = None
) -> Training:
    """Weights, frequencies, prior and blocking rules from the records themselves.

    Args:
        records: `key` and the model's fields, ordered by key.
        side: file of each record where two files are linked that hold nobody twice.

    Raises:
        TrainingError: no two records share a key.
    """
    options = options or Options()
    rules = options.rules or plan.rules_for(records, model)
    with ThreadPoolExecutor(1) as pool:
        # Blocks and coded records need nothing of each other: two cores make them at once.
        drawn = pool.submit(_draw, records, rules, model, side)
        model = replace(model, frequencies=frequencies(records, model))
        engine = Engine(records, model, side=side, threads=options.threads)
        blocks, sample = drawn.result()
    evidence = _Evidence.gather(engine, sample, blocks, _random(len(records), side, options.seed))
    fit, probability = _fit(evidence, model, judgements(sample, records["key"], options.labels))
    matches = plan.total_matches(sample, probability)
    reports = plan.choose(blocks, sample, probability)
    chosen = (
        tuple(part.rule for part in blocks) if options.keep_rules else tuple(r.rule for r in reports if r.is_chosen)
    )
    prior = _grained(np.log2(matches / max(_pairs(len(records), side) - matches, 1.0)))
    trained = replace(
        model,
        prior_random=prior,
        prior_organization=prior,
        blocking=chosen,
        attributes=_weighed(model, fit, evidence.random, engine.levels),
        is_calibrated=False,
    )
    trained, curve = calibrated(engine.with_model(trained), options.labels)
    entries = pl.concat([part.entries for part in blocks if part.rule in chosen])
    return Training(
        model=trained,
        fit=fit,
        findings=tuple(_findings(fit, trained, engine.levels, evidence.random)),
        rules=tuple(reports),
        matches=matches,
        reached=sum(r.further_matches for r in reports if r.is_chosen),
        reliability=curve,
        never_compared=len(records) - entries["record"].n_unique(),
        engine=engine.with_model(trained),
        entries=entries,
    )


def of_whole(found: Training, sample: int, total: int) -> Training:
    """What was learned of a sample of entities, as it holds of the table that they were drawn from.

    A record has as many matches there, and more others that it does not match: the odds of a match of two random
    records fall with their number.

    Args:
        sample: records trained on, of `total`.
    """
    if sample == total:
        return found
    prior = _grained(found.model.prior_random - np.log2(total / sample))
    model = replace(found.model, prior_random=prior, prior_organization=prior)
    parts = total / sample
    return replace(
        found,
        model=model,
        engine=found.engine.with_model(model),
        matches=found.matches * parts,
        reached=found.reached * parts,
    )


def _draw(
    records: pl.DataFrame, rules: Sequence[Rule], model: Model, side: npt.NDArray[np.int8] | None
) -> tuple[tuple[plan.RuleBlocks, ...], plan.PairSample]:
    """The blocks of all rules, and a sample of their pairs."""
    blocks = tuple(plan.rule_blocks(records, rules, model.limits.block))
    sample = plan.draw(blocks, side, len(records), SAMPLE) if blocks else None
    if sample is None or len(sample.left) == 0:
        raise TrainingError(("No two records share a blocking key.",))
    return blocks, sample


@dataclass(frozen=True)
class _Evidence:
    """What the pairs drawn from the blocks, and random pairs, agree on.

    Args:
        levels: (pairs of the sample, attributes).
        sizes: number of levels of each attribute, missing included.
        random: pairs at each level, one array an attribute, among random pairs.
    """

    blocks: Sequence[plan.RuleBlocks]
    sample: plan.PairSample
    levels: npt.NDArray[np.int8]
    sizes: tuple[int, ...]
    random: Sequence[npt.NDArray[np.int64]]

    @classmethod
    def gather(
        cls,
        engine: Engine,
        sample: plan.PairSample,
        blocks: Sequence[plan.RuleBlocks],
        random: tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]],
    ) -> _Evidence:
        names = list(engine.model.attributes)
        sizes = tuple(len(engine.levels[name]) for name in names)
        columns = _levels(engine, names, *random).T
        counts = [np.bincount(column, minlength=size) for column, size in zip(columns, sizes, strict=True)]
        return cls(blocks, sample, _levels(engine, names, sample.left, sample.right), sizes, counts)


def _fit(evidence: _Evidence, model: Model, judged: npt.NDArray[np.int8]) -> tuple[em.Fit, Floats]:
    """The fit to the samples of all rules, and the probability of a match of each pair of the sample."""
    levels, sample, blocks = evidence.levels, evidence.sample, evidence.blocks
    u = tuple(table_of((counts[1:] + 0.5).tolist()) for counts in evidence.random)
    silent = [_silent(part.rule, model) for part in blocks]
    samples = [
        sample_of(_without(levels[sample.drawn[:, i]], silent[i]), evidence.sizes, judged[sample.drawn[:, i]])
        for i in range(len(blocks))
    ]
    start = first_guess(samples[0].patterns, 0.3, u)
    fit = em.fit_samples(samples, start, em.Options(tolerance=1e-4, rounds=300, smoothing=0.1))
    probability = _posterior(levels, sample, silent, fit)
    fit = _with_repeating(fit, (levels, sample, probability), model, blocks)
    return _counted_once(fit, float(probability.sum())), probability


def _pairs(records: int, side: npt.NDArray[np.int8] | None) -> float:
    """Number of pairs of records there are, compared or not."""
    if side is None:
        return records * (records - 1) / 2
    return float((side == 0).sum()) * float((side == 1).sum())


def _levels(
    engine: Engine, names: Sequence[str], left: npt.NDArray[np.int32], right: npt.NDArray[np.int32]
) -> npt.NDArray[np.int8]:
    agreements = engine.records.compare(left, right)
    return np.stack([agreements[name].levels for name in names], axis=1)


def _random(
    records: int, side: npt.NDArray[np.int8] | None, seed: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    size = min(RANDOM_PAIRS, 20 * records)
    if side is None:
        left, right = random_pairs(records, size, seed)
    else:
        one, other = np.flatnonzero(side == 0), np.flatnonzero(side == 1)
        left, right = random_pairs(len(one), size, seed, len(other))
        left, right = one[left], other[right]
    return left.astype(np.int32), right.astype(np.int32)


def _used(rule: Rule, model: Model) -> set[int]:
    """Places of the attributes that a rule makes agree, and of those that repeat them."""
    columns = {term.partition(".")[0] for term in rule}
    names = [name for name, attribute in model.attributes.items() if columns & set(attribute.columns)]
    names += [name for members in model.groups.values() if set(members) & set(names) for name in members]
    return {list(model.attributes).index(name) for name in names}


def _repeating(model: Model) -> set[int]:
    """Places of the attributes that repeat an earlier one: together they would be taken for what makes a match."""
    return {list(model.attributes).index(name) for members in model.groups.values() for name in members[1:]}


def _silent(rule: Rule, model: Model) -> list[int]:
    return sorted(_used(rule, model) | _repeating(model))


def _counted_once(fit: em.Fit, matches: float) -> em.Fit:
    """The fit with its matches counted once each, not once for every rule that drew them."""
    times = max(fit.matches / max(matches, 1e-9), 1.0)
    return replace(fit, matches=fit.matches / times, present=tuple(pairs / times for pairs in fit.present))


def _with_repeating(
    fit: em.Fit,
    evidence: tuple[npt.NDArray[np.int8], plan.PairSample, Floats],
    model: Model,
    blocks: Sequence[plan.RuleBlocks],
) -> em.Fit:
    """The fit with m of the attributes that repeat others, from the pairs whose class the others have told."""
    levels, sample, probability = evidence
    m, present = list(fit.parameters.m), list(fit.present)
    for place in _repeating(model):
        fair = sample.drawn[:, [place not in _used(part.rule, model) for part in blocks]].any(axis=1)
        counts = np.bincount(levels[fair, place], probability[fair], len(m[place]))[1:]
        m[place], present[place] = table_of((counts + 0.1).tolist()), float(counts.sum())
    return replace(fit, parameters=replace(fit.parameters, m=tuple(m)), present=tuple(present))


def _without(levels: npt.NDArray[np.int8], places: Sequence[int]) -> npt.NDArray[np.int8]:
    out = levels.copy()
    out[:, places] = 0
    return out


def _posterior(
    levels: npt.NDArray[np.int8], sample: plan.PairSample, silent: Sequence[Sequence[int]], fit: em.Fit
) -> Floats:
    """Probability of a match of each pair: the mean over the rules that drew it, each without what it made agree."""
    total, count = np.zeros(len(levels)), np.zeros(len(levels))
    for i, places in enumerate(silent):
        rows = sample.drawn[:, i]
        parameters = replace(fit.parameters, prior=min(max(fit.priors[i], 1e-9), 1 - 1e-9))
        total[rows] += parameters.probability(_without(levels[rows], places))
        count[rows] += 1
    return total / np.maximum(count, 1)


def _weighed(
    model: Model, fit: em.Fit, random: Sequence[npt.NDArray[np.int64]], names: Mapping[str, tuple[str, ...]]
) -> Mapping[str, Attribute]:
    """The model's attributes with the weights found; what was hardly met keeps the figures of the model."""
    out = {}
    for place, (name, attribute) in enumerate(model.attributes.items()):
        if fit.present[place] < guard.Limits().present:
            out[name] = attribute
            continue
        m, u = fit.parameters.m[place], fit.parameters.u[place]
        levels = {}
        for code, level in enumerate(names[name][1:], 1):
            before = attribute.levels.get(level, Level(0.0))
            if m[code] * fit.present[place] + random[place][code] < SEEN:
                levels[level] = before
            elif code == 1 and attribute.options.get("frequency"):
                levels[level] = replace(before, bits=_grained(np.log2(m[code])), information=1.0)
            else:
                levels[level] = replace(before, bits=_grained(np.log2(m[code] / u[code])))
        out[name] = replace(attribute, levels=MappingProxyType(levels))
    return MappingProxyType(out)


def _findings(
    fit: em.Fit, model: Model, names: Mapping[str, tuple[str, ...]], random: Sequence[npt.NDArray[np.int64]]
) -> list[guard.Finding]:
    attributes = []
    for place, name in enumerate(model.attributes):
        pairs = fit.parameters.m[place] * fit.present[place] + random[place]
        seen = [code for code in range(1, len(names[name])) if pairs[code] >= SEEN] or [1]
        # The best and the worst: of the levels between, a swapped date is no better or worse than a near one.
        attributes.append(guard.Attribute(name, names[name], tuple(dict.fromkeys((seen[0], seen[-1])))))
    # Samples are blocks of like records: more than half of their pairs may well be matches.
    found = guard.findings(fit, attributes, guard.Limits(largest_prior=1.0))
    # An attribute that few matches have keeps the figures it had: that is no reason to refuse the others.
    return [finding for finding in found if finding.rule is not guard.Rule.NO_INFORMATION]


def _grained(value: float) -> float:
    return round(float(value) * GRAIN) / GRAIN


def questions(found: Training, keys: pl.Series, count: int, options: Options) -> pl.DataFrame:
    """The pairs (BLIND_PAIR) whose judgement would teach the model most, in an order that says nothing.

    Args:
        keys: record key of each position.
        options: those of the training; pairs that its labels judge are not asked again.
    """
    everyone = np.ones(len(keys), dtype=np.bool_)
    pairs = found.engine.score_candidates(found.entries, everyone)[0]
    names = list(found.model.attributes)
    sizes = tuple(len(found.engine.levels[name]) for name in names)
    pattern, _ = encode(_levels(found.engine, names, pairs.left, pairs.right), sizes)
    open_ = pl.DataFrame(
        {
            "record_l": keys.gather(pairs.left),
            "record_r": keys.gather(pairs.right),
            "pattern": pattern,
            "match_probability": score.probability(pairs.weight, found.model),
        }
    )
    if options.labels is not None:
        open_ = open_.join(options.labels, on=["record_l", "record_r"], how="anti")
    return active.choose(open_, count, options.seed)
