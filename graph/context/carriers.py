"""The carriers a person works or worked for, where there is more to say of them than that: large, or reopened."""

from __future__ import annotations

from typing import Any

import polars as pl

from graph.context.asked import Asked
from graph.context.sentences import say_possibly, say_record
from graph.days import day_of
from graph.holds import FAR
from graph.schema import NodeKind
from graph.sentences import say_link
from graph.succession import describe_link


def carriers_of(asked: Asked) -> dict[str, Any]:
    """Carriers of the person that are large, follow another, are followed by one, or possibly do.

    Returns:
        `shown`: one a carrier, ordered by key; `counted_on`: the day of the records of large ones, null where none are
        kept; `left_out`: how many more there are than are shown.
    """
    things = asked.evidence.things.filter(pl.col("tie") == "carrier").select("thing", "key")
    held = asked.evidence.holds.join(things, on="thing", how="semi")
    mine = held.filter(pl.col("person") == asked.person)
    people = held.join(mine.select("thing").unique(), on="thing", how="semi").group_by("thing")
    counted = dict(people.agg(pl.col("person").n_unique()).join(things, on="thing").select("key", "person").iter_rows())
    large = {key for key, number in counted.items() if number > asked.policy.limits.hub_degree}
    records = {row["carrier"]: row for row in asked.records.of(large).iter_rows(named=True)} if large else {}
    follows = _Successions(asked)
    shown = []
    for key in sorted(counted):
        entry = {
            "carrier": key,
            "label": asked.labels.thing("carrier", key),
            "people": counted[key],
            "is_large": key in large,
            "record": records.get(key),
            "follows": follows.of(key, "src"),
            "followed_by": follows.of(key, "dst"),
            "possibly_succeeds": follows.possible(key),
        }
        if key in large or entry["follows"] or entry["followed_by"] or entry["possibly_succeeds"]:
            spans = _spans(mine.join(things.filter(pl.col("key") == key), on="thing", how="semi"))
            shown.append(entry | {"spans": spans, "sentences": _sentences(asked, entry)})
    limit = asked.policy.context.carriers_shown
    day = asked.records.as_of
    return {
        "shown": shown[:limit],
        "counted_on": day.isoformat() if day else None,
        "left_out": len(shown[limit:]),
    }


class _Successions:
    """What the carriers of the person follow, and what follows them."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._edges = list(asked.successions.iter_rows(named=True))
        self._possible = {
            key: _known_possible(said, asked)
            for (kind, key), said in asked.labels.props.items()
            if kind == NodeKind.CARRIER.value and said.get("possibly_succeeds")
        }
        known = {key for kind, key in asked.labels.props if kind == NodeKind.CARRIER.value}
        named = {edge[end] for edge in self._edges for end in ("src", "dst")}
        named |= {other for told in self._possible.values() for other, _ in told}
        self._labels = asked.labels.extended(asked.reader, {NodeKind.CARRIER: sorted(named - known)})

    def of(self, carrier: str, end: str) -> list[dict[str, Any]]:
        """The carriers at the other ends of the successions in which the carrier is the younger (src) or older."""
        other = "dst" if end == "src" else "src"
        told = []
        for edge in self._edges:
            if edge[end] != carrier:
                continue
            link = describe_link(edge)
            young, old = (self._labels.thing("carrier", edge[side]) for side in ("src", "dst"))
            label = old if end == "src" else young
            told.append({"carrier": edge[other], "label": label, **link, "sentence": say_link(young, old, link)})
        return sorted(told, key=lambda one: (one["carrier"], one["since"] or ""))

    def possible(self, carrier: str) -> list[dict[str, Any]]:
        """Carriers that this one may be, reopened, and nobody has judged."""
        return [
            {"carrier": other, "label": self._labels.thing("carrier", other), "known_on": known or None}
            for other, known in self._possible.get(carrier, [])
        ]


def _known_possible(said: dict[str, Any], asked: Asked) -> list[tuple[str, str]]:
    others = said["possibly_succeeds"]
    days = said.get("possibly_succeeds_known_on") or [""] * len(others)
    return [(other, day) for other, day in zip(others, days, strict=True) if day <= asked.as_of.isoformat()]


def _spans(held: pl.DataFrame) -> list[dict[str, str | None]]:
    """When the person was there: first and last day, null where open or undated; each once."""
    days = held.select("first", "last").unique().sort("first", "last")
    return [{"first": _day(first), "last": _day(last)} for first, last in days.iter_rows()]


def _day(days: int) -> str | None:
    return None if abs(days) == FAR else day_of(days).isoformat()


def _sentences(asked: Asked, entry: dict[str, Any]) -> list[str]:
    said = [one["sentence"] for one in (*entry["follows"], *entry["followed_by"])]
    said += [say_possibly(entry["label"], one["label"]) for one in entry["possibly_succeeds"]]
    if entry["is_large"]:
        context = asked.policy.context
        said.insert(0, say_record(entry, context.carrier_window_years, context.carrier_interval))
    return said
