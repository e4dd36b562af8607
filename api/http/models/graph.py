"""Answers about the graph around people."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

_NODE: dict[str, JsonValue] = {
    "kind": "Identity",
    "key": "D-5VC6K34XQD",
    "known_on": "2026-06-30",
    "props": {"name": "Ángela Núñez"},
    "hops": 0,
    "degree": 4,
}
_EDGE: dict[str, JsonValue] = {
    "kind": "DROVE",
    "src_kind": "Identity",
    "src": "D-5VC6K34XQD",
    "dst_kind": "Vehicle",
    "dst": "1FUJGLDR9CSBM7213",
    "record": "US/i-17",
    "first_seen": "2026-01-02",
    "last_seen": "2026-02-03",
    "known_on": "2026-06-30",
    "confidence": 0.98,
    "props": None,
}


class GraphNode(BaseModel):
    """One node, `hops` edges away from the driver, with `degree` edges in all."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [_NODE]})

    kind: str
    key: str
    known_on: str | None
    props: dict[str, Any] | None
    hops: int
    degree: int


class GraphEdge(BaseModel):
    """One edge with the record it rests on, its days, and how sure it is."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [_EDGE]})

    kind: str
    src_kind: str
    src: str
    dst_kind: str
    dst: str
    record: str | None
    first_seen: str | None
    last_seen: str | None
    known_on: str | None
    confidence: float | None


class Hub(BaseModel):
    """A node with so many edges that it says nothing of the people at it; it is shown and not walked through."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [{"kind": "Phone", "key": "+15125550101"}]})

    kind: str
    key: str
    degree: int


class Around(BaseModel):
    """What lies around a driver, nearest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "identity_id": "D-5VC6K34XQD",
                    "hops": 1,
                    "nodes": [_NODE],
                    "edges": [_EDGE],
                    "hubs": [],
                    "left_out": 12,
                    "truncated": True,
                    "notice": "12 more within reach are not shown: ask for a higher limit or fewer hops",
                }
            ]
        }
    )

    identity_id: str
    hops: int
    nodes: list[GraphNode]
    edges: list[GraphEdge]
    hubs: list[Hub]
    left_out: int
    truncated: bool
    notice: Annotated[str | None, Field(description="What is not shown, in words.")]


class Place(BaseModel):
    """A node by its kind and key."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "Identity", "key": "D-5VC6K34XQD"}]})

    kind: str
    key: str


class RouteView(BaseModel):
    """One route."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"hops": 2, "nodes": []}]})

    hops: int
    nodes: list[Place]


class PathsView(BaseModel):
    """Routes between two drivers, the shortest first; none goes through a hub."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "from": {"kind": "Identity", "key": "D-5VC6K34XQD"},
                    "to": {"kind": "Identity", "key": "D-JHHKB3A2VZ"},
                    "hops": None,
                    "routes": [],
                    "nodes": [],
                    "edges": [],
                    "hubs": [],
                    "searched_hops": 6,
                    "looked_at": 40,
                    "truncated": False,
                    "truncated_by": [],
                    "notice": None,
                    "unknown": [],
                }
            ]
        },
    )

    from_: Annotated[Place, Field(alias="from")]
    to: Place
    hops: int | None
    routes: list[RouteView]
    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]]
    hubs: list[Hub]
    searched_hops: int
    looked_at: int
    truncated: bool
    truncated_by: list[str]
    notice: Annotated[str | None, Field(description="Why there may be routes that are not given, in words.")]
    unknown: list[Place]
