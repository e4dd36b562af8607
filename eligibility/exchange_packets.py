"""The packet that puts one question about one driver to a partner: what it needs to find the person, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from linkage.standardise.facts import ANSWERS

REPEAT = (
    "given_name",
    "surname",
    "second_surname",
    "birth_date",
    "curp",
    "licence_number",
    "licence_jurisdiction",
    "fast_id",
)
"""What an answer should repeat of the person that was looked up; an answer that repeats none of it covers nobody."""
COLUMNS = (
    *("request_id", "partner", "record_type", "purpose", "legal_basis", "asked_on", "due_on"),
    *("given_name", "surname", "second_surname", "birth_date", "identifier", "identifier_value", "identifier_issuer"),
)
"""Columns of the packets as CSV."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Identifier(_Part):
    """One number that the partner's own registers know the person by."""

    kind: str = Field(description="curp, licence, fast_id and so on")
    value: str = Field(min_length=1, description="as printed")
    issuer: str | None = Field(default=None, description="who issued a licence: a state, a province, FED")


class Subject(_Part):
    """Who is asked about: a name with a birth date, an identifier, or both."""

    given_name: str | None = None
    surname: str = Field(min_length=1)
    second_surname: str | None = None
    birth_date: date | None = None
    identifier: Identifier | None = None


class Packet(_Part):
    """One request: what is asked, why, by what right, until when, and about whom."""

    request_id: Annotated[
        str, Field(pattern=r"^R[0-9]{6,}-[0-9]{2}$", description="two check digits, ISO 7064 MOD 97-10")
    ]
    partner: Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="whose records are asked for")]
    record_type: str
    purpose: str = Field(min_length=1)
    legal_basis: str = Field(min_length=1)
    asked_on: date
    due_on: date
    subject: Subject
    answers: tuple[str, ...] = Field(default=ANSWERS, description="words an answer may be")
    repeat: tuple[str, ...] = Field(default=REPEAT, description="what the answer should repeat of the person looked up")


class PacketFile(_Part):
    """A file of packets for a partner."""

    packets: tuple[Packet, ...]


def packet_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a file of packets."""
    told = PacketFile.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **told}


def packet_row(packet: Packet) -> dict[str, Any]:
    """The packet as one row of COLUMNS."""
    document = packet.model_dump(mode="json", exclude={"answers", "repeat"})
    subject: Mapping[str, Any] = document.pop("subject")
    identifier = subject["identifier"] or {}
    flat = {name: value for name, value in subject.items() if name != "identifier"}
    found = {
        "identifier": identifier.get("kind"),
        "identifier_value": identifier.get("value"),
        "identifier_issuer": identifier.get("issuer"),
    }
    row = document | flat | found
    return {name: row[name] for name in COLUMNS}


def packet_file(packets: Iterable[str]) -> PacketFile:
    """Packets as the ledger keeps them, as one file."""
    return PacketFile(packets=tuple(Packet.model_validate_json(text) for text in packets))
