"""What each kind of mention may say about its thing, and which attributes make its key."""

from __future__ import annotations

from dataclasses import dataclass

from linkage.schema import Kind


@dataclass(frozen=True, slots=True)
class KindAttributes:
    """Attributes of one kind of mention.

    Args:
        keys: without one of these a row names nothing, so a file must hold them all.
        others: all else that a manifest may map.
    """

    keys: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Keys first, then the others, in the order they are documented in."""
        return self.keys + self.others


_PLACE = ("address", "city", "region", "postal_code")

ATTRIBUTES: dict[Kind, KindAttributes] = {
    Kind.PERSON: KindAttributes(
        ("source", "record_id"),
        (
            "country",
            "entity_type",
            "given_name",
            "middle_name",
            "surname",
            "second_surname",
            "suffix",
            "full_name",
            "native_name",
            "alias",
            "name_org",
            "birth_date",
            "sex",
            "curp",
            "rfc",
            "clave_elector",
            "licence_number",
            "licence_jurisdiction",
            "fast_id",
            "passport_number",
            "passport_country",
            "ssn",
            "national_id",
            "national_id_country",
            "tax_id",
            "alien_number",
            "uci",
            "phone",
            "email",
            *_PLACE,
            "employer",
            "received_on",
        ),
    ),
    Kind.CARRIER: KindAttributes(
        ("source", "carrier_id"),
        (
            "name",
            "usdot",
            "country",
            "docket",
            "rfc",
            "scac",
            *_PLACE,
            "phone",
            "officers",
            "status",
            "revoked_on",
            "registered_on",
            "received_on",
        ),
    ),
    Kind.VEHICLE: KindAttributes(("source",), ("vin", "plate", "plate_jurisdiction", "carrier_id", "received_on")),
    Kind.EMPLOYMENT: KindAttributes(("source", "record_id", "carrier_id"), ("start_date", "end_date", "received_on")),
    Kind.DRIVING: KindAttributes(("source", "record_id", "vin"), ("date", "received_on")),
    Kind.CARRIER_LINK: KindAttributes(("source", "carrier_id", "successor_carrier_id"), ("since", "received_on")),
    Kind.EVENT: KindAttributes(
        ("source", "event_id"),
        (
            "record_id",
            "incident_id",
            "event_type",
            "code",
            "event_date",
            "severity",
            "description",
            "status",
            "vin",
            "carrier_id",
            "port_code",
            "received_on",
            "quality",
        ),
    ),
    Kind.ASSOCIATION: KindAttributes(
        ("source", "a", "b"), ("kind", "start_date", "end_date", "quality", "received_on")
    ),
    Kind.CHECK: KindAttributes(
        ("source", "record_id", "country", "record_type"),
        ("checked_on", "result", "legal_basis", "received_on"),
    ),
    Kind.ENROLMENT: KindAttributes(
        ("source", "record_id"),
        (
            "fast_id",
            "status",
            "enrolled_on",
            "expires_on",
            "last_vetted_on",
            "citizenship",
            "residence",
            "approved_by",
            "received_on",
        ),
    ),
    Kind.CROSSING: KindAttributes(
        ("source", "date", "port_code"),
        (
            "record_id",
            "crossing_id",
            "crossing",
            "fast",
            "exam",
            "result",
            "laden",
            "commodity",
            "received_on",
        ),
    ),
    Kind.DECISION: KindAttributes(("a", "b", "judgement"), ("reason", "by", "at", "source", "received_on")),
    Kind.PARTNER_ANSWER: KindAttributes(
        ("source", "request_id"),
        (
            "record_id",
            "answer",
            "as_of",
            "legal_basis",
            "country",
            "record_type",
            "given_name",
            "surname",
            "second_surname",
            "full_name",
            "birth_date",
            "curp",
            "licence_number",
            "licence_jurisdiction",
            "fast_id",
            "received_on",
        ),
    ),
    Kind.PORT_VOLUME: KindAttributes(
        ("source", "port_code", "month", "measure"), ("value", "port_name", "border", "received_on")
    ),
}
"""Every attribute that a manifest may map, a kind; the words of the interface contract."""
