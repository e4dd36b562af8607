"""Requests and answers of the routes that show drivers, with examples of invented people."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from api.search import MAX_TEXT

_HIT: dict[str, JsonValue] = {
    "identity_id": "d-4f1c9a",
    "name": "Ángela Núñez",
    "birth_date": "1971-01-01",
    "countries": ["MX", "US"],
    "records": 2,
    "score": 18.1,
    "band": "look",
}


class SearchRequest(BaseModel):
    """Text, or fields that must all hold; in the body, so that no name is part of a URL."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"text": "Nuñez Angela"}]})

    text: Annotated[str, Field(max_length=MAX_TEXT)] = ""
    name: Annotated[str, Field(max_length=MAX_TEXT)] = ""
    birth_date: Annotated[str, Field(pattern=r"^(\d{4}(-\d{2}(-\d{2})?)?)?$")] = ""
    identifier: Annotated[str, Field(max_length=MAX_TEXT)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 20

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not (self.text.strip() or self.name.strip() or self.birth_date or self.identifier.strip()):
            message = "give text, name, birth_date or identifier"
            raise ValueError(message)
        return self


class LookupRequest(BaseModel):
    """A record by its own key, whatever characters it holds."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"source": "MX", "record_id": "A/17"}]})

    source: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
    record_id: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]


class DriverLine(BaseModel):
    """One driver of a list."""

    model_config = ConfigDict(json_schema_extra={"examples": [_HIT]})

    identity_id: str
    name: str
    birth_date: str | None
    countries: list[str]
    records: int
    score: Annotated[float | None, Field(description="0-100; orders queues only.")]
    band: str | None


class SearchHit(DriverLine):
    """One driver that a search found."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_HIT, "matched_on": ["name"]}]})

    matched_on: list[str]


class SearchAnswer(BaseModel):
    """Hits, best first."""

    query: str
    hits: list[SearchHit]
    total: int
    is_cut: bool = Field(description="There are more than `total`: not all who hold what was looked for were ranked.")


class DriverPage(BaseModel):
    """Some drivers of a list; follow `next_cursor` until it is null."""

    rows: list[DriverLine]
    next_cursor: str | None
    total: int
    as_of: str | None


class RecordView(BaseModel):
    """One source record: as received, and in standard form."""

    key: str
    source: str
    record_id: str
    country: str | None
    confidence: Annotated[float | None, Field(description="Calibrated probability that the record belongs here.")]
    known_on: str
    line: int | None
    raw: dict[str, Any]
    standard: dict[str, Any]
    suspect: list[str]


class ScoreView(BaseModel):
    """Figures of one driver; `own` and `linked` are what a person sees, `score` orders queues only."""

    score: float
    band: str
    own: float
    linked: float
    linked_band: str
    linked_with_possible: float
    as_of: str
    policy: str


class StoredScore(ScoreView):
    """The stored score of one driver."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "identity_id": "D-4F1C9A2B3C",
                    "score": 18.1,
                    "band": "look",
                    "own": 0.0,
                    "linked": 18.1,
                    "linked_band": "look",
                    "linked_with_possible": 18.1,
                    "as_of": "2026-06-30",
                    "policy": "1+0a1b2c3d",
                }
            ]
        }
    )

    identity_id: str


class DriverView(BaseModel):
    """One driver: the `show` document."""

    identity_id: str
    former_ids: list[str]
    records: list[RecordView]
    attributes: list[dict[str, Any]]
    events: list[dict[str, Any]]
    enrolment: dict[str, Any] | None
    coverage: Any
    score: ScoreView | None
    weakest_link: dict[str, Any] | None
    possible_links: list[dict[str, Any]]
    history: list[dict[str, Any]]


class RiskPart(BaseModel):
    """One of the two figures; the points of its contributions add up to `points`."""

    score: float
    points: float
    contributions: list[dict[str, Any]]


class RiskView(BaseModel):
    """Own and linked risk of one driver: the `risk` document."""

    model_config = ConfigDict(extra="allow")

    identity_id: str
    score: float
    band: str
    own: RiskPart
    linked: RiskPart
    linked_band: str
    linked_with_possible: float
    associates: list[Any]
    events_counted: list[Any]
    own_events: list[Any]
    discounted_hubs: list[Any]
    context: dict[str, Any]
    coverage: Any
    as_of: str
    policy: str
