"""Ties that a source declares, as far as they may be shown: a family tie only where two independent facts stand.

Independent are: two sources that declare it; a tie of another kind that is declared between the same two; a home or a
phone that both gave and few share. A name that two people bear is none of them.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import orjson
import polars as pl

from graph.context.asked import Asked
from graph.context.sentences import say_declared, say_withheld
from graph.holds import UNDATED_TIES
from graph.schema import EdgeKind, NodeKind
from linkage.schema import Quality

_NO_FACT = frozenset({Quality.SUSPECT.value, Quality.MALFORMED.value, Quality.PLACEHOLDER.value})
_ONE_FACT, _UNSURE = "one fact only", "records only possibly theirs"


def declared_ties(asked: Asked) -> dict[str, Any]:
    """Declared ties of the person known by the day.

    Returns:
        `shown`: one a declaration, ordered by the other person, kind and source; `withheld`: reason, count, sentence;
        `left_out`: how many more there are than are shown.
    """
    kinds = frozenset({EdgeKind.ASSOCIATED_WITH})
    found = asked.reader.edges_of(NodeKind.IDENTITY, [asked.identity], kinds, asked.as_of)
    by_other: dict[str, list[dict[str, Any]]] = {}
    for edge in found.iter_rows(named=True):
        is_first = edge["src"] == asked.identity
        told = by_other.setdefault(edge["dst"] if is_first else edge["src"], [])
        told += [_told(one, edge["confidence"], is_first=is_first) for one in _known(edge["props"], asked)]
    withheld: Counter[str] = Counter()
    shown = []
    for other, told in sorted(by_other.items()):
        sure = [one for one in told if one["confidence"] >= asked.threshold]
        withheld[_UNSURE] += len(told) - len(sure)
        facts = _facts(asked, other, sure)
        for one in sorted(sure, key=_order):
            is_family = asked.policy.context.is_family(one["kind"])
            if is_family and not _may_be_shown(asked, sure, facts):
                withheld[_ONE_FACT] += 1
                continue
            rests_on = facts if is_family else []
            said = {"identity_id": other, **one, "is_family": is_family, "rests_on": rests_on}
            shown.append(said | {"sentence": say_declared(said)})
    limit = asked.policy.context.declared_shown
    return {
        "shown": shown[:limit],
        "withheld": [
            {"reason": reason, "count": count, "sentence": say_withheld(reason, count)}
            for reason, count in sorted(withheld.items())
            if count
        ],
        "left_out": len(shown[limit:]),
    }


def _known(props: str, asked: Asked) -> list[dict[str, Any]]:
    declared: list[dict[str, Any]] = orjson.loads(props)["declared"]
    return [one for one in declared if one["known_on"] is None or one["known_on"] <= asked.as_of.isoformat()]


def _told(one: dict[str, Any], confidence: float, *, is_first: bool) -> dict[str, Any]:
    records = one["records"] if is_first else one["records"][::-1]
    names = ("kind", "source", "quality", "start_date", "end_date", "known_on")
    return {name: one[name] for name in names} | {"records": records, "confidence": confidence}


def _order(one: dict[str, Any]) -> list[Any]:
    return [*(one[name] or "" for name in ("kind", "source", "start_date", "end_date", "quality")), *one["records"]]


def _facts(asked: Asked, other: str, told: list[dict[str, Any]]) -> list[str]:
    """What stands behind a family tie of the two, each an independent fact."""
    good = [one for one in told if str(one["quality"] or "").casefold() not in _NO_FACT]
    is_family = asked.policy.context.is_family
    facts = {f"declared by {one['source']}" for one in good if is_family(one["kind"])}
    facts |= {f"also declared: {one['kind']}" for one in good if one["kind"] and not is_family(one["kind"])}
    if any(is_family(one["kind"]) for one in told):
        facts |= {f"both gave one {'phone' if tie == 'phone' else 'address'}" for tie in _shared(asked, other)}
    return sorted(facts)


def _may_be_shown(asked: Asked, told: list[dict[str, Any]], facts: list[str]) -> bool:
    """Whether enough independent facts stand behind a family tie, a good declaration of it among them."""
    good = [one for one in told if str(one["quality"] or "").casefold() not in _NO_FACT]
    is_declared = any(asked.policy.context.is_family(one["kind"]) for one in good)
    return is_declared and len(facts) >= asked.policy.context.family_facts


def _shared(asked: Asked, other: str) -> list[str]:
    """Kinds of undated things, homes and phones, that both hold and no more people than do not weaken a tie."""
    evidence = asked.evidence
    undated = evidence.things.filter(pl.col("tie").is_in(sorted(UNDATED_TIES))).select("thing", "tie")
    both = pl.DataFrame({"id": [asked.identity, other]}).with_row_index("side")
    places = pl.DataFrame({"id": evidence.people}).with_row_index("person").join(both, on="id").drop("id")
    held = evidence.holds.join(undated, on="thing").join(places, on="person", how="left")
    by_thing = held.group_by("thing", "tie").agg(
        pl.col("person").n_unique().alias("people"),
        *(pl.col("confidence").filter(pl.col("side_right") == side).max().alias(str(side)) for side in (0, 1)),
    )
    ties = asked.policy.ties
    likely = by_thing.filter(pl.col("0") * pl.col("1") >= asked.threshold).sort("tie", "thing")
    few = {tie for tie, people in likely.select("tie", "people").iter_rows() if people <= ties[tie].full_degree}
    return sorted(few)
