"""`report` and `unlinkables`: one page that needs nothing else and holds nobody's data."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

NAMES = "source,record_id,country,given_name,surname,second_surname,birth_date"
HEADER = f"{NAMES},licence_number,licence_jurisdiction,phone"
DRIVERS = f"""{HEADER}
US,u1,US,Lucretia,Van Houten,,1981-01-03,VH810101,OH,216-555-0148
CA,c1,CA,LUCRETIA,VANHOUTEN,,1981-01-03,VH810101,OH,216-555-0148
US,u2,US,Bartholomew,Szymanski,,1975-10-20,SZ751020,OH,
US,u3,US,Al,,,,,,
"""
TRUTH = "source,record_id,entity_id,group\nUS,u1,e1,anglo\nCA,c1,e1,anglo\nUS,u2,e2,other\n"
SECRETS = ("lucretia", "houten", "szymanski", "1981-01-03", "vh810101", "5550148", "555-0148")


class Page(HTMLParser):
    """What a browser would fetch, run and show."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.headings: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag != "meta":
            self.open.append(tag)
        for name, value in attrs:
            assert name not in {"src", "href", "onclick", "onload"}, (tag, name, value)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "h2":
            self.headings.append(data)


@pytest.fixture
def loaded(cli: Any, write: Callable[[str, str], Path]) -> Any:
    cli.json("load", write("drivers.csv", DRIVERS), "--source", "drivers", "--today", "2026-06-30")
    return cli


def test_the_page_stands_alone_and_holds_nobody(loaded: Any, write: Callable[[str, str], Path], tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    document = loaded.json("report", "--out", out, "--truth", write("truth.csv", TRUTH))
    text = out.read_text("utf-8")
    page = Page(text)
    assert page.open == []
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert "url(" not in text
    assert "http" not in text.replace("http-equiv", "")
    assert not [secret for secret in SECRETS if secret in text.lower()]
    assert not [secret for secret in SECRETS if secret in str(document).lower()]
    assert page.tags.count("svg") >= 5
    assert page.tags.count("table") >= page.tags.count("svg")
    assert "US/u1" in text
    assert [title.split()[0] for title in page.headings] == [
        "What", "Accuracy", "How", "Match", "What", "Identities", "Blocking", "Records", "Runs",
    ]  # fmt: skip


def test_its_figures_are_those_of_the_other_commands(
    loaded: Any, write: Callable[[str, str], Path], tmp_path: Path
) -> None:
    truth = write("truth.csv", TRUTH)
    document = loaded.json("report", "--out", tmp_path / "r.html", "--truth", truth)
    assert document["accuracy"]["evaluation"] == loaded.json("evaluate", "--truth", truth)
    assert document["unlinkables"] == loaded.json("unlinkables")
    assert document["runs"] == loaded.json("runs")["rows"]
    assert document["counts"]["records"] == 4
    assert sum(row["records"] for row in document["sizes"]) == 4
    (weakest,) = document["weakest"]
    assert {weakest["left"], weakest["right"]} == {"US/u1", "CA/c1"}
    shown = loaded.json("show", "US/u1")["weakest_link"]
    assert shown["bits"] == weakest["bits"]
    first = document["accuracy"]["curve"][0]
    assert (first["true"], first["correct"]) == (1, 1)


def test_without_a_truth_there_is_no_accuracy_and_an_empty_workspace_has_a_page_too(
    loaded: Any, cli: Any, tmp_path: Path
) -> None:
    assert loaded.json("report", "--out", tmp_path / "r.html")["accuracy"] is None
    assert "Accuracy" not in (tmp_path / "r.html").read_text("utf-8")
    empty = cli.at(tmp_path / "empty")
    assert empty.json("report", "--out", tmp_path / "e.html")["counts"]["records"] == 0
    Page((tmp_path / "e.html").read_text("utf-8"))


@pytest.mark.parametrize("out", [".", "nowhere/at/all.html"])
def test_a_place_that_cannot_be_written_is_refused(loaded: Any, out: str) -> None:
    result = loaded("report", "--out", out)
    assert result.code == 2
    assert "--out" in result.err


def test_a_record_that_holds_too_little_is_counted_and_listed(loaded: Any) -> None:
    document = loaded.json("unlinkables")
    assert document["records"] == 4
    assert document["below_same"] == 1
    assert next(row for row in document["by_source"] if row["source"] == "CA")["below_same"] == 0
    assert document["lacking"][0]["lacks"] == "surname, birth date, identifier, contact"
    listed = loaded("unlinkables", "--format", "csv").out.splitlines()
    assert [line.split(",")[0] for line in listed] == ["key", "US/u3"]
    assert "1 of 4" in loaded("unlinkables").out
