"""Requests and answers of `POST match`, with examples of invented people."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

MOST_RECORDS = 500
MOST_CANDIDATES = 50
Text = Annotated[str | None, Field(max_length=1000)]

_RECORD: dict[str, JsonValue] = {
    "given_name": "Ángela",
    "surname": "Núñez Zambudio",
    "birth_date": "1971-03-04",
    "licence_number": "31882047",
    "licence_jurisdiction": "TX",
    "country": "US",
}


class DateOrder(StrEnum):
    """How a date without words is written; unknown keeps both readings of an ambiguous one."""

    YMD = "YMD"
    DMY = "DMY"
    MDY = "MDY"
    UNKNOWN = "unknown"


class StatedRecord(BaseModel):
    """A record, by the columns of the source `drivers`; all is text as received, and all of it may be left out."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_RECORD]})

    source: Text = None
    record_id: Text = None
    country: Text = None
    given_name: Text = None
    middle_name: Text = None
    surname: Text = None
    second_surname: Text = None
    suffix: Text = None
    full_name: Text = None
    native_name: Text = None
    alias: Text = None
    birth_date: Text = None
    sex: Text = None
    curp: Text = None
    rfc: Text = None
    clave_elector: Text = None
    licence_number: Text = None
    license_number: Text = None
    licence_jurisdiction: Text = None
    license_jurisdiction: Text = None
    fast_id: Text = None
    passport_number: Text = None
    passport_country: Text = None
    ssn: Text = None
    national_id: Text = None
    national_id_country: Text = None
    tax_id: Text = None
    alien_number: Text = None
    uci: Text = None
    phone: Text = None
    email: Text = None
    address: Text = None
    city: Text = None
    region: Text = None
    postal_code: Text = None
    entity_type: Text = None
    name_org: Text = None
    received_on: Text = None


class MatchRequest(BaseModel):
    """A record, or up to 500; in the body, so that nobody is part of a URL."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"records": [_RECORD], "most": 3}]})

    record: StatedRecord | None = None
    records: Annotated[list[StatedRecord] | None, Field(max_length=MOST_RECORDS)] = None
    most: Annotated[int, Field(ge=1, le=MOST_CANDIDATES, description="Candidates to tell of a record.")] = 10
    date_order: Annotated[DateOrder, Field(description="How `birth_date` is written.")] = DateOrder.YMD

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.record is None) == (self.records is None):
            message = "give either record or records"
            raise ValueError(message)
        return self

    def stated(self) -> list[dict[str, str | None]]:
        """The records as given, without the fields that nobody gave."""
        given = [self.record] if self.record is not None else self.records or []
        return [record.model_dump(exclude_unset=True) for record in given]


class BitsRow(BaseModel):
    """What one attribute says: log2 of how much likelier its agreement is if the two are one person."""

    attribute: str
    level: str
    bits: float
    left: Annotated[str | None, Field(description="Of the record in the request.")]
    right: Annotated[str | None, Field(description="Of the stored record.")]
    note: str
    record: str | None = None


class CandidateView(BaseModel):
    """A stored record that the one in the request may be."""

    identity_id: str
    record: Annotated[str, Field(description="source/record_id")]
    verdict: Annotated[str, Field(description="What `why` would call the two after a load: same, possible, different.")]
    probability: float
    bits: Annotated[float, Field(description="`prior_bits` and those of the attributes, added up.")]
    prior_bits: float
    by_attribute: list[BitsRow]
    conflicts: list[str]


class Remark(BaseModel):
    """A value that says nothing, or a record that no load would take; never the value itself."""

    column: str | None
    rule: str
    message: str


class RecordAnswer(BaseModel):
    """The candidates of one record, likeliest first."""

    candidates: list[CandidateView]
    truncated: bool
    rejected: list[Remark]
    warned: list[Remark]


_ANSWER: dict[str, Any] = {
    "load": 41,
    "newest_load": 41,
    "model": "driver-1",
    "rows": [
        {
            "candidates": [
                {
                    "identity_id": "d-4f1c9a",
                    "record": "US/17",
                    "verdict": "same",
                    "probability": 0.999,
                    "bits": 20.5,
                    "prior_bits": -17.0,
                    "by_attribute": [
                        {
                            "attribute": "licence",
                            "level": "exact",
                            "bits": 18.9,
                            "left": "TX 31882047",
                            "right": "TX 31882047",
                            "note": "",
                        }
                    ],
                    "conflicts": [],
                }
            ],
            "truncated": False,
            "rejected": [],
            "warned": [],
        }
    ],
    "truncated": False,
    "notice": None,
}


class MatchAnswer(BaseModel):
    """One row a record of the request, in its order."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ANSWER]})

    load: Annotated[int, Field(description="The load after which the records stood as they were matched against.")]
    newest_load: Annotated[
        int, Field(description="The newest load; where `load` is earlier, newer records are not in.")
    ]
    model: str
    rows: list[RecordAnswer]
    truncated: bool
    notice: str | None
