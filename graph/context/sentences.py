"""The context in words: what is declared, how carriers do beside their peers, who is two people away. Never a name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from graph.sentences import DID, say_day, start

_WITHHELD = {
    "one fact only": "a family tie is shown only where two independent facts stand behind it",
    "records only possibly theirs": "the records it names are only possibly those of the two",
}


def say_declared(tie: Mapping[str, Any]) -> str:
    """Who declares what between the two, from when to when, and what else stands behind it."""
    when = ""
    if tie["start_date"]:
        when = f", since {_day(tie['start_date'])}"
    if tie["end_date"]:
        when += f", {'until' if tie['start_date'] else 'ended'} {_day(tie['end_date'])}"
    kind = tie["kind"] or "kind not given"
    what = f"{tie['source']} declares a tie between this driver and another person: {kind}{when}."
    quality = f" It calls this {str(tie['quality']).replace('_', ' ')}." if tie["quality"] else ""
    behind = f" Behind it stand: {'; '.join(tie['rests_on'])}." if tie["rests_on"] else ""
    return f"{what}{quality}{behind} It carries no points."


def say_withheld(reason: str, count: int) -> str:
    """Why declared ties are not shown."""
    one = count == 1
    return f"{count} declared tie{'' if one else 's'} {'is' if one else 'are'} not shown: {_WITHHELD[reason]}."


def say_possibly(young: str, old: str) -> str:
    """A succession that waits for a person."""
    return f"{start(young)} may be {old} reopened; nobody has judged it, and it ties nobody."


def say_record(entry: Mapping[str, Any], years: float, interval: float) -> str:
    """A large carrier's record beside what its size predicts."""
    record = entry["record"]
    head = f"{start(entry['label'])} has {entry['people']} drivers on file, too many to tie any two of them."
    if record is None:
        return f"{head} Its own record is not kept for this day."
    incidents = f"{record['incidents']} incident{'' if record['incidents'] == 1 else 's'}"
    told = (
        f"{head} In {years:g} years its drivers had {incidents} that count in {record['driver_years']:.0f}"
        f" driver-years; {record['expected']:.1f} is usual for that size among {record['peers']} large carriers."
    )
    if record["ratio"] is None:
        return f"{told} That is too little to compare. It carries no points."
    return (
        f"{told} Taking its peers into account, {record['ratio']:.2f} times the usual ({interval:.0%} interval"
        f" {record['low']:.2f} to {record['high']:.2f}); inspections are not known. It carries no points."
    )


def say_route(first: tuple[str, str, int], second: tuple[str, str, int]) -> str:
    """How two things lead from the driver over somebody to a third person.

    Args:
        first: kind of tie, thing, and people on it, of the driver and the person between.
        second: the same of that person and the third.
    """
    near, far = (DID[tie].format(thing=thing) for tie, thing, _ in (first, second))
    return (
        f"This driver and another driver both {near} ({first[2]} people did); that other driver and a third person both"
        f" {far} ({second[2]} people did)."
    )


def say_third(what: str, day: dt.date, age: str) -> str:
    """What is recorded of the third person."""
    return f"That third person has on record: {what}, {say_day(day)} ({age}). Two people away, it carries no points."


def _day(text: str) -> str:
    return say_day(dt.date.fromisoformat(text))
