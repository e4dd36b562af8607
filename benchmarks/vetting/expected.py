"""What screening should bring before reviewers, told slowly and plainly from the files and the true identities.

Nothing of the screening is used: rows of the files are read as they are, one driver and incident at a time. Only the
table of grounds (consequence, look-back, how far a case has come) and the list of ended memberships are shared.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from eligibility.coverage_policy import load_coverage_policy
from eligibility.policy import EligibilityPolicy
from eligibility.policy_file import load_eligibility_policy

Matter = tuple[str, str]
"""A true person and the key of what is about them."""
_CLEARS = ("dismissed", "acquittal")
_FILES = ("us_fast.csv", "events.csv", "court.csv", "seizures.csv", "checks.csv")


@dataclass(frozen=True, slots=True)
class Line:
    """One record of an incident of a person."""

    person: str
    incident: str
    event: str
    code: str
    status: str
    day: date


@dataclass
class Told:
    """Everything that was loaded so far, and what reviewers were shown of it.

    Args:
        person_of: true person by record key.
    """

    person_of: Mapping[str, str]
    rows: dict[str, dict[str, dict[str, str]]] = field(default_factory=lambda: {name: {} for name in _FILES})
    shown: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    policy: EligibilityPolicy = field(default_factory=load_eligibility_policy)

    def load(self, path: Path, day: date) -> set[Matter]:
        """The matters with something new after the file is loaded; what they show counts as shown from then on."""
        if path.name in self.rows:
            with path.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    self.rows[path.name]["|".join(_key(path.name, row))] = row
        return self.new(day)

    def new(self, day: date) -> set[Matter]:
        """The matters with something new on the day; what they show counts as shown from then on."""
        found = set()
        matters = self.matters(day)
        for (person, key), items in matters.items():
            shown = self.shown[person]
            if any(level > shown.get(item, 0.0) for item, level in items.items()):
                found.add((person, key))
        for person, key in found:
            for item, level in matters[person, key].items():
                self.shown[person][item] = max(level, self.shown[person].get(item, 0.0))
        return found

    def matters(self, day: date) -> dict[Matter, dict[str, float]]:
        """Every matter of every member on the day, with its items and their levels; linked risk is not among them."""
        members = self.members()
        found: dict[Matter, dict[str, float]] = defaultdict(dict)
        for line in self._standing(day):
            if line.person in members:
                level = self.policy.level(self.policy.codes[line.code].consequence, line.status)
                for item in (f"incident:{line.incident}", f"incident:{line.incident}#{line.code}"):
                    matter = found[line.person, f"incident:{line.incident}"]
                    matter[item] = max(level, matter.get(item, 0.0))
        for person, (expires, record) in members.items():
            if expires < day:
                name = f"enrolment:{record}:{expires.isoformat()}"
                found[person, name][name] = 1.0
        for person, key, item in self._answers(day):
            if person in members:
                found[person, key][item] = 1.0
        return found

    def members(self) -> dict[str, tuple[date, str]]:
        """Last day and record of the longest membership that has not ended, by person."""
        ended = load_coverage_policy().ended_statuses
        found: dict[str, tuple[date, str]] = {}
        for row in self.rows["us_fast.csv"].values():
            if row["status"] not in ended:
                record = f"FAST/{row['record_id']}"
                card = (date.fromisoformat(row["expires_on"]), record)
                found[self.person_of[record]] = max(card, found.get(self.person_of[record], card))
        return found

    def _standing(self, day: date) -> Iterator[Line]:
        """Records of incidents that stand, are within their look-back and have a consequence."""
        files: dict[Matter, list[Line]] = defaultdict(list)
        for line in self._lines():
            files[line.person, line.incident].append(line)
        for lines in files.values():
            for line in _dispose(sorted(lines, key=lambda line: (line.day, _order(line), line.event)), self.policy):
                ground = self.policy.codes[line.code]
                old = (day - line.day).days if not self._holds(line) else 0
                if ground.opens_review and (ground.lookback.years is None or old <= ground.lookback.years * 365.25):
                    yield line

    def _holds(self, line: Line) -> bool:
        return _holds(line, self.policy)

    def _lines(self) -> Iterator[Line]:
        for row in self.rows["events.csv"].values():
            record = f"{row['source']}/{row['record_id']}"
            if record in self.person_of:
                incident = f"{row['source']}/{row['incident_id']}"
                told = (f"{row['source']}/{row['event_id']}", row["code"], row["status"])
                yield Line(self.person_of[record], incident, *told, date.fromisoformat(row["event_date"]))
        for row in self.rows["court.csv"].values():
            key = f"COURT/{row['case_no']}"
            told = (key, row["offence_code"], row["disposition"])
            yield Line(self.person_of[key], key, *told, date.fromisoformat(row["offence_date"]))
        for row in self.rows["seizures.csv"].values():
            key = f"CBP/{row['seizure_id']}"
            told = (key, row["offence_code"], row["status"])
            yield Line(self.person_of[key], f"CBP/{row['incident_id']}", *told, date.fromisoformat(row["date"]))

    def _answers(self, day: date) -> Iterator[tuple[str, str, str]]:
        """Person, key and item of each cell whose last answer found something, or is a clear one that is too old."""
        policy = load_coverage_policy()
        cells: dict[tuple[str, str, str], list[tuple[date, str]]] = defaultdict(list)
        for row in self.rows["checks.csv"].values():
            is_there = row["source"] != "FAST" or row["record_id"] in self.rows["us_fast.csv"]
            if not is_there:
                continue  # of a membership that nobody knows of yet
            person = self.person_of[f"{row['source']}/{row['record_id']}"]
            cell = (person, row["country"].upper(), row["record_type"].lower())
            cells[cell].append((date.fromisoformat(row["checked_on"]), row["result"].lower()))
        for (person, country, kind), answers in cells.items():
            told = [(when, result == "derogatory") for when, result in answers if result != "not_shared"]
            if not told:
                continue
            last, is_bad = max(told)
            limit = timedelta(days=policy.good_for_days.get(kind, min(policy.good_for_days.values())))
            refused = any(result == "not_shared" and when >= last for when, result in answers)
            if is_bad:
                yield person, f"check:{country}:{kind}", f"check:{country}:{kind}:{last.isoformat()}"
            elif day - last > limit and not refused:
                yield person, f"coverage:{country}", f"stale:{country}:{kind}:{last.isoformat()}"


def read_truth(world: Path) -> dict[str, str]:
    """True person by record key."""
    with (world / "truth.csv").open(encoding="utf-8", newline="") as file:
        return {f"{row['source']}/{row['record_id']}": row["entity_id"] for row in csv.DictReader(file)}


def _key(name: str, row: Mapping[str, str]) -> list[str]:
    columns = {
        "us_fast.csv": ["record_id"],
        "events.csv": ["source", "event_id"],
        "court.csv": ["case_no"],
        "seizures.csv": ["seizure_id"],
        "checks.csv": ["source", "record_id", "country", "record_type", "checked_on"],
    }
    return [row[column] for column in columns[name]]


def _dispose(lines: list[Line], policy: EligibilityPolicy) -> list[Line]:
    """The lines that stand after convictions replaced, and acquittals and dismissals cleared, what came before."""
    standing: list[Line] = []
    for line in lines:
        if line.status == "conviction" or line.status in _CLEARS:
            open_lines = [earlier for earlier in standing if not _holds(earlier, policy)]
            same = [earlier for earlier in open_lines if earlier.code == line.code]
            ended = same or open_lines
            standing = [earlier for earlier in standing if earlier not in ended]
        if line.status not in _CLEARS:
            standing.append(line)
    return standing


def _holds(line: Line, policy: EligibilityPolicy) -> bool:
    in_force = policy.codes[line.code].lookback.text == "in_force"
    return line.status == "in_force" or (in_force and line.status in ("charge", "arrest", ""))


def _order(line: Line) -> int:
    return {"conviction": 1, "acquittal": 2, "dismissed": 2}.get(line.status, 0)
