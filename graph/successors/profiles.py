"""What is known of each carrier as a whole: what it holds, when it began and when it ended.

A carrier holds every door, phone, officer and truck that any of its records gives. What many carriers hold is a truck
stop's, an agent's or a lessor's, and nobody's here.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from linkage.model import Model

SHARED = ("addresses", "phones", "officers", "vehicles")
"""Kinds of things of which a value that too many carriers hold says nothing."""

HOLD = {"carrier": pl.String, "kind": pl.String, "value": pl.String, "known_on": pl.Date}
"""One thing that a carrier holds, known from the first day that any fact says so."""

REVOCATIONS = ("LINK-REVOKE", "LINK-IHAZ")
"""Codes of events that end a carrier's authority: revoked or suspended, or ordered out of service at once."""

_ACTIVE = ("ACTIVE", "AUTHORIZED", "VIGENTE", "A")
_GONE = ("REVOKED", "INACTIVE", "SUSPENDED", "OUT OF SERVICE", "NOT AUTHORIZED", "I")
_STINTS = 50  # jobs of one person beyond which they are no person's: assumed


@dataclass(frozen=True, slots=True)
class Traces:
    """The facts that tell one carrier from another and may tell that it is the other.

    Args:
        carriers: frame CARRIER with carrier.
        vehicles: frame with carrier, vehicle, known_on.
        events: frame with carrier, vehicle, code, status, event_date, known_on.
        employment: frame with carrier, identity_id, start_date, end_date, known_on.
    """

    carriers: pl.DataFrame
    vehicles: pl.DataFrame
    events: pl.DataFrame
    employment: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Profiles:
    """All carriers that some register describes.

    Args:
        records: one row a carrier, ordered by key: key, title, words, a list a kind of thing held, started_on,
            is_seen (the start is the first sign of it), ended_on, standing, usdots, rfcs, and the days on which
            carrier, start and end became known.
        holds: frame HOLD without what too many hold.
    """

    records: pl.DataFrame
    holds: pl.DataFrame


def read_profiles(traces: Traces, model: Model) -> Profiles:
    """The carriers as the model compares them.

    Complexity: linear in the facts.
    """
    known = traces.carriers.drop_nulls("carrier")
    holds = pl.concat([_told(known), _trucks(traces), _drivers(traces.employment, model)])
    holds = holds.join(known.select("carrier").unique(), on="carrier", how="semi")
    holders = pl.len().over("kind", "value")
    holds = holds.filter(~pl.col("kind").is_in(SHARED) | (holders <= model.limits.sharing))
    lists = [
        holds.filter(kind=kind).group_by("carrier").agg(pl.col("value").unique().sort().alias(kind))
        for kind in (*SHARED, "towns", "drivers", "usdots", "rfcs")
    ]
    records = _described(known, model)
    for part in (*lists, _starts(traces, known), _ends(traces, known)):
        records = records.join(part, on="carrier", how="left")
    standing = pl.when("is_active", pl.col("ended_on").is_null(), ~pl.col("is_gone")).then(pl.lit("active"))
    return Profiles(records.with_columns(standing=standing).rename({"carrier": "key"}).sort("key"), holds)


def _described(carriers: pl.DataFrame, model: Model) -> pl.DataFrame:
    trade = pl.Series(model.attributes["name"].options["trade_words"], dtype=pl.String).implode()
    words = (
        carriers.select("carrier", word=pl.col("name_key").str.split(" "))
        .explode("word", empty_as_null=True, keep_nulls=True)
        .filter(pl.col("word").is_not_null() & ~pl.col("word").is_in(trade))
        .group_by("carrier", "word")
        .len()
        .sort("carrier", "len", "word", descending=[False, True, False])  # the commonest spellings come first
        .group_by("carrier", maintain_order=True)
        .agg(pl.col("word").str.join(" ").alias("words"))
    )
    status = pl.col("status").str.to_uppercase().str.strip_chars()
    found = (
        carriers.sort("key")
        .group_by("carrier", maintain_order=True)
        .agg(
            pl.col("name").drop_nulls().first().alias("title"),
            status.is_in(_ACTIVE).any().alias("is_active"),
            status.is_in(_GONE).any().alias("is_gone"),
            pl.col("known_on").min().alias("carrier_known_on"),
        )
    )
    return found.join(words, on="carrier", how="left")


def _told(carriers: pl.DataFrame) -> pl.DataFrame:
    """Frame HOLD: doors, towns, phones, officers and numbers that records give."""
    town = pl.coalesce(pl.col("address_key").str.split("|").list.get(-1), pl.col("city").str.to_uppercase())
    officers = pl.col("officers").str.to_uppercase().str.replace_all("[^A-Z; ]", "").str.split(";")
    given = {
        "addresses": pl.col("address_key"),
        "towns": town,
        "phones": pl.col("phone"),
        "usdots": pl.col("usdot"),
        "rfcs": pl.col("rfc"),
    }
    parts = [carriers.select("carrier", "known_on", value=value, kind=pl.lit(kind)) for kind, value in given.items()]
    people = carriers.select("carrier", "known_on", value=officers, kind=pl.lit("officers"))
    people = people.explode("value", empty_as_null=True, keep_nulls=True)
    parts.append(people.with_columns(pl.col("value").str.replace_all(" +", " ").str.strip_chars()))
    return _first_known(pl.concat(part.select(list(HOLD)) for part in parts))


def _trucks(traces: Traces) -> pl.DataFrame:
    """Frame HOLD: trucks that a register lists under the carrier, or that an event names with it."""
    both = pl.concat(frame.select("carrier", "vehicle", "known_on") for frame in (traces.vehicles, traces.events))
    return _first_known(both.select("carrier", kind=pl.lit("vehicles"), value="vehicle", known_on="known_on"))


def _drivers(employment: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Frame HOLD: drivers of each carrier; only who went from one to another within days is a value of both."""
    within = int(model.attributes["drivers"].options["within_days"])
    stints = employment.drop_nulls(["carrier", "identity_id"]).filter(pl.len().over("identity_id") <= _STINTS)
    left = stints.drop_nulls("end_date").select("identity_id", "end_date", older="carrier")
    joined = stints.drop_nulls("start_date").select("identity_id", "start_date", younger="carrier")
    days = (pl.col("start_date") - pl.col("end_date")).dt.total_days()
    moves = left.join(joined, on="identity_id").filter(
        days.is_between(0, within) & (pl.col("older") != pl.col("younger"))
    )
    moves = moves.with_columns(value=pl.concat_str("identity_id", "older", "younger", separator="\n"))
    moved = pl.concat([moves.select("identity_id", "value", carrier=end) for end in ("older", "younger")])
    stayed = stints.join(moved, on=["carrier", "identity_id"], how="anti").select(
        "carrier", value=pl.concat_str("identity_id", "carrier", separator="\n")
    )
    told = pl.concat([moved.select("carrier", "value"), stayed]).unique()
    return told.select("carrier", kind=pl.lit("drivers"), value="value", known_on=pl.lit(None, pl.Date))


def _first_known(holds: pl.DataFrame) -> pl.DataFrame:
    held = holds.drop_nulls(["carrier", "value"]).filter(pl.col("value") != "")
    return held.group_by("carrier", "kind", "value").agg(pl.col("known_on").min()).select(list(HOLD))


def _starts(traces: Traces, carriers: pl.DataFrame) -> pl.DataFrame:
    """Frame carrier, started_on, is_seen, start_known_on: day of entry, else the first dated sign of the carrier."""
    entered = carriers.select("carrier", "known_on", day="registered_on", is_seen=pl.lit(value=False))
    is_sign = ~pl.col("code").is_in(REVOCATIONS).fill_null(value=False)
    signs = [
        traces.employment.select("carrier", "known_on", day=pl.coalesce("start_date", "end_date")),
        traces.events.filter(is_sign).select("carrier", "known_on", day="event_date"),
    ]
    seen = pl.concat(signs).with_columns(is_seen=pl.lit(value=True))
    days = pl.concat([entered.select(seen.columns), seen]).drop_nulls(["carrier", "day"])
    first = days.sort("carrier", "is_seen", "day", "known_on", nulls_last=True)
    found = first.unique("carrier", keep="first", maintain_order=True)
    return found.select("carrier", "is_seen", started_on="day", start_known_on="known_on")


def _ends(traces: Traces, carriers: pl.DataFrame) -> pl.DataFrame:
    """Frame carrier, ended_on, end_known_on: the latest revocation that nothing lifted."""
    events = traces.events.filter(pl.col("code").is_in(REVOCATIONS))
    lifts = (pl.col("status") == "lifted").fill_null(value=False)
    lifted = events.filter(lifts).group_by("carrier").agg(pl.col("event_date").max().alias("lifted_on"))
    told = [
        carriers.select("carrier", "known_on", day="revoked_on"),
        events.filter(~lifts).select("carrier", "known_on", day="event_date"),
    ]
    days = pl.concat(told).drop_nulls(["carrier", "day"]).join(lifted, on="carrier", how="left")
    standing = days.filter(pl.col("lifted_on").is_null() | (pl.col("day") > pl.col("lifted_on")))
    last = standing.sort("carrier", "day", "known_on", descending=[False, True, False], nulls_last=True)
    found = last.unique("carrier", keep="first", maintain_order=True)
    return found.select("carrier", ended_on="day", end_known_on="known_on")
