"""What a node of the graph is called on a picture: as recorded, but no more of an identifier than its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.schema import NodeKind

END = 4
"""Letters of a plate, VIN or phone number that are shown."""


def label_of(kind: NodeKind, key: str, props: Mapping[str, Any]) -> dict[str, Any]:
    """Name, a second line, and what else a picture says of a node.

    Returns:
        label, detail, and for events event_date and status.
    """
    match kind:
        case NodeKind.IDENTITY:
            told = {"label": props.get("name") or "", "detail": ", ".join(props.get("countries") or ())}
            return {**told, "records": props.get("records")}
        case NodeKind.CARRIER:
            return {"label": props.get("name") or "", "detail": props.get("country") or ""}
        case NodeKind.VEHICLE:
            plate = _ended(props.get("plate"))
            return {"label": _ended(props.get("vin") or key), "detail": plate}
        case NodeKind.ADDRESS:
            return {"label": props.get("address") or "", "detail": props.get("city") or ""}
        case NodeKind.EVENT:
            return _event(props)
    return {"label": _ended(key) if kind is NodeKind.PHONE else key, "detail": ""}


def _event(props: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "label": props.get("description") or props.get("event_type") or "",
        "detail": str(props.get("status") or "").replace("_", " "),
        "code": props.get("code"),
        "event_type": props.get("event_type"),
        "event_date": props.get("event_date"),
        "incident_id": props.get("incident_id"),
        "source": props.get("source"),
    }


def _ended(text: str | None) -> str:
    return f"…{text[-END:]}" if text else ""
