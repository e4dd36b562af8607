"""Nodes out of facts: one a key, known from the first day any fact behind it was known, with what a label needs."""

from __future__ import annotations

import polars as pl

from graph.mentions import Mentions
from graph.schema import NODE, NODE_KEY, NodeKind
from graph.successors import Likelihood

_NAME = pl.concat_str(["given_name", "surname", "second_surname"], separator=" ", ignore_nulls=True)

_POSSIBLE = ["possibly_succeeds", "possibly_succeeds_known_on"]  # two lists of one order


def build_nodes(mentions: Mentions, edges: pl.DataFrame) -> pl.DataFrame:
    """Frame NODE of all kinds, ordered and unique by NODE_KEY; every end of an edge is there."""
    people = mentions.people.with_columns(name=pl.when(_NAME != "").then(_NAME))
    described = pl.concat(
        [
            _records(people),
            _identities(people),
            _carriers(mentions),
            _vehicles(mentions.vehicles),
            _addresses(people),
            _events(mentions.events),
            _seen(people, NodeKind.PHONE, "phone"),
            _seen(people, NodeKind.SOURCE, "source"),
            _seen(mentions.events, NodeKind.PORT, "port_code"),
        ]
    )
    ends = [
        edges.select(pl.col(f"{end}_kind").alias("kind"), pl.col(end).alias("key"), "known_on")
        for end in ("src", "dst")
    ]
    undescribed = pl.concat(ends).group_by(NODE_KEY).agg(pl.col("known_on").min())
    undescribed = NODE.conform(undescribed.join(described, on=NODE_KEY, how="anti"))
    return pl.concat([described, undescribed]).sort(NODE_KEY)


def _node(frame: pl.DataFrame, kind: NodeKind, key: str, props: list[str]) -> pl.DataFrame:
    said = pl.struct(props).struct.json_encode() if props else pl.lit(None, pl.String)
    return NODE.conform(
        frame.select(pl.lit(kind.value).alias("kind"), pl.col(key).alias("key"), "known_on", said.alias("props"))
    )


def _seen(mentions: pl.DataFrame, kind: NodeKind, key: str) -> pl.DataFrame:
    firsts = mentions.drop_nulls(key).group_by(key).agg(pl.col("known_on").min())
    return _node(firsts, kind, key, [])


def _records(people: pl.DataFrame) -> pl.DataFrame:
    return _node(people, NodeKind.RECORD, "key", ["source", "country", "entity_type", "name", "is_derogatory"])


def _identities(people: pl.DataFrame) -> pl.DataFrame:
    """The fullest name any record gives; ties go to the smallest record key."""
    fullest = people.sort(pl.col("name").str.len_chars().fill_null(0), "key", descending=[True, False])
    grouped = fullest.group_by("identity_id", maintain_order=True).agg(
        pl.col("known_on").min(),
        pl.col("name").first(),
        pl.col("country").drop_nulls().unique().sort().alias("countries"),
        pl.len().alias("records"),
    )
    return _node(grouped, NodeKind.IDENTITY, "identity_id", ["name", "countries", "records"])


def _carriers(mentions: Mentions) -> pl.DataFrame:
    said = ["name", "country", "usdot", "docket", "rfc", "status", "revoked_on"]
    known = (
        mentions.carriers.sort("key")
        .group_by("carrier", maintain_order=True)
        .agg(pl.col("known_on").min(), *(pl.col(c).drop_nulls().first() for c in said), pl.col("key").alias("members"))
        .with_columns(is_placeholder=pl.lit(value=False))
    )
    referring = [
        mentions.employment.select("carrier", "known_on"),
        mentions.vehicles.select("carrier", "known_on"),
        mentions.events.select("carrier", "known_on"),
        *(mentions.carrier_links.select(carrier=end, known_on="known_on") for end in ("older", "younger")),
    ]
    waiting = (
        pl.concat(referring)
        .group_by("carrier")
        .agg(pl.col("known_on").min())
        .join(mentions.carrier_references.filter("is_placeholder").select("carrier"), on="carrier", how="semi")
        .join(known, on="carrier", how="anti")
        .with_columns(is_placeholder=pl.lit(value=True))
    )
    both = pl.concat([known, waiting], how="diagonal").join(_possibly_succeeds(mentions), on="carrier", how="left")
    return _node(both, NodeKind.CARRIER, "carrier", [*said, "members", "is_placeholder", *_POSSIBLE])


def _possibly_succeeds(mentions: Mentions) -> pl.DataFrame:
    """Frame carrier, possibly_succeeds, and the day each was known: told on the node, where nothing scores it."""
    possible = mentions.reopened.filter((pl.col("likelihood") == Likelihood.POSSIBLE.value) & pl.col("is_ordered"))
    ordered = possible.sort("younger", "older").group_by(pl.col("younger").alias("carrier"), maintain_order=True)
    days = pl.col("known_on").cast(pl.String).fill_null("")
    return ordered.agg(pl.col("older").alias(_POSSIBLE[0]), days.alias(_POSSIBLE[1]))


def _vehicles(vehicles: pl.DataFrame) -> pl.DataFrame:
    said = ["vin", "vin_quality", "plate", "plate_jurisdiction"]
    # A row that gives the vehicle's own number tells of it before one with a slip in it.
    is_own = (pl.col("vin") == pl.col("vehicle")).fill_null(value=False)
    ordered = vehicles.drop_nulls("vehicle").sort(~is_own, "key")
    known = ordered.group_by("vehicle", maintain_order=True)
    grouped = known.agg(pl.col("known_on").min(), *(pl.col(column).drop_nulls().first() for column in said))
    return _node(grouped, NodeKind.VEHICLE, "vehicle", said)


def _addresses(people: pl.DataFrame) -> pl.DataFrame:
    said = ["address", "city", "region", "postal_code", "country"]
    homes = people.drop_nulls("address_key").sort("key").group_by("address_key", maintain_order=True)
    grouped = homes.agg(pl.col("known_on").min(), *(pl.col(column).drop_nulls().first() for column in said))
    return _node(grouped, NodeKind.ADDRESS, "address_key", said)


def _events(events: pl.DataFrame) -> pl.DataFrame:
    said = [
        "incident_id",
        "event_type",
        "code",
        "event_date",
        "severity",
        "status",
        "description",
        "port_code",
        "source",
        "quality",
    ]
    return _node(events, NodeKind.EVENT, "key", said)
