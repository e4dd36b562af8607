"""The `policy` document: versions and where they were used, what differs between two, and every factor that counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import apsw

from api.policies.kept import FILES, kept_policies, kept_values
from api.reviews.policy import policy_document
from eligibility.matters import Audience
from graph.policy_file import load_policy
from linkage.errors import SettingsError
from linkage.ledger import Workspace

_SCREENED = ("screening", "eligibility", "risk", "coverage")
"""Order of the names that a screening has in its policy, a space between."""
_USES = (
    ("risk", "scores", "SELECT policy, count(*), min(as_of), max(as_of) FROM score GROUP BY policy"),
    ("risk", "changed scores", "SELECT policy, count(*), min(as_of), max(as_of) FROM score_history GROUP BY policy"),
    (
        "eligibility",
        "recommendations",
        "SELECT policy, count(*), min(date(at)), max(date(at)) FROM review_proposal p JOIN review r USING (review_id) "
        "WHERE r.audience = 'general' GROUP BY policy",
    ),
    (
        "exchange",
        "requests",
        "SELECT policy, count(*), min(asked_on), max(asked_on) FROM exchange_request GROUP BY policy",
    ),
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions of one policy to lay side by side; empty names ask for the last two."""

    kind: str = "risk"
    older: str = ""
    newer: str = ""


def policies_document(workspace: Workspace, asked: Comparison | None = None) -> dict[str, Any]:
    """Versions of each policy, the comparison asked for, and the factors of the policies in effect.

    Raises:
        SettingsError: there is no such policy, or the workspace does not keep such a version.
    """
    asked = asked or Comparison()
    if asked.kind not in FILES:
        raise SettingsError(f"policy: give one of {', '.join(FILES)}")
    with workspace.reading() as connection:
        return {
            "versions": _versions(connection),
            "comparison": _compared(connection, asked),
            "factors": factors(),
            "points_scale": policy_document()["points_scale"],
        }


def factors() -> list[dict[str, Any]]:
    """Every ground that everybody may know of: consequence, look-back, points, source, and how the score reads it."""
    risk = load_policy()
    rows = [row for row in policy_document()["rows"] if row["audience"] is Audience.GENERAL]
    for row in rows:
        offence = risk.codes.get(row["code"])
        row["scored_as"] = offence.class_name if offence else None
    return rows


def _versions(connection: apsw.Connection) -> list[dict[str, Any]]:
    """One row a version of a policy that the workspace keeps, names, or has in effect."""
    kept, used = kept_policies(connection), _used(connection)
    rows = []
    for kind, file in FILES.items():
        names = dict.fromkeys([*kept[kind], *(name for k, name in used if k == kind), file.name()])
        rows += [
            {
                "policy": kind,
                "version": name,
                "in_effect": name == file.name(),
                "kept_since": kept[kind].get(name),
                "used_by": used.get((kind, name), []),
            }
            for name in names
        ]
    return rows


def _used(connection: apsw.Connection) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """By policy and version, what names it: how many, from which day to which."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for kind, what, query in _USES:
        for name, count, first, last in connection.execute(query):
            found.setdefault((kind, str(name)), []).append({"what": what, "count": count, "first": first, "last": last})
    counts, days = Counter[tuple[str, str]](), dict[tuple[str, str], tuple[str, str]]()
    for names, at in connection.execute("SELECT policy, date(at) FROM screening ORDER BY screening_id"):
        for key in zip(_SCREENED, str(names).split(" "), strict=True):
            counts[key] += 1
            days[key] = (days.get(key, (at, at))[0], at)
    for key, count in counts.items():
        first, last = days[key]
        found.setdefault(key, []).append({"what": "screenings", "count": count, "first": first, "last": last})
    return found


def _compared(connection: apsw.Connection, asked: Comparison) -> dict[str, Any]:
    """Both versions' values by name, with what differs marked; without rows where one version alone is known."""
    names = list(dict.fromkeys([*kept_policies(connection)[asked.kind], FILES[asked.kind].name()]))
    older = asked.older or (names[-2] if len(names) > 1 else "")
    newer = asked.newer or names[-1]
    document: dict[str, Any] = {"policy": asked.kind, "known": names, "older": older, "newer": newer, "rows": []}
    if not older:
        return document
    sides = [kept_values(connection, asked.kind, name) for name in (older, newer)]
    before, after = sides
    if before is None or after is None:
        raise SettingsError("policy: this workspace does not keep the values of that version")
    for name in sorted({*before, *after}):
        left, right = before.get(name), after.get(name)
        change = "added" if left is None else "removed" if right is None else "changed" if left != right else "same"
        row = {"name": name, "older": left and left[0], "newer": right and right[0], "change": change}
        document["rows"].append(row | {"source": (right or left or ("", ""))[1]})
    return document
