"""The tables of the document, in Markdown, from the trials of several worlds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

import numpy as np

from benchmarks.risk_lift.methods import OURS
from benchmarks.risk_lift.ranking import Floats, Mask, chance_shown, roc_auc
from benchmarks.risk_lift.trial import WEEK, WEEKS, Crowd, Ranked
from linkage.training.reliability import reliability

Way = tuple[str, str]  # method and variant

WALK = "personalised PageRank"
PLAIN_WALK = "restart 0.15, one, all things, from offenders, mass"
TUNED: Mapping[str, str] = {
    "number of associates": "things of 60 at most",
    "offending associates": "offenders, things of 60 at most",
    WALK: "restart 0.5, kind, recent, all things, from smuggling weight, mass/PageRank",
}
"""Variant of each rival, chosen with `benchmarks.risk_lift.tune` on other worlds than those that are judged here."""
WALK_PLAIN: Way = (WALK, PLAIN_WALK)
TARGET = 1.5
_EDGES = np.array([0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 1.0])


@dataclass(frozen=True, slots=True)
class Trial:
    """One world and how each method ranked its people.

    Args:
        seed: of the world.
        known: its people and how they are judged.
        identities: found or true.
        figures: a figure a person, by method and variant.
        ranked: what it is worth, one a judgement.
        is_fair: the same facts told of others gave the same scores.
    """

    seed: int
    known: Crowd
    identities: str
    figures: dict[Way, Floats]
    ranked: dict[Way, tuple[Ranked, ...]]
    is_fair: bool


def render(trials: Sequence[Trial]) -> str:
    """All tables."""
    found, true = ([trial for trial in trials if trial.identities == name] for name in ("found", "true"))
    parts = [
        _methods(found, "Identities as our own linkage found them"),
        _verdict(found),
        _methods(true, "The true identities"),
        _verdict(true),
        _judgements(found),
        _groups(found),
        _calibration(found),
        _fairness(trials),
    ]
    return "\n\n".join(parts)


def tuned_ways(trials: Sequence[Trial]) -> dict[str, Way]:
    """Each method in the one form it has, or in the variant chosen beforehand."""
    return {way[0]: way for way in trials[0].ranked if way[1] == TUNED.get(way[0], "")}


def best_walk(trials: Sequence[Trial], judgement: int = 0) -> Way:
    """The PageRank with the highest mean average precision on these very worlds: known only afterwards."""
    walks = [way for way in trials[0].ranked if way[0] == WALK]
    return max(walks, key=lambda way: _ap(trials, way, judgement))


def _ap(trials: Sequence[Trial], way: Way, judgement: int = 0) -> float:
    return float(mean(trial.ranked[way][judgement].ap for trial in trials))


def _methods(trials: Sequence[Trial], title: str) -> str:
    ways = dict.fromkeys(tuned_ways(trials).values(), "")
    ways[best_walk(trials)] = ", **the best of 180 on these very worlds**"
    ways |= {WALK_PLAIN: ", plain", (WALK, TUNED[WALK]): ", **as tuned**"}
    one = [trial.ranked[OURS, ""][0] for trial in trials]
    people, positives = mean(r.people for r in one), mean(r.positives for r in one)
    lines = [
        f"### {title}",
        "",
        f"{people:,.0f} people ranked, {positives:.0f} of them caught later, means of seeds "
        f"{', '.join(str(trial.seed) for trial in trials)}.",
        "",
        "| method | ROC AUC | average precision | by seed | lift at 50 | lift at 1 % | precision, first 50 | first 200 "
        "| false alerts per true one |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    order = sorted(ways, key=lambda way: -_ap(trials, way))
    rows = [_row(_name(way, ways[way]), [trial.ranked[way][0] for trial in trials]) for way in order]
    return "\n".join([*lines, *rows, _random(one)])


def _name(way: Way, remark: str) -> str:
    method, variant = way
    return f"**{method}**" if method == OURS else f"{method}{remark} ({variant})" if variant else method


def _row(name: str, ranked: Sequence[Ranked]) -> str:
    def middle(field: str) -> float:
        return float(mean(getattr(one, field) for one in ranked))

    hits = sum(one.first for one in ranked)
    false = f"{(WEEK * len(ranked) - hits) / hits:.1f}" if hits else "none true"
    seeds = " ".join(f"{one.ap:.3f}" for one in ranked)
    shares = f"{middle('first') / WEEK:.3f} | {middle('month') / (WEEKS * WEEK):.3f}"
    return (
        f"| {name} | {middle('auc'):.3f} | {middle('ap'):.3f} | {seeds} | {middle('lift_first'):.1f} "
        f"| {middle('lift_percent'):.1f} | {shares} | {false} |"
    )


def _random(ranked: Sequence[Ranked]) -> str:
    base = mean(one.base for one in ranked)
    seeds = " ".join(f"{one.base:.3f}" for one in ranked)
    return f"| random order | 0.500 | {base:.3f} | {seeds} | 1.0 | 1.0 | {base:.3f} | {base:.3f} | {1 / base - 1:.0f} |"


def _verdict(trials: Sequence[Trial]) -> str:
    """What the table says of the target, in words, whichever way it came out."""
    scores = {method: _ap(trials, way) for method, way in tuned_ways(trials).items()}
    ours, own = scores[OURS], scores["own events only"]
    others = {name: figure for name, figure in scores.items() if not _is_ours(name)}
    rival = max(others, key=lambda name: others[name])
    plain, best = _ap(trials, WALK_PLAIN), _ap(trials, best_walk(trials))
    lift = "Linked risk adds to own events" if ours > own else "**Linked risk adds no lift over own events**"
    met = "met" if ours >= TARGET * others[rival] else "**missed**"
    return (
        f"{lift} ({ours:.3f} against {own:.3f}). Best baseline: {rival} as tuned, {others[rival]:.3f}; linked risk is "
        f"{_times(ours, others[rival])} times that (target {TARGET}: {met}), {_times(ours, plain)} times plain "
        f"PageRank, and {_times(ours, best)} times the best of 180 PageRanks on these very worlds, as seen afterwards."
    )


def _times(ours: float, theirs: float) -> str:
    return f"{ours / theirs:.2f}" if theirs else "infinitely many"


def _is_ours(method: str) -> bool:
    return method.startswith(OURS) or method.startswith("score")


def _judgements(trials: Sequence[Trial]) -> str:
    lines = [
        "### Judged in other ways",
        "",
        "| ranked, and what counts as found | people | found | linked risk | PageRank as tuned | times "
        "| best of 180 here | times |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for place, judgement in enumerate(trials[0].known.judgements):
        ways = ((OURS, ""), (WALK, TUNED[WALK]), best_walk(trials, place))
        ours, tuned, best = (_ap(trials, way, place) for way in ways)
        ranked = [trial.ranked[OURS, ""][place] for trial in trials]
        people, positives = mean(r.people for r in ranked), mean(r.positives for r in ranked)
        lines.append(
            f"| {judgement.name} | {people:,.0f} | {positives:.0f} | {ours:.3f} | {tuned:.3f} | {_times(ours, tuned)} "
            f"| {best:.3f} | {_times(ours, best)} |"
        )
    return "\n".join(lines)


def _groups(trials: Sequence[Trial]) -> str:
    ways = tuned_ways(trials)
    names = sorted({group for trial in trials for group in trial.known.group})
    lines = ["### By naming group", "", "Alerts: the first 50 of each world; all worlds together.", ""]
    lines.append(
        "| group | people | caught later | method | ROC AUC | alerts | true | false per true | per 1,000 not caught |"
    )
    lines.append("|---|---|---|---|---|---|---|---|---|")
    methods = (OURS, WALK, "offending associates")
    rows = [_group_row(name, method, ways[method], trials) for name in names for method in methods]
    return "\n".join([*lines, *rows])


def _group_row(name: str, method: str, way: Way, trials: Sequence[Trial]) -> str:
    people = caught = 0
    alerts = true = 0.0
    areas = []
    for trial in trials:
        judgement = trial.known.judgements[0]
        score, positive = trial.figures[way][judgement.candidates], judgement.positive[judgement.candidates]
        of = np.array([group == name for group in trial.known.group])[judgement.candidates]
        shown = chance_shown(score, WEEK)
        people, caught = people + int(of.sum()), caught + int(positive[of].sum())
        alerts, true = alerts + float(shown[of].sum()), true + float(shown[of & positive].sum())
        if positive[of].any():
            areas.append(roc_auc(score[of], positive[of]))
    area = f"{mean(areas):.3f}" if areas else ""
    false = f"{(alerts - true) / true:.1f}" if true else "none true"
    rate = 1000 * (alerts - true) / (people - caught)
    return f"| {name} | {people:,} | {caught} | {method} | {area} | {alerts:.0f} | {true:.0f} | {false} | {rate:.1f} |"


def _calibration(trials: Sequence[Trial]) -> str:
    chosen = list(_linked_and_caught(trials))
    probability, positive = (np.concatenate(column) for column in zip(*chosen, strict=True))
    curve = reliability(probability, positive, edges=_EDGES)
    base = float(positive.mean())
    lines = [
        "### Linked risk read as a probability",
        "",
        f"It is not one: it says nothing of how soon. Brier score {curve.brier:.5f}; saying the base rate of "
        f"{base:.4f} of everybody gives {base * (1 - base):.5f}. All worlds together.",
        "",
        "| linked risk, 0-100 | people | mean | caught later | share in % (95 % Wilson interval) |",
        "|---|---|---|---|---|",
    ]
    for part in curve.bins:
        share = f"{100 * part.observed:.2f} ({100 * part.lower:.2f} to {100 * part.upper:.2f})"
        span = f"{100 * part.low:g} to {100 * part.high:g}"
        lines.append(f"| {span} | {part.pairs:,} | {100 * part.predicted:.2f} | {part.matches} | {share} |")
    return "\n".join(lines)


def _linked_and_caught(trials: Sequence[Trial]) -> Iterator[tuple[Floats, Mask]]:
    for trial in trials:
        judgement = trial.known.judgements[0]
        points = trial.figures[OURS, ""][judgement.candidates]
        yield -np.expm1(-points), judgement.positive[judgement.candidates]


def _fairness(trials: Sequence[Trial]) -> str:
    told = ", ".join(f"{t.seed} {t.identities}: {'identical' if t.is_fair else '**different**'}" for t in trials)
    return (
        "### The same facts told of others\n\nNames, birth dates, sexes and papers of every record handed on to the "
        f"next one, every country and citizenship changed, all scores compared bit for bit: {told}."
    )
