"""The facts a graph is made of, with every reference to a person, carrier or vehicle resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from graph.declared import resolve_declared
from graph.resolve import (
    judge_vins,
    refer_carriers,
    resolve_addresses,
    resolve_carriers,
    resolve_vehicles,
    vehicle_key,
)
from graph.successors import RULING, Traces, find_reopened, settle
from linkage.schema import FACTS, MEMBERSHIP, SCORED_PAIR, Kind


@dataclass(frozen=True, slots=True)
class Mentions:
    """The facts a graph is made of, with every reference resolved.

    Args:
        people: frame PERSON joined to its identity_id and confidence; `address_key` is that of the door.
        employment: frame EMPLOYMENT with identity_id, confidence, carrier.
        driving: frame DRIVING with identity_id, confidence, vehicle.
        vehicles: frame VEHICLE with vehicle and carrier (both may be null).
        carriers: frame CARRIER with carrier.
        carrier_references: frame reference, carrier, is_placeholder.
        carrier_links: frame CARRIER_LINK with older, younger.
        reopened: frame SUCCESSION: carriers that look like another one reopened, but for those that a link declares
            or a person ruled on.
        confirmed: successions that a person confirmed, as `settle` gives them.
        events: frame EVENT with identity_id (null where no known person is named), confidence, vehicle, carrier.
        enrolments: frame ENROLMENT with identity_id, confidence.
        crossings: frame CROSSING with identity_id, confidence.
        possible: frame identity_l, identity_r, record_l, record_r, match_probability, known_on.
        declared: ties that sources declare, as `resolve_declared` gives them.
    """

    people: pl.DataFrame
    employment: pl.DataFrame
    driving: pl.DataFrame
    vehicles: pl.DataFrame
    carriers: pl.DataFrame
    carrier_references: pl.DataFrame
    carrier_links: pl.DataFrame
    reopened: pl.DataFrame
    confirmed: pl.DataFrame
    events: pl.DataFrame
    enrolments: pl.DataFrame
    crossings: pl.DataFrame
    possible: pl.DataFrame
    declared: pl.DataFrame

    @classmethod
    def resolve(
        cls,
        facts: Mapping[Kind, pl.DataFrame],
        memberships: pl.DataFrame,
        possible: pl.DataFrame,
        rulings: pl.DataFrame | None = None,
    ) -> Mentions:
        """The facts with people, carriers and vehicles resolved; a reference to nobody known stays null.

        Args:
            rulings: frame RULING: what people decided about successions of carriers.
        """
        given = {
            kind: schema.conform(facts[kind]) if kind in facts else schema.empty() for kind, schema in FACTS.items()
        }
        held = MEMBERSHIP.conform(memberships)
        carriers, links, vehicles = given[Kind.CARRIER], given[Kind.CARRIER_LINK], given[Kind.VEHICLE]
        persons, carriers = to_doors(given[Kind.PERSON], carriers)
        resolved = resolve_carriers(carriers)
        referring = [given[kind]["carrier_key"] for kind in (Kind.EMPLOYMENT, Kind.VEHICLE, Kind.EVENT)]
        meant = refer_carriers([*referring, links["carrier_key"], links["successor_key"]], carriers, resolved)

        def to_carrier(frame: pl.DataFrame, column: str, alias: str) -> pl.DataFrame:
            named = meant.select(pl.col("reference").alias(column), pl.col("carrier").alias(alias))
            return frame.join(named, on=column, how="left")

        def to_person(frame: pl.DataFrame) -> pl.DataFrame:
            """With the identity; what is said of a record is known once the record is known too."""
            both = frame.join(known, on="record_key", how="left")
            return both.with_columns(pl.max_horizontal("known_on", "record_known_on").alias("known_on"))

        vehicles = to_carrier(vehicles, "carrier_key", "carrier")
        same_vehicle = resolve_vehicles(vehicles)
        events = judge_vins(given[Kind.EVENT], [vehicles, given[Kind.DRIVING]])
        people = persons.join(held, left_on="key", right_on="record_key", how="inner")
        known = people.select("identity_id", "confidence", record_key="key", record_known_on="known_on")
        carriers = carriers.join(resolved.rename({"record": "key"}), on="key")
        vehicles = to_vehicle(vehicles, same_vehicle)
        employment = to_person(to_carrier(given[Kind.EMPLOYMENT], "carrier_key", "carrier"))
        events = to_person(to_carrier(to_vehicle(events, same_vehicle), "carrier_key", "carrier"))
        links = to_carrier(to_carrier(links, "carrier_key", "older"), "successor_key", "younger")
        reopened = _undeclared(find_reopened(Traces(carriers, vehicles, events, employment)), links)
        settled = settle(reopened, RULING.empty() if rulings is None else rulings, carriers, links)
        return cls(
            people=people,
            employment=employment,
            driving=to_person(to_vehicle(given[Kind.DRIVING], same_vehicle)),
            vehicles=vehicles,
            carriers=carriers,
            carrier_references=meant,
            carrier_links=links,
            reopened=settled.found,
            confirmed=settled.confirmed,
            events=events,
            enrolments=to_person(given[Kind.ENROLMENT]),
            crossings=to_person(given[Kind.CROSSING]),
            possible=_possible(SCORED_PAIR.conform(possible), people),
            declared=resolve_declared(given[Kind.ASSOCIATION], known),
        )


def to_doors(*frames: pl.DataFrame) -> tuple[pl.DataFrame, ...]:
    """The frames with `address_key` as that of the door it is, over all of them."""
    doors = resolve_addresses(pl.concat(frame.select("address_key", "postal_code") for frame in frames))
    return tuple(
        frame.join(doors, on="address_key", how="left", maintain_order="left")
        .with_columns(address_key="door")
        .drop("door")
        for frame in frames
    )


def to_vehicle(mentions: pl.DataFrame, same: pl.DataFrame) -> pl.DataFrame:
    """The mentions with `vehicle`, null where they name none.

    Args:
        mentions: as `vehicle_key` takes them.
        same: as `resolve_vehicles` gives it; a key that is not in it is a vehicle of its own.
    """
    named = mentions.with_columns(vehicle=vehicle_key(mentions))
    moved = same.rename({"vehicle": "is_now"})
    found = named.join(moved, left_on="vehicle", right_on="key", how="left", maintain_order="left")
    return found.with_columns(vehicle=pl.coalesce("is_now", "vehicle")).drop("is_now")


def _undeclared(reopened: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """The successions found that no link declares, either way round: what somebody found out is not guessed anew."""
    ends = links.drop_nulls(["older", "younger"])
    declared = pl.concat([ends.select("older", "younger"), ends.select(older="younger", younger="older")])
    return reopened.join(declared, on=["older", "younger"], how="anti", maintain_order="left")


def _possible(pairs: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Pairs across two identities, smaller id first, the likeliest pair of records for each."""
    held = people.select("key", "identity_id", "known_on")
    both = pairs.join(held, left_on="record_l", right_on="key").join(
        held, left_on="record_r", right_on="key", suffix="_r"
    )
    swapped = pl.col("identity_id") > pl.col("identity_id_r")
    return (
        both.filter(pl.col("identity_id") != pl.col("identity_id_r"))
        .select(
            identity_l=pl.min_horizontal("identity_id", "identity_id_r"),
            identity_r=pl.max_horizontal("identity_id", "identity_id_r"),
            record_l=pl.when(swapped).then("record_r").otherwise("record_l"),
            record_r=pl.when(swapped).then("record_l").otherwise("record_r"),
            match_probability="match_probability",
            known_on=pl.max_horizontal("known_on", "known_on_r"),
        )
        .sort(
            "identity_l",
            "identity_r",
            pl.col("match_probability"),
            "record_l",
            "record_r",
            descending=[False, False, True, False, False],
        )
        .unique(["identity_l", "identity_r"], keep="first", maintain_order=True)
    )
