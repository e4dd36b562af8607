"""What connects drivers is what a plain count over every tie says, on any small graph."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.bootstrap import create_workspace
from api.connect import Between, connect
from api.load import LoadRequest, load
from graph.policy_file import load_policy
from linkage.errors import SettingsError, UnknownRecord
from linkage.ledger import Workspace

PEOPLE = 6
HUB = load_policy().limits.hub_degree
THINGS = {"Vehicle": "DROVE", "Carrier": "EMPLOYED_BY", "Phone": "HAS_PHONE", "Address": "LIVES_AT"}
UNDATED = -2147483648
TIE = st.tuples(
    st.sampled_from(sorted(THINGS)),
    st.integers(0, 2),
    st.integers(0, PEOPLE - 1),
    st.integers(0, 1),  # a second record of the same person says the same again
)
CROWD = st.dictionaries(
    st.tuples(st.sampled_from(sorted(THINGS)), st.integers(0, 2)), st.sampled_from([1, 5, HUB - 2, HUB, HUB + 1])
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("connect")
    made = create_workspace(folder / "w")
    names = ("Zabulondo", "Befanoska", "Quintanar", "Villaseca", "Ormaechea", "Yturralde")
    rows = [f"P,{n},US,Ramiro{n},{name},19{50 + 5 * n}-0{1 + n}-1{n}" for n, name in enumerate(names)]
    path = folder / "drivers.csv"
    path.write_text("source,record_id,country,given_name,surname,birth_date\n" + "\n".join(rows) + "\n", "utf-8")
    load(made, LoadRequest((path,), "drivers", date(2026, 6, 30)))
    with made.transaction() as connection:
        for number in range(HUB + 1):
            connection.execute("INSERT INTO node (kind, key) VALUES ('Identity', ?)", (f"D-OTHER{number}",))
    return made


def draw(workspace: Workspace, ties: list[tuple[str, int, int, int]], crowd: dict[tuple[str, int], int]) -> None:
    """The graph's things and ties are these and no others."""
    kinds = tuple(THINGS)
    with workspace.transaction() as connection:
        connection.execute("DELETE FROM edge WHERE kind IN ('DROVE', 'EMPLOYED_BY', 'HAS_PHONE', 'LIVES_AT')")
        connection.execute("DELETE FROM node WHERE kind IN (?, ?, ?, ?)", kinds)
        for kind, number in {(kind, number) for kind, number, *_ in ties} | set(crowd):
            connection.execute("INSERT INTO node (kind, key) VALUES (?, ?)", (kind, f"{kind}-{number}"))
        held = {(kind, number, ids(workspace)[person], f"P/{person}/{record}") for kind, number, person, record in ties}
        held |= {(kind, n, f"D-OTHER{one}", "O/1") for (kind, n), size in crowd.items() for one in range(size)}
        connection.executemany(
            "INSERT INTO edge (kind, src, dst, record, first_seen, confidence) SELECT ?, s.id, d.id, ?, ?, 1 "
            "FROM node s, node d WHERE s.kind = 'Identity' AND s.key = ? AND d.kind = ? AND d.key = ?",
            [(THINGS[kind], record, UNDATED, who, kind, f"{kind}-{n}") for kind, n, who, record in held],
        )


def ids(workspace: Workspace) -> list[str]:
    return [workspace.resolve_id(f"P/{number}") for number in range(PEOPLE)]


def brute(
    people: list[str], ties: Any, crowd: Any, everybody: list[str]
) -> list[tuple[str, int, int, tuple[str, ...]]]:
    on: dict[tuple[str, int], set[str]] = defaultdict(set)
    for kind, number, person, _ in ties:
        on[kind, number].add(everybody[person])
    found = []
    for (kind, _), held in on.items():
        mine = held & set(people)
        place = next(key for key in on if on[key] is held)
        if len(mine) >= 2:
            found.append((kind, len(mine), len(held) + crowd.get(place, 0) - len(mine), tuple(sorted(mine))))
    return found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    ties=st.lists(TIE, max_size=25),
    crowd=CROWD,
    asked=st.lists(st.integers(0, PEOPLE - 1), min_size=2, max_size=PEOPLE, unique=True),
)
def test_what_is_shared_is_what_a_plain_count_says(
    workspace: Workspace, ties: list[tuple[str, int, int, int]], crowd: dict[tuple[str, int], int], asked: list[int]
) -> None:
    draw(workspace, ties, crowd)
    everybody = ids(workspace)
    people = [everybody[number] for number in asked]
    found = connect(workspace, Between(people))
    wanted = brute(people, ties, crowd, everybody)
    told = [(one["kind"], one["of_them"], one["others"], tuple(one["who"])) for one in found["shared"] + found["hubs"]]
    assert sorted(told) == sorted(wanted)
    assert all(one["of_them"] + one["others"] > HUB for one in found["hubs"])
    assert all(one["of_them"] + one["others"] <= HUB for one in found["shared"])
    assert found["shared_total"] == len(found["shared"])
    for rows in (found["shared"], found["hubs"]):
        order = [(-one["of_them"], one["others"]) for one in rows]
        assert order == sorted(order), "those of most of them first, then those of fewest others"
    assert [driver["identity_id"] for driver in found["people"]] == people
    assert connect(workspace, Between([f"P/{number}" for number in asked])) == found, "records name their drivers"
    assert connect(workspace, Between(people)) == found, "and the same question has the same answer"


def test_fewer_than_two_or_too_many_or_nobody_is_refused(workspace: Workspace) -> None:
    everybody = ids(workspace)
    for people in ([], everybody[:1], [everybody[0], "P/0", everybody[0]]):
        with pytest.raises(SettingsError):
            connect(workspace, Between(people))
    with pytest.raises(SettingsError, match="2 to 3"):
        connect(workspace, Between(everybody, most=3))
    with pytest.raises(UnknownRecord):
        connect(workspace, Between([everybody[0], "D-NOBODY"]))


def test_no_label_holds_a_number_in_full(workspace: Workspace) -> None:
    draw(workspace, [("Phone", 1, 0, 0), ("Phone", 1, 1, 0), ("Vehicle", 1, 0, 0), ("Vehicle", 1, 1, 0)], {})
    found = connect(workspace, Between(ids(workspace)[:2]))
    assert {one["label"] for one in found["shared"]} == {"…ne-1", "…le-1"}
    assert Path(workspace.path).exists()
