"""Judging possible links blind: the order says nothing of the score, and answers become just those decisions."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from api.bootstrap import create_workspace, open_workspace
from api.link_review import BLIND, Answer, LinkReview, waiting_samples
from api.load import LoadRequest, load
from api.measures.links import link_measures
from api.sample import draw_sample
from linkage.errors import SettingsError, UnknownRecord
from linkage.ledger import Decisions, Workspace

TODAY = date(2026, 6, 30)
HEAD = "source,record_id,country,given_name,surname,second_surname,birth_date\n"
_SURNAMES = ("Zabulondo", "Befanoska", "Quintanar", "Villaseca", "Ormaechea", "Yturralde", "Urquizu", "Goikoetxea")


def twins() -> str:
    """Pairs that a reviewer must judge: one name and year of birth, but another second surname."""
    rows = []
    for number, surname in enumerate(_SURNAMES):
        rows.append(f"L,a{number},US,Lucrecio,{surname},Uno,19{60 + number}-0{1 + number}-1{number}")
        rows.append(f"L,b{number},MX,Lucrecio,{surname},Otro,19{60 + number}")
    return HEAD + "\n".join(rows) + "\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("links")
    workspace = create_workspace(folder / "w")
    (folder / "drivers.csv").write_text(twins(), "utf-8")
    load(workspace, LoadRequest((folder / "drivers.csv",), "drivers", TODAY))
    return workspace.path


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Workspace:
    return open_workspace(Path(shutil.copytree(made, tmp_path / "w")))


@pytest.fixture
def ana(workspace: Workspace) -> LinkReview:
    return LinkReview(workspace, "ana")


def pairs(workspace: Workspace) -> pl.DataFrame:
    return workspace.possible_links()


def judged(workspace: Workspace) -> list[tuple[str, str, str, str, str]]:
    with workspace.reading() as connection:
        return [(one.a, one.b, one.judgement, one.reason, one.by) for one in Decisions(connection).all()]


def walk(review: LinkReview, answer: Answer = Answer.CANNOT_TELL) -> Iterator[tuple[str, str]]:
    while (now := review.sitting()).pair:
        yield now.pair
        review.answer(*now.pair, answer)


def test_there_are_links_of_different_scores_to_judge(workspace: Workspace) -> None:
    assert pairs(workspace).height >= 4


def test_a_sitting_shows_each_pair_once_in_an_order_of_chance(workspace: Workspace, ana: LinkReview) -> None:
    seen = list(walk(ana))
    wanted = {tuple(sorted(row)) for row in pairs(workspace).select("record_l", "record_r").iter_rows()}
    assert {tuple(sorted(pair)) for pair in seen} == wanted
    assert len(seen) == len(wanted)
    other = list(walk(LinkReview(workspace, "ben")))
    assert {tuple(sorted(pair)) for pair in other} == wanted
    assert [tuple(sorted(pair)) for pair in other] != [tuple(sorted(pair)) for pair in seen], (
        "each has an order of their own"
    )
    assert {pair[0] < pair[1] for review in (seen, other) for pair in review} == {True, False}, "and sides of chance"


def test_order_and_sides_do_not_move_when_every_score_is_another(workspace: Workspace, ana: LinkReview) -> None:
    before = ana.sitting().pair
    with workspace.transaction() as connection:
        connection.execute(
            "UPDATE scored_pair SET match_probability = 1 - match_probability, match_weight = -match_weight"
        )
    assert ana.sitting().pair == before


def test_what_is_shown_of_a_pair_has_no_score(ana: LinkReview) -> None:
    pair = ana.sitting().pair
    assert pair is not None
    rows = ana.side_by_side(pair)
    assert {name for row in rows for name in row} == {"attribute", "left", "right"}
    assert {row["attribute"] for row in rows} >= {"surname", "birth_date"}
    turned = ana.side_by_side(pair[::-1])
    assert [(row["left"], row["right"]) for row in turned] == [(row["right"], row["left"]) for row in rows]
    with pytest.raises(UnknownRecord):
        ana.side_by_side((pair[0], "L/none"))


def test_the_last_answer_is_taken_back_first_and_its_pair_comes_again(ana: LinkReview) -> None:
    first, second = (pair for pair, _ in zip(walk(ana, Answer.SAME), range(2), strict=False))
    now = ana.sitting()
    assert now.answered >= 1
    taken = ana.take_back()
    assert taken is not None
    assert ana.sitting().pair is not None
    assert tuple(sorted(ana.sitting().pair or ())) == tuple(sorted(taken))
    while ana.take_back():
        pass
    assert ana.sitting().answered == 0
    assert tuple(sorted(ana.sitting().pair or ())) == tuple(sorted(first))
    assert first != second


def test_applied_answers_are_exactly_those_decisions_and_no_others(workspace: Workspace, ana: LinkReview) -> None:
    given = {}
    for place, pair in enumerate(walk_by_hand(ana)):
        answer = list(Answer)[place % 3]
        ana.answer(*pair, answer, note="the same dentist" if place == 0 else " ")
        given[tuple(sorted(pair))] = answer
    assert judged(workspace) == [], "an answer alone decides nothing"
    assert ana.sitting().to_apply == sum(answer is not Answer.CANNOT_TELL for answer in given.values())
    document = ana.apply()
    found = judged(workspace)
    assert {(a, b): judgement for a, b, judgement, _, _ in found} == {
        pair: answer.value for pair, answer in given.items() if answer is not Answer.CANNOT_TELL
    }
    assert {by for *_, by in found} == {"ana"}
    assert {reason for *_, reason, _ in found} == {"the same dentist", BLIND}
    assert [row["n"] for row in document["decisions"]] == list(range(1, len(found) + 1))
    for (a, b), answer in given.items():
        together = workspace.resolve_id(a) == workspace.resolve_id(b)
        assert together is (answer is Answer.SAME)
    assert ana.sitting().to_apply == 0
    with workspace.reading() as connection:
        noted = connection.execute("SELECT a, b, decision FROM link_answer WHERE decision IS NOT NULL").fetchall()
    with workspace.reading() as connection:
        assert all((Decisions(connection).get(n).a, Decisions(connection).get(n).b) == (a, b) for a, b, n in noted)


def walk_by_hand(review: LinkReview) -> Iterator[tuple[str, str]]:
    while (now := review.sitting()).pair:
        yield now.pair


def test_nothing_is_applied_twice(workspace: Workspace, ana: LinkReview) -> None:
    pair = ana.sitting().pair
    assert pair is not None
    ana.answer(*pair, Answer.DIFFERENT)
    ana.apply()
    with pytest.raises(SettingsError):
        ana.apply()
    with pytest.raises(SettingsError, match="take that decision back"):
        ana.answer(*pair, Answer.SAME)
    assert ana.take_back() is None, "what is a decision is taken back as one"
    assert len(judged(workspace)) == 1


def test_two_browsers_that_apply_at_once_apply_once(
    workspace: Workspace, ana: LinkReview, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = ana.sitting().pair
    assert pair is not None
    ana.answer(*pair, Answer.DIFFERENT)
    exclusive = Workspace.exclusive

    @contextmanager
    def after_the_other(self: Workspace, *given: float, **named: float) -> Iterator[None]:
        """The other browser was a moment faster."""
        monkeypatch.setattr(Workspace, "exclusive", exclusive)
        LinkReview(open_workspace(self.path), "ana").apply()
        with exclusive(self, *given, **named):  # type: ignore[arg-type]
            yield

    monkeypatch.setattr(Workspace, "exclusive", after_the_other)
    with pytest.raises(SettingsError, match="meanwhile"):
        ana.apply()
    assert len(judged(workspace)) == 1


def test_an_answer_sent_twice_is_one_and_the_last_word_holds(workspace: Workspace, ana: LinkReview) -> None:
    pair = ana.sitting().pair
    assert pair is not None
    ana.answer(*pair, Answer.SAME)
    number = ana.answer(*pair[::-1], Answer.DIFFERENT)
    assert (ana.sitting().answered, ana.sitting().to_apply) == (1, 1)
    assert ana.pair_of(number) == tuple(sorted(pair))
    ana.apply()
    assert [(a, b, said) for a, b, said, *_ in judged(workspace)] == [(*sorted(pair), "different")]


def test_people_do_not_see_or_move_each_others_answers(workspace: Workspace, ana: LinkReview) -> None:
    ben = LinkReview(workspace, "ben")
    pair = ana.sitting().pair
    assert pair is not None
    number = ana.answer(*pair, Answer.SAME)
    assert (ben.sitting().answered, ben.take_back()) == (0, None)
    with pytest.raises(UnknownRecord):
        ben.pair_of(number)
    with pytest.raises(SettingsError):
        ben.apply()
    ben.answer(*pair, Answer.DIFFERENT)
    ana.apply()
    ben.apply()
    assert [(said, by) for _, _, said, _, by in judged(workspace)] == [("same", "ana"), ("different", "ben")]
    assert workspace.resolve_id(pair[0]) != workspace.resolve_id(pair[1]), "the later decision holds"


def test_answers_on_a_record_that_went_lapse_and_hold_nothing_up(
    workspace: Workspace, ana: LinkReview, tmp_path: Path
) -> None:
    first = ana.sitting().pair
    assert first is not None
    ana.answer(*first, Answer.DIFFERENT)
    second = ana.sitting().pair
    assert second is not None
    ana.answer(*second, Answer.DIFFERENT)
    with workspace.transaction() as connection:
        connection.execute("DELETE FROM membership WHERE record_key = ?", (first[0],))
    ana.apply()
    assert [(a, b) for a, b, *_ in judged(workspace)] == [tuple(sorted(second))]
    assert ana.sitting().answered == 0


def test_what_is_no_pair_of_records_is_refused(workspace: Workspace, ana: LinkReview) -> None:
    with pytest.raises(SettingsError, match="one record"):
        ana.answer("L/a0", "L/a0", Answer.SAME)
    for other in ("L/none", workspace.resolve_id("L/b0"), ""):
        with pytest.raises(UnknownRecord):
            ana.answer("L/a0", other, Answer.SAME)
    assert ana.sitting().answered == 0


@pytest.fixture
def sample(workspace: Workspace) -> int:
    return int(draw_sample(workspace, 8, 3, "sup").document["sample"])


def test_the_pairs_of_a_sample_are_judged_once_each_and_become_no_decision(workspace: Workspace, sample: int) -> None:
    ana = LinkReview(workspace, "ana", sample)
    total = ana.sitting().total
    assert total == 8
    seen = list(walk(ana, Answer.SAME))
    assert len({frozenset(pair) for pair in seen}) == total
    assert (ana.sitting().left, ana.sitting().total) == (0, total)
    with pytest.raises(SettingsError, match="become no decisions"):
        ana.apply()
    with pytest.raises(SettingsError, match="no answer says"):
        LinkReview(workspace, "ana").apply()
    assert judged(workspace) == []


def test_answers_to_a_sample_and_to_possible_links_are_apart(workspace: Workspace, sample: int) -> None:
    of_sample, of_links = LinkReview(workspace, "ana", sample), LinkReview(workspace, "ana")
    waiting = of_links.sitting().left
    list(walk(of_sample))
    assert of_links.sitting().answered == 0
    assert of_links.sitting().left == waiting, "a pair in both is judged for each"
    assert of_links.take_back() is None
    list(walk(of_links))
    assert of_sample.take_back() is not None
    assert of_links.sitting().left == 0
    with workspace.reading() as connection:
        possible = link_measures(connection)["possible_links"]
    assert possible["undecided"] == waiting


def test_a_sample_is_offered_until_one_has_judged_it(workspace: Workspace, sample: int) -> None:
    assert waiting_samples(workspace, "ana") == [(sample, 8)]
    list(walk(LinkReview(workspace, "ana", sample)))
    assert waiting_samples(workspace, "ana") == []
    assert waiting_samples(workspace, "ben") == [(sample, 8)]


def test_what_is_no_pair_of_the_sample_is_refused(workspace: Workspace, sample: int) -> None:
    with workspace.reading() as connection:
        text = str(connection.execute("SELECT pairs FROM sample WHERE n = ?", (sample,)).get)
    a, b = next(
        (f"L/a{one}", f"L/b{other}")
        for one in range(8)
        for other in range(8)
        if f'"L/a{one}", "L/b{other}"' not in text
    )
    with pytest.raises(UnknownRecord, match="no such pair"):
        LinkReview(workspace, "ana", sample).answer(a, b, Answer.SAME)
    for method in (
        LinkReview(workspace, "ana", 99).sitting,
        lambda: LinkReview(workspace, "ana", 99).answer(a, b, Answer.SAME),
    ):
        with pytest.raises(UnknownRecord, match="no such sample"):
            method()


def test_a_pair_whose_record_is_gone_waits_no_more(workspace: Workspace, sample: int) -> None:
    ana = LinkReview(workspace, "ana", sample)
    pair = ana.sitting().pair
    assert pair is not None
    with workspace.transaction() as connection:
        connection.execute("DELETE FROM membership WHERE record_key = ?", (pair[0],))
    assert all(pair[0] not in one for one in walk(ana))
