"""The bar shows up late, on terminals only, and leaves nothing behind."""

from __future__ import annotations

import io
import time

import pytest
from rich.console import Console

from api.cli.progress import BarProgress


def shown(*, is_terminal: bool, delay_s: float, work_s: float) -> str:
    out = io.StringIO()
    with BarProgress(Console(file=out, force_terminal=is_terminal, width=80), delay_s) as progress:
        progress.stage("reading", 2)
        progress.advance()
        time.sleep(work_s)
        progress.stage("scoring")
        progress.advance(3)
    return out.getvalue()


def test_short_work_shows_nothing() -> None:
    assert shown(is_terminal=True, delay_s=5, work_s=0) == ""


def test_long_work_shows_its_stage() -> None:
    assert "reading" in shown(is_terminal=True, delay_s=0.01, work_s=0.4)


def test_no_terminal_sees_anything() -> None:
    assert shown(is_terminal=False, delay_s=0, work_s=0.1) == ""


def test_the_bar_ends_when_the_work_fails() -> None:
    out = io.StringIO()

    def work() -> None:
        with BarProgress(Console(file=out, force_terminal=True), 0) as progress:
            progress.stage("dividing")
            time.sleep(0.1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    before = out.getvalue()
    time.sleep(0.2)
    assert out.getvalue() == before
