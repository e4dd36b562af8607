"""The measures as a page words them: what is answered at the top, and a state for each figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.web.texts import Catalogue


def measures_view(t: Catalogue, document: Mapping[str, Any]) -> dict[str, Any]:
    """The three answers, each a key of the catalogue and its values.

    Args:
        document: of `measures`.
    """
    return {"late": _late(document["lag"]["own"]), "agree": _agree(document["agreement"]), "help": _help(t, document)}


def _late(own: list[Mapping[str, Any]]) -> tuple[str, dict[str, Any]]:
    steps = {row["step"]: row for row in own}
    ours, renewal = steps.get("event to review opened"), steps.get("event to five-year renewal")
    if not ours or not renewal or ours["median"] is None or renewal["median"] is None:
        return "late_none", {}
    return "late", {"ours": round(ours["median"]), "renewal": round(renewal["median"]), "count": ours["reviews"]}


def _agree(agreement: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    read = agreement["second_signatures"]
    if not read["pairs"]:
        return "agree_none", {}
    if read["agreed"] is None:
        return "agree_few", {"alike": read["alike"], "count": read["pairs"]}
    return "agree", {"alike": read["alike"], "count": read["pairs"]}


def _help(t: Catalogue, document: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Whether those in the higher linked band had own events more often than everybody, chance left out."""
    measured = document["bands"]["measured"]
    if measured is None or not measured["is_of_this_policy"]:
        return "help_none", {}
    row = next(row for row in measured["bands"] if (row["kind"], row["band"]) == ("linked", "look"))
    if row["times"] is None:
        return "help_few", {"found": row["count"], "count": row["of"]}
    told, everybody = {"found": row["count"], "count": row["of"]}, measured["everybody"]["share"]
    if row["lower"] > everybody:
        return "help", told | {"times": t.number(row["times"], 1)}
    return "help_less" if row["upper"] < everybody else "help_unclear", told
