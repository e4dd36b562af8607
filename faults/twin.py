"""The twin: the same acts, one after another, on a workspace that nothing happens to; what each must lead to."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import apsw

from api.bootstrap import create_workspace, open_workspace
from api.doctor import doctor
from api.graph_store import LEDGER, GraphStoreChoice
from faults.child import run
from linkage.errors import LinkageError

TODAY = ("--today", "2026-06-30")
PEOPLE = ("STORY-YARD/Y-001", "STORY-US/U-1001", "STORY-MX/M-41")
"""Who is expunged: one of a yard that many share, and two who were judged to be one and then not."""
_HELD = (
    "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2",
    "SELECT package, version FROM schema_version ORDER BY 1",
    "SELECT record_key, identity_id, round(confidence, 9) FROM membership ORDER BY 1",
    "SELECT identity_id FROM identity ORDER BY 1",
    "SELECT former, current FROM redirect ORDER BY 1",
    "SELECT identity_id, score, own, linked, linked_with_possible, as_of FROM score ORDER BY 1",
    "SELECT record_l, record_r, round(match_weight, 6) FROM scored_pair ORDER BY 1, 2",
    "SELECT kind, key, props FROM node ORDER BY 1, 2",
    "SELECT e.kind, s.kind, s.key, d.kind, d.key, e.record, e.first_seen, e.last_seen, e.days FROM edge e "
    "JOIN node s ON s.id = e.src JOIN node d ON d.id = e.dst ORDER BY 1, 2, 3, 4, 5, 6, 7",
    "SELECT identity_id, trigger_, key, state, round FROM review ORDER BY 1, 2, 3",
    "SELECT record_key, name, birth_date FROM search_record ORDER BY 1",
)
"""What a workspace holds, and in which tables."""
_DONE = (
    "SELECT load_id, source, mode, today FROM load ORDER BY 1",
    "SELECT load_id, sum(rows), sum(accepted), sum(rejected), sum(warned) FROM load_file GROUP BY 1 ORDER BY 1",
    "SELECT load_id, count(*) FROM issue GROUP BY 1 ORDER BY 1",
    "SELECT mark, load_id FROM load_key NATURAL JOIN load_listed ORDER BY 1, 2",
    "SELECT n, a, b, judgement, undone_at IS NULL FROM decision ORDER BY 1",
    "SELECT count(*), (SELECT n FROM trail_head) FROM trail",
    "SELECT topic, what, from_id, to_id, records, score FROM change ORDER BY sequence",
)
"""How it came to that, in which order, without the times."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that somebody does to a workspace.

    Args:
        words: of the command line, without the workspace.
        again: whether doing it once more changes nothing.
    """

    name: str
    words: tuple[str, ...]
    again: bool = True

    def on(self, workspace: Path) -> tuple[str, ...]:
        """The command line that does it there."""
        return (*self.words, "-w", str(workspace))


@dataclass(frozen=True, slots=True)
class Step:
    """An act in its place.

    Args:
        before: a workspace in which the act is next; never written.
        states: of the workspace before and after.
        seconds: how long the act takes when nothing happens.
    """

    act: Act
    before: Path
    states: tuple[str, str]
    seconds: float


def acts(story: Path) -> tuple[Act, ...]:
    """Loads of the story's files, decisions, taking them back, scoring and screening."""
    loads = [
        Act(f"load {name}", ("load", str(story / f"{name}.csv"), "--source", name.partition("_")[2] or name, *TODAY))
        for name in ("us_drivers", "mx_drivers", "yard_drivers", "enrolments", "mx_driving", "mx_vehicles", "mx_events")
    ]
    pair = ("STORY-US/U-1001", "STORY-MX/M-41")
    return (
        *loads,
        Act("link", ("link", *pair, "--reason", "one photograph"), again=False),
        Act("load yard_events", ("load", str(story / "yard_events.csv"), "--source", "events", *TODAY)),
        Act("undo", ("undo", "1", "--reason", "two people after all"), again=False),
        Act("re-score", ("rescore", "--full")),
    )


def told(folder: Path, acts: Sequence[Act]) -> Iterator[Step]:
    """Each act in its place, after it was done to the twin in `folder`."""
    twin = folder / "twin"
    create_workspace(twin)
    for number, act in enumerate(acts):
        yield _step(act, Path(shutil.copytree(twin, folder / f"before{number}")), twin)


def expungings(folder: Path) -> Iterator[Step]:
    """Taking out each of a few people, after all acts; the twin in `folder` keeps them."""
    for person in PEOPLE:
        without = Path(shutil.copytree(folder / "twin", folder / "without"))
        act = Act(f"expunge {person}", ("expunge", person, "--reason", "order 26-118"), again=False)
        yield _step(act, folder / "twin", without)
        shutil.rmtree(without)


def _step(act: Act, before: Path, place: Path) -> Step:
    """The act as it is done in a place that is like `before`."""
    state, ended = state_of(place), run(act.on(place))
    if not ended.is_acknowledged:
        raise RuntimeError(f"{act.name} fails where nothing happens: {ended.said}")
    return Step(act, before, (state, state_of(place)), ended.seconds)


def state_of(folder: Path, *, in_order: bool = True) -> str:
    """A digest of what the workspace holds, and of the order in which it came to that where it is asked for.

    What cannot be read is a state of its own.
    """
    found = hashlib.sha256()
    try:
        with open_workspace(folder).reading() as connection:
            for question in (*_HELD, *(_DONE if in_order else ())):
                for row in connection.execute(question):
                    found.update(repr(row).encode())
    except (LinkageError, apsw.Error) as error:
        return f"cannot be read: {error}"
    return found.hexdigest()


def complaints(folder: Path, store: GraphStoreChoice = LEDGER) -> list[str]:
    """What `doctor` finds wrong, in its words."""
    return [f"{check['name']}: {check['detail']}" for check in doctor(folder, store)["checks"] if not check["ok"]]
