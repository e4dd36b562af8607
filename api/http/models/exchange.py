"""Requests and answers about what partner countries are asked."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from api.http.models.acts import Because, ReasonText, ReferenceText
from api.http.models.days import Day

_PARTNER = Annotated[str, Field(pattern="^[A-Z]{2}$", description="Country asked, such as MX.")]
_REQUEST_ID = Annotated[str, Field(max_length=40, pattern="^R[0-9]{6,}-[0-9]{2}$")]
_TODAY = Field(description="The day it is done; the day of the scores by default.")
_ANSWER: dict[str, JsonValue] = {
    "source": "MX",
    "request_id": "R000001-09",
    "record_id": "77",
    "answer": "clear",
    "as_of": "2026-07-02",
    "legal_basis": "agreement",
    "surname": "Núñez",
    "birth_date": "1971-01-01",
}
_ROW: dict[str, JsonValue] = {
    "request_id": "R000001-09",
    "partner": "MX",
    "record_type": "criminal",
    "identity_id": "D-5VC6K34XQD",
    "state": "open",
    "asked_on": "2026-06-30",
    "due_on": "2026-07-30",
    "answer": None,
}


class RequestRow(BaseModel):
    """One request to a partner and how it stands."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [_ROW]})

    request_id: str
    partner: str
    record_type: str
    identity_id: str
    state: str
    asked_on: str
    due_on: str
    answer: str | None


class RequestPage(BaseModel):
    """Some requests, the oldest first; follow `next_cursor` until it is null."""

    rows: list[RequestRow]
    next_cursor: str | None
    total: int
    as_of: str
    counts: dict[str, int]
    set_aside: Annotated[list[dict[str, Any]], Field(description="Answers that could not be used.")]


class RequestList(BaseModel):
    """Requests that something was done to."""

    model_config = ConfigDict(extra="allow")

    rows: list[RequestRow]
    as_of: str
    counts: dict[str, int]


class AskPartner(Because):
    """Which gaps to put to a partner."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"partner": "MX", "reason": "renewal in May"}]})

    partner: _PARTNER
    record_type: Annotated[str, Field(max_length=40, pattern="^[a-z_]+$")] | None = None
    driver: ReferenceText | None = None
    limit: Annotated[int, Field(ge=1, le=500, description="Requests made at most, the oldest gaps first.")] = 100
    today: Annotated[Day | None, _TODAY] = None


class Chase(Because):
    """Which overdue requests to chase."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"partner": "MX", "reason": "a week late"}]})

    partner: _PARTNER | None = None
    today: Annotated[Day | None, _TODAY] = None


class ExportPackets(Because):
    """Whose packets are told to a partner: of these requests, or of all that wait for an answer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"partner": "MX", "reason": "sent by the liaison"}]})

    partner: _PARTNER
    request_ids: Annotated[list[_REQUEST_ID], Field(max_length=500, default_factory=list)]
    today: Annotated[Day | None, _TODAY] = None


class PartnerAnswer(BaseModel):
    """One answer of a partner, with what it looked up, as it was sent."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_ANSWER]})

    source: Annotated[str, Field(min_length=1, max_length=100)]
    request_id: Annotated[str, Field(min_length=1, max_length=100)]
    record_id: Annotated[str, Field(max_length=500)] = ""
    answer: Annotated[str, Field(min_length=1, max_length=40)]
    as_of: Annotated[str, Field(max_length=10)] = ""
    legal_basis: Annotated[str, Field(max_length=500)] = ""
    country: Annotated[str, Field(max_length=10)] = ""
    record_type: Annotated[str, Field(max_length=40)] = ""
    given_name: Annotated[str, Field(max_length=300)] = ""
    surname: Annotated[str, Field(max_length=300)] = ""
    second_surname: Annotated[str, Field(max_length=300)] = ""
    full_name: Annotated[str, Field(max_length=300)] = ""
    birth_date: Annotated[str, Field(max_length=10)] = ""
    curp: Annotated[str, Field(max_length=40)] = ""
    licence_number: Annotated[str, Field(max_length=60)] = ""
    licence_jurisdiction: Annotated[str, Field(max_length=20)] = ""
    fast_id: Annotated[str, Field(max_length=40)] = ""
    received_on: Annotated[str, Field(max_length=10)] = ""


class TakeAnswers(BaseModel):
    """Answers of partners to take in; the same ones again bring nothing."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"answers": [_ANSWER]}]})

    answers: Annotated[list[PartnerAnswer], Field(min_length=1, max_length=500)]
    reason: ReasonText = "answers of a partner taken in"
    today: Annotated[Day | None, _TODAY] = None


class Taken(RequestList):
    """The requests that the answers name, what is made of each answer, and the `load` document."""

    answers: list[dict[str, Any]]
    load: dict[str, Any]
