"""What a reviewer would say aloud: short plain sentences out of parts, never a name, never a verdict."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DID = {
    "truck": "drove {thing}",
    "carrier": "worked for {thing}",
    "successor": "worked for {thing}",
    "phone": "gave {thing}",
    "home": "gave {thing}",
}
_NOUN = {
    "truck": "the truck",
    "carrier": "the carrier",
    "successor": "the two carriers",
    "phone": "the phone",
    "home": "the address",
}
_STANDING = {
    "counts": "counts",
    "replaced": "was replaced by a later disposition of the same case and no longer counts",
    "cleared": "was cleared and does not count",
    "lifted": "was lifted and no longer counts",
    "expired": "is past its look-back and no longer counts",
    "context": "is context and carries no points",
    "unmapped": "is not mapped to the violations table; a person must look at it",
}


@dataclass(frozen=True, slots=True)
class Span:
    """When somebody was on a thing.

    Args:
        first: first day; None without date.
        last: last day; None while it lasts.
        days: distinct days seen, where counted.
    """

    first: dt.date | None
    last: dt.date | None
    days: int | None = None


def say_day(day: dt.date) -> str:
    """The day as "3 Apr 2026"."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def say_span(span: Span) -> str:
    """When, as "on 14 days from 3 Mar 2025 to 2 Jul 2025"."""
    if span.first is None:
        return "(no date given)"
    if span.last is None:
        return f"since {say_day(span.first)}"
    count = f"on {span.days} day{'' if span.days == 1 else 's'} " if span.days else ""
    if span.first == span.last:
        return f"{count if span.days != 1 else ''}on {say_day(span.first)}"
    return f"{count}from {say_day(span.first)} to {say_day(span.last)}"


def say_ago(days: int) -> str:
    """An age in whole months, or in days below two months."""
    if days < 61:
        return f"{days} day{'' if days == 1 else 's'} ago"
    return f"{int(days / 30.4375)} months ago"


def say_tie(tie: str, thing: str, mine: Span, theirs: Span) -> str:
    """How the two people share the thing, and when each was on it."""
    did = _DID[tie].format(thing=thing)
    if tie in ("phone", "home"):
        return f"This driver {did}; so did another driver."
    return f"This driver {did} {say_span(mine)}; another driver did {say_span(theirs)}."


def say_crowd(tie: str, people: int, others: int, nothing_recorded: int) -> str:
    """How many people share the thing, and how many of the others have nothing recorded."""
    noun = _NOUN[tie].capitalize()
    head = f"{noun} had {people} drivers within the time that counts."
    if tie in ("phone", "home"):
        head = f"{people} people gave {_NOUN[tie]}."
    if not others:
        return f"{head} There are no others."
    if others == 1:
        return f"{head} The one other has {'nothing' if nothing_recorded else 'an event'} recorded."
    have = "has" if nothing_recorded == 1 else "have"
    return f"{head} Of the {others} others, {nothing_recorded} {have} nothing recorded."


def say_event(what: str, day: dt.date, age_days: int, *, of_other: bool) -> str:
    """What is recorded, of whom, and when."""
    who = "That driver" if of_other else "This driver"
    return f"{who} has on record: {what}, {say_day(day)} ({say_ago(age_days)})."


def say_points(strength: float, points: float) -> str:
    """The weight of a contribution."""
    return f"Strength {strength:.3f}, {points:.3f} points."


def say_standing(standing: str) -> str:
    """Why an event counts or does not."""
    return f"This event {_STANDING[standing]}."


def say_hub(thing: str, people: int, limit: int) -> str:
    """Why a thing was left out."""
    return f"{thing[0].upper()}{thing[1:]} was left out: {people} people share it, and above {limit} it says nothing."
