"""Why identities changed between two runs: the decision, model or load behind it, and the link that came or went."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from typing import Any

import polars as pl

from api.run_span import Span, Verdict
from api.weakest import LINK, strongest_tree
from linkage.evaluate import Merged, Moved, Split

_LOOKED_AT = 200
"""Pairs across the parts of a split that are weighed again."""

Groups = Mapping[str, Collection[str]]
Reason = dict[str, Any]


class Reasons:
    """Finds the reasons of each change in a span of runs.

    Every reason has `kind`, `text` for a person, and what it rests on as record keys; values of records are in none.

    Args:
        span: what lies between the two runs.
    """

    def __init__(self, span: Span) -> None:
        self._span = span
        self._model = span.model

    def of(self, change: Merged | Split | Moved) -> list[Reason]:
        """The reasons of one change, weightiest first."""
        if isinstance(change, Merged):
            return self._merged(change)
        if isinstance(change, Split):
            return self._split(change)
        return self._moved(change)

    def _merged(self, change: Merged) -> list[Reason]:
        found = [self._judged(v) for v in self._span.verdicts if _joins(v) and _crosses(v, change.records)]
        found += self._model_change([key for keys in change.records.values() for key in keys])
        links = self._bridges(change)
        if links:
            found.append(self._link_came(change, links))
        return found or [_unknown()]

    def _split(self, change: Split) -> list[Reason]:
        found = [self._judged(v) for v in self._span.verdicts if not _joins(v) and _crosses(v, change.records)]
        records = self._span.members(change.former, is_after=False)
        found += self._model_change(records) + self._fell_away(records)
        if not found:
            found = self._tipped([key for part in change.into for key in self._span.members(part, is_after=True)])
        return [*(found or [_unknown()]), self._across(change.records), *self._against(change.records)]

    def _moved(self, change: Moved) -> list[Reason]:
        old = [key for key in self._span.members(change.former, is_after=True) if key != change.record]
        new = [key for key in self._span.members(change.now, is_after=True) if key != change.record]
        groups: Groups = {"record": [change.record], "old": old, "new": new}
        found = [self._judged(v) for v in self._span.verdicts if change.record in (v.a, v.b) and _crosses(v, groups)]
        found += self._model_change([change.record]) + self._fell_away([change.record])
        strongest = self._strongest({"record": [change.record], "new": new})
        if strongest is not None:
            found.append(self._weight(strongest, "holds it where it is now"))
        return found or [_unknown()]

    def _judged(self, verdict: Verdict) -> Reason:
        is_undone = verdict.cause == "undo"
        what = f"{verdict.by} judged the records to be {'one person' if verdict.judgement == 'same' else 'two people'}"
        text = f"the judgement was taken back: {what}" if is_undone else f"{what}: {verdict.reason}"
        return {
            "kind": "undo" if is_undone else "decision",
            "run": verdict.run,
            "records": [verdict.a, verdict.b],
            "text": text,
        }

    def _model_change(self, records: Sequence[str]) -> list[Reason]:
        run = self._span.run_of(records)
        if run is None:
            return []
        before = self._span.model_before(run)
        if before == run.model:
            return []
        text = f"run {run.run_id} used another model ({run.model[:12]}) than the run before ({before[:12]})"
        return [{"kind": "model", "run": run.run_id, "text": text}]

    def _link_came(self, change: Merged, links: Sequence[Reason]) -> Reason:
        run = self._span.run_of([key for keys in change.records.values() for key in keys])
        weakest = min(links, key=lambda link: link["bits"])
        text = f"{weakest['left']} and {weakest['right']} weigh {weakest['bits']:.1f} bits together"
        changed = [end for link in links for end in (link["left"], link["right"])]
        new = sorted({end for end in changed if end in self._span.added})
        corrected = sorted({end for end in changed if end in self._span.corrected})
        if new:
            text += f"; new: {', '.join(new)}"
        if corrected:
            text += f"; corrected: {', '.join(corrected)}"
        reason: Reason = {"kind": "link", "run": run.run_id if run else None, "links": list(links)}
        return reason | {"new": new, "corrected": corrected, "text": text}

    def _fell_away(self, records: Sequence[str]) -> list[Reason]:
        """Records withdrawn or corrected, and contacts that have become common."""
        found: list[Reason] = []
        gone = sorted(set(records) & set(self._span.changes.removed))
        if gone:
            found.append({"kind": "withdrawn", "records": gone, "text": f"withdrawn: {', '.join(gone)}"})
        for key in records:
            names = self._span.corrected.get(key)
            if names:
                text = f"{key} was corrected: {', '.join(names)}"
                found.append({"kind": "corrected", "records": [key], "attributes": names, "text": text})
        for name, (then, now) in self._span.turned_common(records).items():
            limit = self._model.limits.sharing
            text = f"a {name} that {then} records shared is shared by {now} now; over {limit} it says nothing"
            found.append({"kind": "common", "attributes": [name], "then": then, "now": now, "text": text})
        return found

    def _tipped(self, records: Sequence[str]) -> list[Reason]:
        new = sorted(set(records) & self._span.added)
        if not new:
            return []
        text = f"new records tipped the balance: {', '.join(new)}"
        return [{"kind": "new", "records": new, "text": text}]

    def _across(self, groups: Groups) -> Reason:
        strongest = self._strongest(groups)
        if strongest is not None:
            return self._weight(strongest, "is the strongest pair across the parts")
        text = f"no pair across the parts reaches {self._model.thresholds.possible:g} bits now"
        return {"kind": "weight", "bits": None, "text": text}

    def _against(self, groups: Groups) -> list[Reason]:
        """The pair across the parts that speaks most strongly against one person, and in what."""
        parts = [sorted(keys) for keys in groups.values()]
        pairs = [(a, b) for one, other in combinations(parts, 2) for a in one for b in other][:_LOOKED_AT]
        told = [self._span.explainer.explain(*pair) for pair in pairs]
        worst = min(told, key=lambda one: (not one.conflicts, one.bits))
        against = [row for row in worst.by_attribute if row.bits < 0 and row.left is not None]
        if worst.bits >= self._model.thresholds.same and not worst.conflicts:
            return []
        names = [f"{row.attribute} {row.level}" for row in sorted(against, key=lambda row: row.bits)]
        text = f"{worst.left} and {worst.right} speak against it, {worst.bits:.1f} bits"
        text += f": {', '.join(names)}" if names else ""
        reason: Reason = {"kind": "against", "bits": worst.bits, "records": [worst.left, worst.right]}
        return [
            reason | {"attributes": [row.attribute for row in against], "bars": list(worst.conflicts), "text": text}
        ]

    def _weight(self, link: Reason, what: str) -> Reason:
        needed = self._model.thresholds.same
        text = f"{link['left']} and {link['right']}, {link['bits']:.1f} bits, {what}; the same needs {needed:g} bits"
        return {"kind": "weight", "bits": link["bits"], "records": [link["left"], link["right"]], "text": text}

    def _bridges(self, change: Merged) -> list[Reason]:
        """The links that joined the former identities: over new records where those stand between."""
        group = {key: former for former, keys in change.records.items() for key in keys}
        pairs = self._pairs(self._span.members(change.into, is_after=True))
        named = pairs.with_columns(
            identity_id=pl.lit(change.into),
            a=pl.col("record_l").replace(group),
            b=pl.col("record_r").replace(group),
            is_decided=pl.lit(value=False),
        ).filter(pl.col("a") != pl.col("b"))
        best = named.sort("match_weight", "record_l", "record_r", descending=[True, False, False])
        best = best.unique(["a", "b"], keep="first", maintain_order=True)
        tree = strongest_tree(
            best.select("identity_id", "match_weight", "is_decided", record_l="a", record_r="b").select(list(LINK))
        )
        kept = _without_leaves([(a, b) for a, b in tree.select("record_l", "record_r").iter_rows()], set(change.former))
        used = best.join(
            pl.DataFrame(kept, schema={"a": pl.String, "b": pl.String}, orient="row"), on=["a", "b"], how="semi"
        )
        return [self._link(row) for row in used.sort("match_weight").iter_rows(named=True)]

    def _strongest(self, groups: Groups) -> Reason | None:
        group = {key: name for name, keys in groups.items() for key in keys}
        pairs = self._pairs(sorted(group))
        across = pairs.filter(pl.col("record_l").replace(group) != pl.col("record_r").replace(group))
        if across.is_empty():
            return None
        best = across.sort("match_weight", "record_l", "record_r", descending=[True, False, False])
        return self._link(best.row(0, named=True))

    def _link(self, row: Mapping[str, Any]) -> Reason:
        bits = float(row["match_weight"])
        return {
            "left": row["record_l"],
            "right": row["record_r"],
            "bits": bits,
            "probability": self._model.probability(bits),
        }

    def _pairs(self, records: Sequence[str]) -> pl.DataFrame:
        """Kept pairs among the records as they are scored now: record_l, record_r, match_weight."""
        rows = self._span.connection.execute(
            "WITH k AS (SELECT value AS key FROM json_each(?)) SELECT record_l, record_r, match_weight "
            "FROM k JOIN scored_pair ON record_l = k.key WHERE record_r IN (SELECT key FROM k)",
            (json.dumps(list(records)),),
        ).fetchall()
        schema = {"record_l": pl.String, "record_r": pl.String, "match_weight": pl.Float64}
        return pl.DataFrame(rows, schema=schema, orient="row")


def _joins(verdict: Verdict) -> bool:
    """Whether it works towards joining: a "same" that holds, or a "different" that no longer does."""
    return (verdict.judgement == "same") != (verdict.cause == "undo")


def _crosses(verdict: Verdict, groups: Groups) -> bool:
    """Whether its two records are in two of the groups."""
    where = [next((name for name, keys in groups.items() if key in keys), None) for key in (verdict.a, verdict.b)]
    return None not in where and where[0] != where[1]


def _without_leaves(edges: list[tuple[str, str]], kept: Collection[str]) -> list[tuple[str, str]]:
    """The tree without ends that are none of `kept`: what lies between those."""
    while True:
        ends = [end for edge in edges for end in edge]
        loose = {end for end in ends if end not in kept and ends.count(end) == 1}
        if not loose:
            return edges
        edges = [edge for edge in edges if loose.isdisjoint(edge)]


def _unknown() -> Reason:
    return {"kind": "other", "text": "other pairs of the component have changed"}
