"""Loads, corrections, withdrawals, judgements and taking them back, in any order: what a plain model says is there."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from api.bootstrap import create_workspace
from api.decide import decide, undo
from api.doctor import doctor
from api.load import LoadRequest, load
from api.rescoring import rescore_workspace
from linkage.ledger import LoadTables

TODAY = date(2026, 6, 30)
NAMES = (
    ("Ramiro", "Zabulondo", "1984-03-19", "31552208"),
    ("Quirina", "Befanoska", "1961-11-05", "20117744"),
    ("Lucretia", "Van Houten", "1981-01-01", "VH810101"),
    ("Bartholomew", "Szymanski", "1975-10-20", "SZ751020"),
    ("Flora", "Echegaray", "1976-06-06", "EC760606"),
)
"""People whom nobody takes for each other; the records of one have all in common that they have."""
SOURCES = ("US", "MX", "CA")
RECORDS = tuple(f"{source}/r{person}" for person in range(len(NAMES)) for source in SOURCES)
HEAD = "source,record_id,country,given_name,surname,birth_date,licence_number,licence_jurisdiction,phone"
some = st.sets(st.sampled_from(RECORDS), min_size=1, max_size=6)
pairs = st.tuples(st.sampled_from(RECORDS), st.sampled_from(RECORDS)).map(lambda pair: (min(pair), max(pair)))


def person(record: str) -> int:
    return int(record.rpartition("r")[2])


class AWorkspace(RuleBasedStateMachine):
    """A workspace, and what it should hold: records with their phone, and the decisions that stand, oldest first."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.workspace = create_workspace(self.folder / "w")
        self.held: dict[str, int] = {}
        self.stands: dict[int, tuple[tuple[str, str], str]] = {}
        self.last: tuple[Path, str] | None = None
        self.ids: dict[frozenset[str], str] = {}

    @rule(records=some, phone=st.integers(0, 2))
    def bring(self, records: set[str], phone: int) -> None:
        """New records, and other phones of known ones."""
        if self._clash({}, held=records | set(self.held)):
            return
        document = self._load(records, "delta", phone)
        new = {record for record in records if self.held.get(record) != phone}
        assert document["unchanged"] is (not new)
        self.held |= dict.fromkeys(records, phone)

    @rule(records=some)
    def withdraw(self, records: set[str]) -> None:
        """Records that may be there, or not."""
        self._load(records, "delete", 0)
        for record in records:
            self.held.pop(record, None)

    @precondition(lambda self: self.last is not None)
    @rule()
    def bring_the_last_file_again(self) -> None:
        assert self.last is not None
        path, mode = self.last
        document = load(self.workspace, LoadRequest((path,), "drivers", TODAY, mode=mode))
        assert document["unchanged"] is True

    @rule(pair=pairs, judgement=st.sampled_from(["same", "same", "different"]))
    def judge(self, pair: tuple[str, str], judgement: str) -> None:
        """Two people are said to be one, or not to be; never against another judgement, nor within one person."""
        a, b = pair
        if person(a) == person(b) or not {a, b} <= set(self.held) or self._clash({0: (pair, judgement)}):
            return
        done = decide(self.workspace, a, b, judgement, "seen", "ana")
        self.stands[int(done["decision"]["n"])] = (pair, judgement)

    @precondition(lambda self: bool(self.stands))
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.stands)))
        if self._clash({}, without=number):
            return
        undo(self.workspace, number, "ben")
        del self.stands[number]

    @precondition(lambda self: bool(self.held))
    @rule()
    def score_everybody(self) -> None:
        assert rescore_workspace(self.workspace, is_full=True)["changed"] == 0

    @invariant()
    def holds_what_the_model_says(self) -> None:
        if not hasattr(self, "workspace"):
            return
        rows = self.workspace.memberships()
        groups: dict[str, set[str]] = {}
        for record, identity in rows.select("record_key", "identity_id").iter_rows():
            groups.setdefault(identity, set()).add(record)
        found = {frozenset(group): identity for identity, group in groups.items()}
        assert set(found) == self._partition(self._newest({}), set(self.held))
        for group, identity in self.ids.items():
            assert found.get(group, identity) == identity, "nobody who stays as they are gets another id"
        self.ids = found
        with self.workspace.reading() as connection:
            scored = {row[0] for row in connection.execute("SELECT identity_id FROM score")}
            rows_of = "SELECT sum(rows), sum(accepted), sum(rejected) FROM load_file"
            read, accepted, rejected = connection.execute(rows_of).fetchone()
            assert LoadTables(connection).ids() == sorted(LoadTables(connection).ids())
        assert scored == set(groups)
        assert (read or 0) == (accepted or 0) + (rejected or 0)

    def teardown(self) -> None:
        if hasattr(self, "workspace"):
            assert [check for check in doctor(self.workspace.path)["checks"] if not check["ok"]] == []
            shutil.rmtree(self.folder, ignore_errors=True)

    def _load(self, records: set[str], mode: str, phone: int) -> dict[str, Any]:
        lines = [HEAD]
        for record in sorted(records):
            source, _, number = record.partition("/")
            given, surname, born, licence = NAMES[person(record)]
            call = f"+1 956 555 01{phone}{person(record)}"
            lines.append(f"{source},{number},{source},{given},{surname},{born},{licence},TX,{call}")
        path = self.folder / f"{len(list(self.folder.glob('*.csv')))}.csv"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        self.last = (path, mode)
        return load(self.workspace, LoadRequest((path,), "drivers", TODAY, mode=mode, is_live=True))

    def _newest(self, more: dict[int, tuple[tuple[str, str], str]], without: int = -1) -> dict[tuple[str, str], str]:
        """The judgement that stands of each pair, the newest of several."""
        numbered = sorted((number or 10**9, told) for number, told in {**self.stands, **more}.items())
        return {pair: judgement for number, (pair, judgement) in numbered if number != without}

    def _partition(self, judged: dict[tuple[str, str], str], held: set[str]) -> set[frozenset[str]]:
        """Records of one person, and of those whom somebody said to be one."""
        group = {record: record for record in held}

        def top(record: str) -> str:
            while group[record] != record:
                record = group[record]
            return record

        for a, b in itertools.combinations(sorted(held), 2):
            if person(a) == person(b) or judged.get((a, b)) == "same":
                group[top(a)] = top(b)
        groups: dict[str, set[str]] = {}
        for record in held:
            groups.setdefault(top(record), set()).add(record)
        return {frozenset(records) for records in groups.values()}

    def _clash(
        self, more: dict[int, tuple[tuple[str, str], str]], without: int = -1, held: set[str] | None = None
    ) -> bool:
        """Whether two records that are said to be two people would be in one group by other judgements."""
        judged = self._newest(more, without)
        apart = [pair for pair, judgement in judged.items() if judgement == "different"]
        return any(set(pair) <= group for group in self._partition(judged, held or set(self.held)) for pair in apart)


TestAWorkspace = AWorkspace.TestCase
TestAWorkspace.settings = settings(
    max_examples=int(os.environ.get("CROSSLANE_STATES", "6")),
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
