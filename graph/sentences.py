"""What a reviewer would say aloud: short plain sentences out of parts, never a name, never a verdict."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DID = {
    "truck": "drove {thing}",
    "carrier": "worked for {thing}",
    "phone": "gave {thing}",
    "home": "gave {thing}",
}
"""What somebody did with a thing, by kind of tie."""

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
    did = DID[tie].format(thing=thing)
    if tie in ("phone", "home"):
        return f"This driver {did}; so did another driver."
    return f"This driver {did} {say_span(mine)}; another driver did {say_span(theirs)}."


def say_succession(mine: str, theirs: str, spans: tuple[Span, Span], link: str) -> str:
    """Two people of two carriers, one of which follows the other, and what says so.

    Args:
        mine: the driver's own carrier.
        theirs: the other's.
        spans: when each was at their carrier.
        link: why the two carriers count as one, a sentence.
    """
    here, there = (say_span(span) for span in spans)
    return f"This driver worked for {mine} {here}; another driver worked for {theirs} {there}. {link}"


def say_link(young: str, old: str, link: Mapping[str, Any]) -> str:
    """Whether the succession of two carriers is declared or was found, and what it rests on.

    Args:
        young: the carrier that follows.
        old: the one followed.
        link: is_declared, ruling (by and on, or None), since (ISO day or None), confidence, says (a sentence without
            its stop, or None).
    """
    since = f", {say_day(dt.date.fromisoformat(link['since']))}" if link["since"] else ""
    if ruling := link.get("ruling"):
        on = say_day(dt.date.fromisoformat(ruling["on"]))
        return f"{start(young)} follows {old}: {ruling['by']} confirmed it, {on}."
    if link["is_declared"]:
        return f"{start(young)} follows {old}: a source declares it{since}."
    says = f" {start(link['says'])}." if link["says"] else ""
    return (
        f"{start(young)} looks like {old} reopened: found by comparing the two, declared by nobody, probability"
        f" {link['confidence']:.2f}.{says}"
    )


def say_far_link(mine: str, theirs: str) -> str:
    """A succession with further carriers in between."""
    return f"From {mine} to {theirs} it goes over further carriers, each of which follows the one before."


def start(text: str) -> str:
    """The text as the start of a sentence."""
    return text[:1].upper() + text[1:]


def say_corroboration(others: int, *, of_other: bool) -> str:
    """How much more says the same and adds nothing."""
    one = others == 1
    if of_other:
        who = "person with the same incident shares" if one else "people with the same incident share"
        return f"{others} more {who} something with this driver; that adds nothing."
    return f"{others} more record{'' if one else 's'} of the same incident; that adds nothing."


def say_possible(points: float, base: float) -> str:
    """What a link that nobody has judged would make of an incident."""
    without = f"{base:.3f}" if base else "none"
    return f"If links that nobody has judged yet hold, this incident adds {points:.3f} points; without them, {without}."


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
    return f"{start(thing)} was left out: {people} people share it, and above {limit} it says nothing."
