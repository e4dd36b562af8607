"""The reconciliation protocol's own shapes, with examples of invented people."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, RootModel

from api.http.models.match import MOST_CANDIDATES, MOST_RECORDS
from api.reconcile import DEFAULT_LIMIT, PERSON_TYPE, ReconQuery

Text = Annotated[str, Field(max_length=1000)]


class EntityValue(BaseModel):
    """A value that was reconciled itself before."""

    id: Text
    name: Text | None = None


Value = Text | bool | float | EntityValue
_BATCH: dict[str, JsonValue] = {
    "q0": {
        "query": "Núñez Zambudio Ángela",
        "type": "person",
        "limit": 3,
        "properties": [{"pid": "birth_date", "v": "1971-03-04"}, {"pid": "country", "v": "MX"}],
    }
}


class QueryProperty(BaseModel):
    """A column beside the one that is reconciled."""

    pid: Annotated[str, Field(max_length=100)]
    v: Value | Annotated[list[Value], Field(max_length=100)]

    def text(self) -> str:
        """The value as a cell would show it; of several the first that says anything."""
        values = self.v if isinstance(self.v, list) else [self.v]
        return next((text for value in values if (text := _shown(value).strip())), "")


class RowQuery(BaseModel):
    """One row."""

    model_config = ConfigDict(extra="forbid")

    query: Text = ""
    type: Text | Annotated[list[Text], Field(max_length=100)] | None = None
    limit: Annotated[float, Field(ge=1)] = DEFAULT_LIMIT
    properties: Annotated[list[QueryProperty], Field(max_length=100)] = Field(default_factory=list)
    type_strict: Literal["any", "should", "all"] | None = None

    def asked(self, known: frozenset[str]) -> ReconQuery:
        """The query in terms of records; properties that there are not say nothing."""
        types = [self.type] if isinstance(self.type, str) else self.type or [PERSON_TYPE["id"]]
        stated = {p.pid: text for p in self.properties if p.pid in known and (text := p.text())}
        limit = int(min(self.limit, MOST_CANDIDATES))
        return ReconQuery(self.query.strip(), stated, PERSON_TYPE["id"] in types, limit)


class Batch(RootModel[Annotated[dict[str, RowQuery], Field(max_length=MOST_RECORDS)]]):
    """Rows by keys of the client's choice."""

    model_config = ConfigDict(json_schema_extra={"examples": [_BATCH]})


class EntityType(BaseModel):
    """A type of thing."""

    id: str
    name: str


class Feature(BaseModel):
    """One figure behind a candidate: bits in all, before anything was compared, or of one attribute."""

    id: str
    value: float


class ReconCandidate(BaseModel):
    """One person."""

    id: str
    name: str
    description: str
    type: list[EntityType]
    score: Annotated[float, Field(description="100 x the probability that the row is of this person.")]
    match: Annotated[bool, Field(description="Whether a load would put the row into this identity and no other.")]
    features: list[Feature]


class ReconResult(BaseModel):
    """The candidates of one row, likeliest first."""

    result: list[ReconCandidate]


class ReconAnswer(RootModel[dict[str, ReconResult]]):
    """Results by the keys of the queries."""


class Suggested(BaseModel):
    """Properties or types whose name begins so."""

    result: list[EntityType]


class Manifest(BaseModel):
    """What the service is and can do."""

    model_config = ConfigDict(extra="allow")

    versions: list[str]
    name: str
    identifierSpace: str  # noqa: N815 - names of the protocol
    schemaSpace: str  # noqa: N815
    defaultTypes: list[EntityType]  # noqa: N815
    batchSize: int  # noqa: N815
    authentication: dict[str, Any]
    view: dict[str, Any]
    preview: dict[str, Any]
    suggest: dict[str, Any]


def _shown(value: str | bool | float | EntityValue) -> str:  # noqa: FBT001 - what JSON may hold
    if isinstance(value, EntityValue):
        return value.name or value.id
    if isinstance(value, str | bool):
        return str(value)
    return str(int(value)) if math.isfinite(value) and value == int(value) else str(value)
