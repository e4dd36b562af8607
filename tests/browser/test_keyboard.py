"""The design's six journeys by keyboard alone: no click, and nothing focused but by Tab or a key of the pages."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import expect

from api.bootstrap import open_workspace
from eligibility.trail import Trail
from tests.browser.conftest import Site
from tests.browser.keyboard import Keyboard
from tests.browser.test_journeys import (
    assert_reasons_add_up,
    assert_twin,
    assert_unmasked_for_a_reason,
    known_names,
    positions,
)


@contextmanager
def at(site: Site, user: str, purpose: str = "investigation") -> Iterator[Keyboard]:
    """Somebody at a keyboard, signed in by it."""
    with site.opened() as page:
        keyboard = Keyboard(page)
        keyboard.sign_in(user, purpose)
        yield keyboard


def to_the_driver(keys: Keyboard, words: str = "parker jason") -> None:
    """By the search key to the driver's page."""
    keys.page.wait_for_load_state("load")
    keys.press("/")
    keys.type(words)
    with keys.page.expect_navigation(url="**/s/**"):
        keys.press("Enter")
    keys.skip()
    keys.page.wait_for_selector("#hits a")
    first = keys.page.locator("#hits a").first.inner_text()
    keys.follow("link", first, "**/drivers/**")


def test_three_hundred_names(site: Site, tmp_path: Path) -> None:
    rows = known_names(open_workspace(site.folder), 30)
    names = tmp_path / "names.csv"
    names.write_text("Name,DOB\n" + "".join(f'"{name}",{born}\n' for name, born in rows), "utf-8")
    with at(site, "inv") as keys:
        page = keys.page
        keys.follow("link", "Explore", "**/search")
        keys.skip()
        keys.follow("link", "Match a list", "**/match-list")
        for _ in range(60):  # the index of a fresh workspace is still being made
            keys.skip()
            keys.file("List (CSV, up to 500 rows)", names)
            keys.follow("button", "Check")
            if "token=" in page.url:
                break
            page.wait_for_timeout(1000)
            page.goto("/match-list")
        assert re.search(r"30 rows: \d+ matched, \d+ several, \d+ none", page.inner_text("main"))
        keys.skip()
        keys.follow("link", "Find what connects them", "**/connect**")
        first = page.locator("main table").first.locator("tbody tr").first.inner_text()
        assert re.match(r"\d+ of \d+", first)
        keys.skip()
        pin(keys, "Three hundred names")
        assert "Three hundred names" in page.inner_text("main")
        assert "Scores as of 30 Jun 2026" in page.inner_text("main")
        keys.skip()
        exported = keys.download("link", "Export")
        cells = [cell for row in csv.reader(io.StringIO(exported.read_text("utf-8"))) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
        keys.follow("link", "Cases", "**/cases", nth=1)
        keys.skip()
        keys.file("Open an exported case", exported)
        keys.follow("button", "Open")
        assert "Nothing changed since it was exported" in page.inner_text("main")
        keys.skip()
        keys.follow("link", re.compile("What connects"), "**/connect**")
        assert page.locator("main table").first.locator("tbody tr").first.inner_text() == first


def pin(keys: Keyboard, title: str) -> None:
    """Opens a case for what the page shows."""
    opening(keys, "Pin to a case")
    keys.write("Title of a new case", title)
    keys.follow("button", "Open the case and pin", "**/cases/1")


def opening(keys: Keyboard, summary: str) -> None:
    """Opens what stands under a summary."""
    goal = keys.page.locator("summary", has_text=summary).element_handle()
    assert goal is not None
    keys.go(goal)
    keys.press("Enter")
    assert goal.evaluate("at => at.parentElement.open")


def test_find_a_driver_and_read_why(site: Site) -> None:
    workspace = open_workspace(site.folder)
    with at(site, "inv") as keys:
        page = keys.page
        to_the_driver(keys)
        assert "Not known" in page.inner_text("main")
        assert "differs" in page.inner_text("main")
        keys.skip()
        keys.follow("link", "All reasons, with routes and records", "**/risk")
        assert_reasons_add_up(page)
        keys.skip()
        keys.follow("link", "Back to the driver", "**/drivers/**")
        keys.skip()
        keys.follow("button", "Show identifiers")
        assert "Give a reason first" in page.inner_text("main")
        assert "894007022" not in page.content()
        keys.skip()
        keys.write("Reason for showing them", "Checking the licence with the state")
        with page.expect_navigation():
            keys.press("Enter")
        page.wait_for_selector("text=Identifiers are shown until")
        assert "894007022" in page.inner_text("main")
    assert_unmasked_for_a_reason(workspace)


def test_from_a_driver_to_the_seizure(site: Site) -> None:
    with at(site, "inv") as keys:
        page = keys.page
        to_the_driver(keys)
        keys.skip()
        keys.follow("link", "Explore links", "**/explore")
        page.wait_for_selector("[data-ready]")
        assert_twin(page)
        before = positions(page)
        keys.skip("Skip to the picture")
        assert "canvas" in str(keys.here())
        walk_to(keys, "…3825")
        keys.press("e")
        expect(page.locator("[data-told]")).to_contain_text("new things")
        assert_twin(page)
        after = positions(page)
        assert {name: after[name] for name in before} == before, "what was there has not moved"
        assert page.locator("[data-explorer] tbody tr", has_text="Smuggling").count() > 0
        month(keys, "From month", "January", "2026")
        expect(page.locator("[data-summary]")).to_contain_text("outside the period")
        assert_twin(page)
        opening(keys, "Save view")
        keys.write("Name of the view, without names of people", "The truck of March")
        keys.follow("button", "Save view", "**/views/*")
        page.wait_for_selector("[data-ready]")
        address, shown, kept = page.url, page.inner_text("[data-summary]"), positions(page)
    assert "parker" not in address.lower()
    with at(site, "inv2") as keys:
        keys.follow("link", "Explore", "**/search")
        keys.skip()
        keys.follow("link", "Saved views", "**/views")
        keys.skip()
        keys.follow("link", "The truck of March", address)
        keys.page.wait_for_selector("[data-ready]")
        assert keys.page.inner_text("[data-summary]") == shown
        assert positions(keys.page) == kept


def walk_to(keys: Keyboard, label: str) -> None:
    """Along the ties of what is chosen to a neighbour, by `]`, and there by Enter; back in the picture by Escape."""
    told = keys.page.locator("#told")
    for _ in range(60):
        keys.press("]")
        if label in told.inner_text():
            break
    else:
        raise AssertionError(f"no tie leads to {label}")
    keys.press("Enter")
    assert label in keys.page.inner_text("[data-detail]")
    keys.press("Escape")
    assert "canvas" in str(keys.here())
    assert label in keys.page.locator("[data-explorer] tr[aria-selected=true]").inner_text()


def month(keys: Keyboard, name: str, word: str, year: str) -> None:
    """Writes a month into a field that the browser splits into two."""
    goal = keys.page.get_by_label(name).first.element_handle()
    keys.go(goal, back=True)
    keys.tab("Shift+Tab")  # from the button that shows a calendar
    keys.tab("Shift+Tab")  # over the year to the month
    keys.type(word)
    keys.press("ArrowRight")
    keys.type(year)
    assert keys.page.evaluate("document.activeElement.value").startswith(year)
    keys.tab()


def test_a_review_by_two_people(site: Site) -> None:
    workspace = open_workspace(site.folder)
    with at(site, "rev", "review") as keys:
        page = keys.page
        keys.follow("link", "Review", "**/reviews")
        keys.skip()
        keys.choose("Brought up by", "licence_withdrawn")
        keys.follow("button", "Apply")
        keys.skip()
        first = page.locator("main tbody a").first.inner_text()
        keys.follow("link", first, re.compile(r"/reviews/\d+$"))
        address = page.url
        keys.skip("Skip to the decision")
        keys.follow("button", "Take this review")
        assert page.get_by_role("button", name="Record recommendation").is_disabled()
        assert "Off until" in page.inner_text("#decision")
        while page.locator(".tag.unknown", has_text="to be resolved").count():
            resolve_one(keys)
        keys.skip("Skip to the decision")
        radio(keys, "Suspend")
        boxes = page.locator("input[name=code]")
        name = boxes.first.evaluate("box => box.closest('label').innerText.trim()")
        keys.do("checkbox", name, key="Space")
        keys.write("Why, in your words", "The record is theirs and within look-back")
        keys.follow("button", "Record recommendation")
        assert "A second person has to sign" in page.inner_text("#decision")
        assert page.get_by_role("button", name="Sign", exact=True).count() == 0
    with at(site, "sup", "review") as keys:
        page = keys.page
        keys.skip()
        number = address.rsplit("/", 1)[-1].partition("#")[0]
        keys.follow("link", f"Review {number}", "**/reviews/**")
        keys.skip("Skip to the decision")
        keys.write("Why you sign", "Read the file; the record is theirs")
        keys.follow("button", "Sign")
        assert "Decided: Suspend" in page.inner_text("#decision")
        keys.skip("Skip to the decision")
        keys.follow("link", "Letter", "**/letter**")
        assert page.locator(".letter").inner_text().strip()
    with workspace.reading() as connection:
        assert Trail(connection).verify() == []


def resolve_one(keys: Keyboard) -> None:
    """Records a finding on the first factor that has none."""
    page = keys.page
    block = page.locator("section[id^=factor-]:has(.tag.unknown)").first
    number = (block.get_attribute("id") or "").removeprefix("factor-")
    keys.skip()
    goal = page.locator(f"#factor-{number} input[type=radio]").first.element_handle()
    keys.go(goal)
    keys.press("Space")
    keys.reach("textbox", "Reason", nth=int(number) - 1)
    keys.type("Read the court record")
    with page.expect_navigation():
        keys.press("Enter")


def radio(keys: Keyboard, name: str) -> None:
    """Chooses one of a group: Tab reaches the group, arrows go round in it."""
    wanted = keys.page.get_by_role("radio", name=name).first.element_handle()
    assert wanted is not None
    group = wanted.get_attribute("name")
    while keys.page.evaluate("document.activeElement.name ?? ''") != group:
        keys.tab()
    keys.press("Space")
    for _ in range(10):
        if wanted.evaluate("one => one.checked"):
            return
        keys.press("ArrowDown")
    raise AssertionError(name)


def test_split_and_take_back(own_site: Site) -> None:
    with at(own_site, "rev", "review") as keys:
        page = keys.page
        to_the_driver(keys)
        before = page.inner_text(".figures")
        keys.skip()
        keys.follow("link", "Open identity", "**/identity")
        assert "Weakest link" in page.inner_text("main")
        keys.skip()
        keys.choose("Record that is somebody else", "CBP/SZ000012-1")
        keys.choose("It is not the same person as", "USINS/TX00000513")
        keys.write("Reason", "Another man of that name")
        keys.follow("button", "See what would follow")
        assert "would change" in page.inner_text("main")
        keys.skip()
        keys.follow("button", "Split now", "**/identity")
        keys.skip()
        keys.follow("link", "Back to the driver", "**/drivers/**")
        assert page.inner_text(".figures") != before
        keys.skip()
        keys.follow("link", "Open identity", "**/identity")
        assert "Another man of that name" in page.inner_text("main")
        keys.skip()
        keys.reach("button", "Take back")
        keys.reach("textbox", "Reason", back=True, nth=-1)
        keys.type("It was him after all")
        with page.expect_navigation():
            keys.press("Enter")
        keys.skip()
        keys.follow("link", "Back to the driver", "**/drivers/**")
        assert page.inner_text(".figures") == before


def test_load_and_correct(own_site: Site, tmp_path: Path) -> None:
    head = "source,record_id,country,given_name,surname,birth_date\n"
    bad, mended = tmp_path / "drivers.csv", tmp_path / "mended.csv"
    bad.write_text(head + "US,zz1,US,Ann,Testperson,1980-01-01\nUS,,US,Ben,Nokey,1980-01-01\n", "utf-8")
    mended.write_text(head + "US,zz19,US,Ben,Nokey,1980-01-01\n", "utf-8")
    with at(own_site, "loa", "loading") as keys:
        page = keys.page
        keys.follow("link", "Loads", "**/loads")
        sent(keys, bad, "Check")
        assert "Would load 1, reject 1 of 2 rows" in page.inner_text("main")
        keys.skip()
        keys.follow("link", "All loads", "**/loads")
        sent(keys, bad, "Load")
        page.wait_for_selector("text=rows read =", timeout=120_000)
        assert "2 rows read = 1 accepted + 1 rejected" in page.inner_text("main")
        keys.skip()
        rejects = keys.download("link", "Download as CSV")
        assert [row["line"] for row in csv.DictReader(io.StringIO(rejects.read_text("utf-8")))] == ["3"]
        keys.follow("link", "Load the corrected file", "**/loads#file")
        sent(keys, mended, "Load", skip=False)
        page.wait_for_selector("text=rows read =", timeout=120_000)
        assert "1 rows read = 1 accepted + 0 rejected" in page.inner_text("main")
        keys.skip()
        keys.follow("link", "All loads", "**/loads")
        sent(keys, mended, "Load")
        page.wait_for_selector("text=Same bytes as a load before", timeout=120_000)


def sent(keys: Keyboard, file: Path, what: str, *, skip: bool = True) -> None:
    if skip:
        keys.skip()
    keys.file("File", file)
    keys.choose("Source", "drivers")
    keys.follow("button", what)
