"""Kinds of nodes and edges, and the frames that hold them.

A node is named by its kind and key. An edge is named by its kind, both ends, the person record it rests on and its
first day: a driver who worked twice for one carrier has two edges. Keys are text and compared letter for letter.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from graph.errors import ConstraintViolation
from linkage.schema import FrameSchema


class NodeKind(StrEnum):
    """What a node stands for, and what its key is."""

    IDENTITY = "Identity"  # identity id
    RECORD = "Record"  # source/record_id of a person record
    CARRIER = "Carrier"  # smallest source/carrier_id of the records resolved into it
    VEHICLE = "Vehicle"  # VIN; source/VIN while its check digit fails; plate:JURISDICTION/PLATE without VIN
    ADDRESS = "Address"  # address key: one door
    PHONE = "Phone"  # E.164
    EVENT = "Event"  # source/event_id
    SOURCE = "Source"  # source name
    PORT = "Port"  # port code


class EdgeKind(StrEnum):
    """What an edge says; `ENDS` fixes the kinds of its two ends."""

    RECORD_OF = "RECORD_OF"
    POSSIBLY_SAME = "POSSIBLY_SAME"
    EMPLOYED_BY = "EMPLOYED_BY"
    DROVE = "DROVE"
    OPERATES = "OPERATES"
    LIVES_AT = "LIVES_AT"
    HAS_PHONE = "HAS_PHONE"
    COMMITTED = "COMMITTED"
    CITED_UNDER = "CITED_UNDER"
    IN_VEHICLE = "IN_VEHICLE"
    SUCCEEDS = "SUCCEEDS"
    ENROLLED = "ENROLLED"
    CROSSED_AT = "CROSSED_AT"
    ASSOCIATED_WITH = "ASSOCIATED_WITH"


ENDS: dict[EdgeKind, tuple[NodeKind, NodeKind]] = {
    EdgeKind.RECORD_OF: (NodeKind.RECORD, NodeKind.IDENTITY),
    EdgeKind.POSSIBLY_SAME: (NodeKind.IDENTITY, NodeKind.IDENTITY),  # src < dst
    EdgeKind.EMPLOYED_BY: (NodeKind.IDENTITY, NodeKind.CARRIER),  # one a stint
    EdgeKind.DROVE: (NodeKind.IDENTITY, NodeKind.VEHICLE),  # days counts distinct days
    EdgeKind.OPERATES: (NodeKind.CARRIER, NodeKind.VEHICLE),
    EdgeKind.LIVES_AT: (NodeKind.IDENTITY, NodeKind.ADDRESS),
    EdgeKind.HAS_PHONE: (NodeKind.IDENTITY, NodeKind.PHONE),
    EdgeKind.COMMITTED: (NodeKind.IDENTITY, NodeKind.EVENT),
    EdgeKind.CITED_UNDER: (NodeKind.EVENT, NodeKind.CARRIER),
    EdgeKind.IN_VEHICLE: (NodeKind.EVENT, NodeKind.VEHICLE),
    EdgeKind.SUCCEEDS: (NodeKind.CARRIER, NodeKind.CARRIER),  # src is the younger carrier
    EdgeKind.ENROLLED: (NodeKind.IDENTITY, NodeKind.SOURCE),
    EdgeKind.CROSSED_AT: (NodeKind.IDENTITY, NodeKind.PORT),
    EdgeKind.ASSOCIATED_WITH: (NodeKind.IDENTITY, NodeKind.IDENTITY),  # src < dst; declared, never scored
}

NODE_KEY: tuple[str, ...] = ("kind", "key")
EDGE_KEY: tuple[str, ...] = ("kind", "src_kind", "src", "dst_kind", "dst", "record", "first_seen")

NODE = FrameSchema(
    "node",
    {
        "kind": pl.String,
        "key": pl.String,
        "known_on": pl.Date,  # first day any fact behind it was known
        "props": pl.String,  # JSON object, null when there is nothing to say
    },
)

EDGE = FrameSchema(
    "edge",
    {
        "kind": pl.String,
        "src_kind": pl.String,
        "src": pl.String,
        "dst_kind": pl.String,
        "dst": pl.String,
        "record": pl.String,  # person record the edge rests on; "" where it rests on none
        "first_seen": pl.Date,  # null: undated
        "last_seen": pl.Date,  # null with a first day: still open
        "confidence": pl.Float64,  # probability in [0, 1] that the edge is this person's or true
        "known_on": pl.Date,  # day the facts behind it were known
        "days": pl.Int32,  # distinct days behind it, where it sums up dated sightings
        "props": pl.String,  # JSON object, null when there is nothing to say
    },
)


def check_ends(edges: pl.DataFrame) -> pl.DataFrame:
    """The edges themselves, once every one was found to be of a known kind and to join the kinds that it may.

    Raises:
        ConstraintViolation: an edge of an unknown kind, or between the wrong kinds of nodes.
    """
    for kind, src_kind, dst_kind in edges.select("kind", "src_kind", "dst_kind").unique().sort("kind").iter_rows():
        if kind not in EdgeKind.__members__ or ENDS[EdgeKind(kind)] != (src_kind, dst_kind):
            raise ConstraintViolation("edge-joins-the-right-kinds", str(kind))
    return edges


@dataclass(frozen=True, slots=True)
class Projection:
    """A whole graph as two frames, each sorted by its key.

    Args:
        nodes: frame NODE, unique by NODE_KEY.
        edges: frame EDGE, unique by EDGE_KEY; both ends are nodes.
    """

    nodes: pl.DataFrame
    edges: pl.DataFrame

    @classmethod
    def empty(cls) -> Projection:
        """The graph without nodes."""
        return cls(NODE.empty(), EDGE.empty())


@dataclass(frozen=True, slots=True)
class GraphChange:
    """What turns one graph into another; applying it twice is the same as once.

    Args:
        nodes_removed: frame with NODE_KEY columns at least.
        nodes_set: frame NODE, new or changed.
        edges_removed: frame with EDGE_KEY columns at least.
        edges_set: frame EDGE, new or changed.
    """

    nodes_removed: pl.DataFrame
    nodes_set: pl.DataFrame
    edges_removed: pl.DataFrame
    edges_set: pl.DataFrame

    @property
    def rows(self) -> int:
        """Nodes and edges that are set or removed."""
        return self.nodes_removed.height + self.nodes_set.height + self.edges_removed.height + self.edges_set.height

    @property
    def is_empty(self) -> bool:
        """True when nothing would change."""
        return not self.rows
