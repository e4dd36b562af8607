"""Records of several requests in one batch: everybody gets their own answers, in order, and nobody waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from api.match_batches import MOST, PART, Batches


def test_everybody_gets_their_own_answers_in_order() -> None:
    sizes: list[int] = []

    def work(items: Sequence[int]) -> list[str]:
        sizes.append(len(items))
        return [str(item) for item in items]

    batches = Batches(work)
    asked = [list(range(n * 1000, n * 1000 + 1 + (37 * n) % 130)) for n in range(60)]
    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(batches.run, asked)) == [[str(item) for item in items] for items in asked]
    assert sum(sizes) == sum(map(len, asked))
    assert max(sizes) <= MOST
    assert len(sizes) < len(asked), "nobody was worked on together"


def test_those_who_wait_are_worked_on_together() -> None:
    first, rest = threading.Event(), threading.Event()
    seen: list[list[int]] = []

    def work(items: Sequence[int]) -> list[int]:
        seen.append(list(items))
        first.set()
        rest.wait(30)
        return list(items)

    batches = Batches(work)
    with ThreadPoolExecutor(11) as pool:
        answers = [pool.submit(batches.run, [0])]
        assert first.wait(30)
        answers += [pool.submit(batches.run, [n]) for n in range(1, 11)]
        while len(batches._waiting) < 10:
            pass
        rest.set()
        assert [answer.result(30) for answer in answers] == [[n] for n in range(11)]
    assert [sorted(items) for items in seen] == [[0], list(range(1, 11))]


def test_an_error_reaches_those_it_is_about_and_nobody_after() -> None:
    def work(items: Sequence[int]) -> list[int]:
        if 13 in items:
            raise ValueError("no")
        return list(items)

    batches = Batches(work)
    with pytest.raises(ValueError, match="no"):
        batches.run([13])
    assert batches.run(list(range(20, 20 + 3 * PART))) == list(range(20, 20 + 3 * PART))


def test_nothing_asked_is_nothing_worked_on() -> None:
    assert Batches(list).run([]) == []
