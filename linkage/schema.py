"""The frames that stages share: one schema a kind of row, checked at every boundary.

A *fact* is one standardised mention that a source row made: of a person, a carrier, an event and so on. All facts
carry the columns of `FACT`; each kind adds its own. Keys are `source/record_id` and alike, unique within a kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from linkage.errors import SchemaError


class Kind(StrEnum):
    """What a source row may mention."""

    PERSON = "person"
    CARRIER = "carrier"
    VEHICLE = "vehicle"
    EMPLOYMENT = "employment"
    DRIVING = "driving"
    CARRIER_LINK = "carrier_link"
    EVENT = "event"
    ASSOCIATION = "association"
    CHECK = "check"
    ENROLMENT = "enrolment"
    CROSSING = "crossing"
    DECISION = "decision"
    PARTNER_ANSWER = "partner_answer"
    PORT_VOLUME = "port_volume"


class Quality(StrEnum):
    """State of one value: only `valid` is evidence by itself; the last two are treated as missing."""

    VALID = "valid"
    SUSPECT = "suspect"
    MALFORMED = "malformed"
    PLACEHOLDER = "placeholder"


class Verdict(StrEnum):
    """Answer to "are these two one person?"."""

    SAME = "same"
    POSSIBLE = "possible"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class FrameSchema:
    """Named columns of one frame.

    Args:
        name: stage or kind, used in errors.
        columns: column name to Polars type, in order.
    """

    name: str
    columns: dict[str, pl.DataType | type[pl.DataType]]

    def without(self, *names: str) -> list[str]:
        """The columns but for the named ones, in order."""
        return [column for column in self.columns if column not in names]

    def empty(self, *names: str) -> pl.DataFrame:
        """A frame with these columns, or with the named ones of them, and no row."""
        return pl.DataFrame(schema={name: self.columns[name] for name in names or self.columns})

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with exactly these columns, in order; absent ones are added as null.

        Raises:
            SchemaError: a column has a type that cannot be cast.
        """
        if list(frame.schema.items()) == list(self.columns.items()):
            return frame
        try:
            return frame.select(
                (pl.col(name) if name in frame.columns else pl.lit(None)).cast(dtype).alias(name)
                for name, dtype in self.columns.items()
            )
        except pl.exceptions.PolarsError as error:
            raise SchemaError(self.name, "?", "castable", str(error)[:120]) from error

    def check(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame itself, once every column was found to be there in its type.

        Raises:
            SchemaError: a column is missing or has another type.
        """
        for name, dtype in self.columns.items():
            actual = frame.schema.get(name)
            if actual != dtype:
                raise SchemaError(self.name, name, str(dtype), str(actual))
        return frame


_STR = pl.String
_DATE = pl.Date

FACT: dict[str, pl.DataType | type[pl.DataType]] = {
    "key": _STR,  # unique within the kind; "source/record_id" for people
    "source": _STR,
    "file": pl.Int32,  # ordinal of the file within its load, from 0
    "line": pl.Int64,  # physical line where the row starts, header = 1
    "known_on": _DATE,  # received_on where the source gives it, else the load day
    "raw": _STR,  # JSON object: attribute -> text as received
    "content": pl.UInt64,  # hash of the attributes as received; equal content is no correction
}

IDENTIFIERS: tuple[str, ...] = (
    "curp",
    "rfc",
    "clave_elector",
    "fast_id",
    "licence",
    "passport",
    "ssn4",
    "national_id",
    "alien_number",
    "uci",
    "tax_id",
)
"""Person identifiers in the form they are compared in; issuer first where it matters ("TX:31882047")."""

PERSON = FrameSchema(
    "person",
    FACT
    | {
        "record_id": _STR,
        "country": _STR,  # US, MX, CA or as received
        "entity_type": _STR,  # person | organization
        "given_name": _STR,  # as received, trimmed, fillers null
        "surname": _STR,
        "second_surname": _STR,
        "name_given": _STR,  # folded given tokens, space between: "JEAN ETIENNE"
        "name_surname": _STR,  # folded surname tokens, paternal first: "QUIROGA ZAMBUDIO"
        "name_suffix": _STR,  # JR SR II III IV, where stated
        "name_alt": pl.List(_STR),  # other readings and aliases, each "GIVEN TOKENS|SURNAME TOKENS"
        "birth_date": _STR,  # ISO to its precision: 1980, 1980-05, 1980-05-31
        "birth_date_alt": _STR,  # other reading where the order of day and month is unknown
        "sex": _STR,  # M F X
        **dict.fromkeys(IDENTIFIERS, _STR),
        "licence_number": _STR,  # as printed, upper-case, zeros kept
        "licence_jurisdiction": _STR,
        "phone": _STR,  # E.164
        "email": _STR,  # lower-case address only
        "address": _STR,  # as received
        "city": _STR,
        "region": _STR,
        "postal_code": _STR,
        "address_key": _STR,  # one door: equal keys are one address; null where no place is named
        "address_near": _STR,  # tokens of the address for approximate comparison
        "city_key": _STR,  # folded city name
        "employer": _STR,  # folded words of the employer's name, legal form removed
        "suspect": pl.List(_STR),  # attributes whose value fails its check digit
        "is_derogatory": pl.Boolean,
    },
)

CARRIER = FrameSchema(
    "carrier",
    FACT
    | {
        "carrier_id": _STR,
        "name": _STR,
        "name_key": _STR,  # folded, legal form removed
        "country": _STR,
        "usdot": _STR,
        "docket": _STR,
        "rfc": _STR,
        "scac": _STR,
        "address": _STR,
        "address_key": _STR,
        "city": _STR,
        "region": _STR,
        "postal_code": _STR,
        "phone": _STR,
        "officers": _STR,
        "status": _STR,
        "revoked_on": _DATE,
        "registered_on": _DATE,  # day of entry, such as FMCSA's ADD_DATE
    },
)

VEHICLE = FrameSchema(
    "vehicle",
    FACT
    | {
        "vin": _STR,
        "vin_quality": _STR,
        "plate": _STR,
        "plate_jurisdiction": _STR,
        "carrier_key": _STR,
    },
)

EMPLOYMENT = FrameSchema(
    "employment",
    FACT | {"record_key": _STR, "carrier_key": _STR, "start_date": _DATE, "end_date": _DATE},
)

DRIVING = FrameSchema("driving", FACT | {"record_key": _STR, "vin": _STR, "vin_quality": _STR, "date": _DATE})

CARRIER_LINK = FrameSchema("carrier_link", FACT | {"carrier_key": _STR, "successor_key": _STR, "since": _DATE})

EVENT = FrameSchema(
    "event",
    FACT
    | {
        "event_id": _STR,
        "record_key": _STR,  # null where the event names no person
        "incident_id": _STR,  # "source/incident_id"; the event's own key where none is given
        "event_type": _STR,
        "code": _STR,  # of the violations table, null where unmapped
        "event_date": _DATE,
        "severity": pl.Float64,
        "description": _STR,
        "status": _STR,
        "vin": _STR,
        "carrier_key": _STR,
        "port_code": _STR,
        "received_on": _DATE,
        "quality": _STR,
    },
)

ASSOCIATION = FrameSchema(
    "association",
    FACT
    | {
        "a": _STR,
        "b": _STR,
        "association_kind": _STR,
        "start_date": _DATE,
        "end_date": _DATE,
        "quality": _STR,
    },
)

CHECK = FrameSchema(
    "check",
    FACT
    | {
        "record_key": _STR,
        "country": _STR,
        "record_type": _STR,
        "checked_on": _DATE,
        "result": _STR,
        "legal_basis": _STR,
    },
)

ENROLMENT = FrameSchema(
    "enrolment",
    FACT
    | {
        "record_key": _STR,
        "fast_id": _STR,
        "status": _STR,
        "enrolled_on": _DATE,
        "expires_on": _DATE,
        "last_vetted_on": _DATE,
        "citizenship": _STR,
        "residence": _STR,
        "approved_by": _STR,
    },
)

CROSSING = FrameSchema(
    "crossing",
    FACT
    | {
        "crossing_id": _STR,
        "record_key": _STR,
        "date": _DATE,
        "port_code": _STR,
        "crossing": _STR,
        "is_fast": pl.Boolean,
        "exam": _STR,
        "result": _STR,
        "is_laden": pl.Boolean,
        "commodity": _STR,
    },
)

DECISION = FrameSchema(
    "decision",
    FACT | {"a": _STR, "b": _STR, "judgement": _STR, "reason": _STR, "by": _STR, "at": _STR},
)

PARTNER_ANSWER = FrameSchema(
    "partner_answer",
    FACT
    | {
        "request_id": _STR,
        "record_key": _STR,  # the record that the partner says it found the person under
        "answer": _STR,
        "as_of": _DATE,
        "legal_basis": _STR,
        "country": _STR,  # whose records were looked at, where the partner repeats it; record_type likewise
        "record_type": _STR,
        **dict.fromkeys(  # whom the partner says it looked up, in the form of PERSON
            ("name_given", "name_surname", "birth_date", "birth_date_alt", "curp", "fast_id", "licence"), _STR
        ),
        "name_alt": pl.List(_STR),
        "suspect": pl.List(_STR),
    },
)

PORT_VOLUME = FrameSchema(
    "port_volume",
    FACT
    | {
        "port_code": _STR,
        "port_name": _STR,
        "border": _STR,
        "month": _STR,
        "measure": _STR,
        "value": pl.Int64,
    },
)

FACTS: dict[Kind, FrameSchema] = {
    Kind.PERSON: PERSON,
    Kind.CARRIER: CARRIER,
    Kind.VEHICLE: VEHICLE,
    Kind.EMPLOYMENT: EMPLOYMENT,
    Kind.DRIVING: DRIVING,
    Kind.CARRIER_LINK: CARRIER_LINK,
    Kind.EVENT: EVENT,
    Kind.ASSOCIATION: ASSOCIATION,
    Kind.CHECK: CHECK,
    Kind.ENROLMENT: ENROLMENT,
    Kind.CROSSING: CROSSING,
    Kind.DECISION: DECISION,
    Kind.PARTNER_ANSWER: PARTNER_ANSWER,
    Kind.PORT_VOLUME: PORT_VOLUME,
}

ISSUE = FrameSchema(
    "issue",
    {
        "file": pl.Int32,
        "line": pl.Int64,
        "column": _STR,  # the file's own column name; null for the row as a whole
        "rule": _STR,
        "message": _STR,
    },
)
"""One rejected row or one warning. Messages hold no personal data."""

MEMBERSHIP = FrameSchema("membership", {"record_key": _STR, "identity_id": _STR, "confidence": pl.Float64})
"""Which identity each person record belongs to, with the calibrated probability that it does."""

SCORED_PAIR = FrameSchema(
    "scored_pair",
    {"record_l": _STR, "record_r": _STR, "match_weight": pl.Float64, "match_probability": pl.Float64},
)
"""One compared pair of person records, `record_l < record_r`; weight in bits."""
