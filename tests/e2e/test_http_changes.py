"""The feed of changes: whoever follows it ends with what the workspace holds, and sees each change once."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Any

import pytest

from api.changes import MIGRATIONS
from api.decide import decide, undo
from api.http.access_table import ACCESS
from api.load import LoadRequest, load
from api.rescoring import rescore_workspace
from api.reviews.actions import ReviewActions
from api.roles import Role
from api.scores import read_scores
from eligibility.clearance import Clearances
from eligibility.reviews.states import Outcome
from eligibility.trace import Finding
from tests.e2e.http_world import TODAY, Api, assert_problem, bring

FEED = "/api/v1/changes"
HEAD = "source,record_id,country,given_name,surname,birth_date,licence_number,licence_jurisdiction\n"


class Follower:
    """Another system that keeps what the feed tells."""

    def __init__(self, client: Any, limit: int = 500, **asked: Any) -> None:
        self._client = client
        self._asked = asked | {"limit": limit}
        self.cursor = "0"
        self.rows: list[dict[str, Any]] = []
        self.identity_of: dict[str, str] = {}
        self.score_of: dict[str, float] = {}

    def follow(self) -> int:
        """Reads on to the end; the number of changes seen."""
        seen, has_more = 0, True
        while has_more:
            answer = self._client.get(FEED, params=self._asked | {"since": self.cursor})
            assert answer.status_code == 200, answer.text
            page = answer.json()
            for row in page["rows"]:
                self._apply(row)
            seen += len(page["rows"])
            self.cursor, has_more = page["next_cursor"], page["has_more"]
        return seen

    def _apply(self, row: dict[str, Any]) -> None:
        self.rows.append(row)
        if row["kind"] in {"created", "grown", "merged", "split", "shrunk", "retired"}:
            for record in row["records"]:
                assert self.identity_of.get(record) == row["from"], "a record leaves the identity that it is in"
                if row["to"] is None:
                    del self.identity_of[record]
                else:
                    self.identity_of[record] = row["to"]
        if row["kind"] == "score":
            self.score_of[row["to"]] = row["score"]

    def scores(self) -> dict[str, float]:
        """The last score of everybody who is still somebody."""
        return {identity: self.score_of[identity] for identity in set(self.identity_of.values())}


def stormy(api: Api, folder: Path) -> None:
    """Identities are created, grown, merged, split, shrunk and retired, scores move, reviews open and close."""
    workspace = api.workspace
    one_more = "US,8,US,Wendelin,Oxnard,1950-05-05,OX500505,OH\n"
    of_somebody = "CA,7,CA,Lucretia,Van Houten,1981-01-01,VH810101,OH\n"
    bring(workspace, folder, "drivers", HEAD + one_more + of_somebody)
    joined = decide(workspace, "US/3", "US/4", "same", "seen together", "ana")
    decide(workspace, "US/1", "CA/1", "different", "two people", "ana")
    undo(workspace, joined["decision"]["n"], "ben")
    actions = ReviewActions(workspace, "ana")
    actions.assign(1, "ana", "mine")
    for factor in ("incident:US/I1", "incident:US/I2"):
        actions.resolve(1, factor, Finding.UNFOUNDED, "the court file says so")
    actions.decide(1, Outcome.RETAIN, ["NOTHING_ADVERSE"], "nothing stands")
    gone = folder / "gone.csv"
    gone.write_text(HEAD + one_more + of_somebody)
    load(workspace, LoadRequest((gone,), "drivers", TODAY, mode="delete"))
    rescore_workspace(workspace, TODAY.replace(month=12), by="ana")


@pytest.mark.parametrize("limit", [1, 7, 500])
def test_a_follower_from_the_beginning_ends_with_the_partition_and_the_scores(
    api: Api, tmp_path: Path, limit: int
) -> None:
    follower = Follower(api.as_(Role.REVIEWER), limit)
    follower.follow()
    assert follower.identity_of == api.partition()
    stormy(api, tmp_path)
    follower.follow()
    assert follower.identity_of == api.partition()
    with api.workspace.reading() as connection:
        scores = dict(read_scores(connection).select("identity_id", "score").iter_rows())
    assert follower.scores() == scores
    kinds = {row["kind"] for row in follower.rows}
    assert {"created", "grown", "merged", "split", "shrunk", "retired", "score", "load"} <= kinds
    assert {"decision", "decision_undone", "review_opened", "review_closed"} <= kinds
    places = [tuple(map(int, row["at"].split("-"))) for row in follower.rows]
    assert places == sorted(set(places)), "each change once and in order"


def test_kinds_agree_with_the_moves_of_the_runs(api: Api, tmp_path: Path) -> None:
    stormy(api, tmp_path)
    follower = Follower(api.as_(Role.VIEWER), topic=["identity"])
    follower.follow()
    with api.workspace.reading() as connection:
        moves = set(connection.execute("SELECT run_id, kind, from_id, to_id FROM move"))
    named = {"mint": "created", "merge": "merged", "split": "split", "retire": "retired"}
    moved = {(run, named[kind], from_id, to_id) for run, kind, from_id, to_id in moves if kind in named}
    told = {(row["run"], row["kind"], row["from"], row["to"]) for row in follower.rows}
    assert moved == {row for row in told if row[1] in named.values()}


def test_the_end_stays_where_it_is_until_something_changes(api: Api, tmp_path: Path) -> None:
    client = api.as_(Role.VIEWER)
    follower = Follower(client)
    assert follower.follow() > 0
    end = follower.cursor
    for since in (end, "999999999"):
        page = client.get(FEED, params={"since": since}).json()
        assert page == {"rows": [], "next_cursor": since, "has_more": False}
    decide(api.workspace, "US/3", "US/4", "same", "seen together", "ana")
    page = client.get(FEED, params={"since": end}).json()
    assert [row["kind"] for row in page["rows"]][:2] == ["decision", "merged"]
    assert page["rows"][0]["day"]
    assert follower.follow() == len(page["rows"])


def test_topics_are_picked_and_what_is_not_asked_for_is_not_read_twice(api: Api) -> None:
    loads = Follower(api.as_(Role.VIEWER), topic=["load"])
    assert loads.follow() == 8
    assert [row["load_id"] for row in loads.rows] == list(range(1, 9))
    everything = Follower(api.as_(Role.VIEWER))
    everything.follow()
    assert loads.cursor == everything.cursor
    assert loads.follow() == 0


def test_scores_come_page_by_page(api: Api) -> None:
    client = api.as_(Role.VIEWER)
    first = client.get(FEED, params={"topic": "score", "limit": 3}).json()
    assert (len(first["rows"]), first["has_more"]) == (3, True)
    assert all(row["score"] is not None and row["own"] is not None for row in first["rows"])
    second = client.get(FEED, params={"topic": "score", "limit": 3, "since": first["next_cursor"]}).json()
    assert {row["at"] for row in first["rows"]}.isdisjoint(row["at"] for row in second["rows"])


@pytest.mark.parametrize("since", ["", "x", "-1", "01", "1-0", "1.5", "1e3", "9" * 16, "1-", "\u0663"])
def test_a_place_that_the_feed_never_gave_is_refused(api: Api, since: str) -> None:
    detail = assert_problem(api.as_(Role.VIEWER).get(FEED, params={"since": since}), 400)["detail"]
    assert since == "" or since not in detail.removeprefix("since: give 0, or next_cursor as a page of changes gave it")


def test_reviews_are_told_to_those_who_may_see_reviews(api: Api) -> None:
    for role in (Role.VIEWER, Role.INVESTIGATOR, Role.REVIEWER, Role.SUPERVISOR):
        follower = Follower(api.as_(role))
        follower.follow()
        told = {row["kind"] for row in follower.rows}
        assert ("review_opened" in told) == (role in ACCESS["GET", "/api/v1/reviews"]), role


def test_what_is_for_the_cleared_leaves_no_gap_for_others(api: Api, tmp_path: Path) -> None:
    cleared, other = api.as_(Role.REVIEWER, "cleo"), api.as_(Role.REVIEWER, "otto")
    with api.workspace.transaction() as connection:
        Clearances(connection).grant("key:cleo", "post", "eva", "2026-06-30")
        hidden = {row[0] for row in connection.execute("SELECT review_id FROM review WHERE audience = 'cleared'")}
        general = {row[0] for row in connection.execute("SELECT review_id FROM review WHERE audience = 'general'")}
    assert hidden
    assert general
    mine, theirs = Follower(cleared, 2), Follower(other, 2)
    for follower in (mine, theirs):
        follower.follow()
    assert {row["review_id"] for row in mine.rows if row["review_id"]} == hidden | general
    assert {row["review_id"] for row in theirs.rows if row["review_id"]} == general
    assert [row["at"] for row in theirs.rows] == [str(place + 1) for place in range(len(theirs.rows))]
    assert [row for row in mine.rows if row["review_id"] not in hidden] == theirs.rows
    (number, *_) = sorted(hidden)
    actions = ReviewActions(api.workspace, "key:cleo")
    actions.assign(number, "key:cleo", "mine")
    with api.workspace.reading() as connection:
        (key,) = connection.execute("SELECT key FROM review WHERE review_id = ?", (number,)).fetchone()
    actions.resolve(number, key, Finding.UNFOUNDED, "about somebody else")
    actions.decide(number, Outcome.RETAIN, ["NOTHING_ADVERSE"], "nothing stands")
    assert mine.follow() == 1
    assert mine.rows[-1]["kind"] == "review_closed"
    assert theirs.follow() == 0


def test_everybody_told_of_is_audited_first(api: Api) -> None:
    follower = Follower(api.as_(Role.VIEWER), 5)
    follower.follow()
    told = {identity for row in follower.rows for identity in row["identity_ids"]}
    assert told
    assert told <= api.audited("key:viewer")


def test_a_follower_beside_writers_misses_nothing(api: Api, tmp_path: Path) -> None:
    follower = Follower(api.as_(Role.VIEWER), 3)
    failed: list[BaseException] = []

    def write(number: int) -> None:
        try:
            folder = tmp_path / str(number)
            folder.mkdir()
            for n in range(3):
                row = f"US,w{number}{n},US,Person{number},Of{n},19{number + 5}{n}-0{n + 1}-11,L{number}{n}77,OH\n"
                bring(api.workspace, folder, "drivers", HEAD + row)
        except BaseException as error:
            failed.append(error)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(2)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        follower.follow()
    for writer in writers:
        writer.join()
    follower.follow()
    assert failed == []
    assert follower.identity_of == api.partition()
    assert len({row["at"] for row in follower.rows}) == len(follower.rows)
    again = Follower(api.as_(Role.VIEWER), 500)
    again.follow()
    assert again.rows == follower.rows, "what was told stays as it was told"


def test_a_workspace_from_before_is_told_as_it_stands(api: Api, tmp_path: Path) -> None:
    stormy(api, tmp_path)
    with api.workspace.transaction() as connection:
        for kind, name in list(
            connection.execute(
                "SELECT type, name FROM sqlite_schema WHERE name GLOB 'change*' AND sql IS NOT NULL "
                "ORDER BY type = 'table'"
            )
        ):
            connection.execute(f"DROP {kind} {name}")
        connection.execute("DELETE FROM schema_version WHERE package = 'changes'")
    api.workspace.migrate("changes", MIGRATIONS)
    follower = Follower(api.as_(Role.SUPERVISOR))
    follower.follow()
    assert follower.identity_of == api.partition()
    assert {row["kind"] for row in follower.rows} >= {"created", "score", "load", "decision", "review_opened"}
    assert all(row["day"] for row in follower.rows)
    with api.workspace.reading() as connection:
        scores = dict(read_scores(connection).select("identity_id", "score").iter_rows())
    assert follower.scores() == scores


def test_the_page_says_how_to_follow(api: Api, tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "following.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    said: dict[str, Any] = {}
    exec(compile(code, "docs/following.md", "exec"), said)
    client = api.as_(Role.VIEWER)
    state: dict[str, Any] = {"cursor": "0", "identity_of": {}, "score_of": {}}

    def follow() -> None:
        said["follow"](lambda path, asked: client.get(path, params=asked).json(), state)

    follow()
    stormy(api, tmp_path)
    follow()
    assert state["identity_of"] == api.partition()
    with api.workspace.reading() as connection:
        scores = dict(read_scores(connection).select("identity_id", "score").iter_rows())
    assert {identity: state["score_of"][identity] for identity in scores} == scores
    kinds = {
        kind
        for line in page.splitlines()
        if line.startswith("| `")
        for kind in re.findall("`(.+?)`", line.split("|")[1])
    }
    everything = Follower(api.as_(Role.REVIEWER))
    everything.follow()
    assert {row["kind"] for row in everything.rows} <= kinds
