"""The explorer's time line: its ends, steps and Play move one period, and canvas and table follow."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_journeys import DRIVER, assert_twin, positions

ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


def opened(page: Page) -> None:
    page.goto(f"/drivers/{DRIVER}/explore")
    page.wait_for_selector("[data-ready]")


def period(page: Page) -> tuple[str, str]:
    return page.input_value("[data-filter=from]"), page.input_value("[data-filter=to]")


def test_days_are_written_in_words_and_once_where_first_and_last_are_the_same(site: Site) -> None:
    with site.visit("inv") as page:
        opened(page)
        page.locator("tr[data-id]", has_text="…3825").locator("button").first.click()
        for told in (page.inner_text("[data-detail]"), page.inner_text("[data-explorer] tbody")):
            assert not ISO.search(told)
            assert re.search(r"\d{1,2} [A-Z][a-z]{2} \d{4}", told)
            assert not re.search(r"(\d{1,2} \w{3} \d{4}) – \1", told)


def test_days_in_words_are_sorted_by_time(site: Site) -> None:
    with site.visit("inv") as page:
        opened(page)
        page.click("th button:has-text('First to last')")
        values = [cell.get_attribute("data-value") or "" for cell in page.locator("tbody tr td:nth-child(5)").all()]
        assert len(set(values)) > 5
        assert values == sorted(values)
        page.click("[data-do=later]")
        assert page.locator("th[aria-sort=ascending]").count() == 1
        kept = [cell.get_attribute("data-id") for cell in page.locator("tbody tr").all()]
        page.click("[data-do=earlier]")
        after = [cell.get_attribute("data-id") for cell in page.locator("tbody tr").all()]
        assert [one for one in after if one in kept] == [one for one in kept if one in after]


def test_the_ends_are_moved_by_keys_and_canvas_and_table_follow(site: Site) -> None:
    with site.visit("inv") as page:
        opened(page)
        whole, before = page.inner_text("[data-summary]"), positions(page)
        page.focus("[data-slide=from]")
        page.keyboard.press("End")
        page.keyboard.press("ArrowLeft")
        since, until = period(page)
        assert re.fullmatch(r"\d{4}-\d{2}", since)
        assert until == ""
        assert page.get_attribute("[data-slide=from]", "aria-valuetext") in page.evaluate(
            "[...Array(12)].map((_, m) => new Date(Date.UTC(2026, m)).toLocaleString('en', {month: 'short'}) + ' ' + "
            f"'{since[:4]}')"
        )
        assert "outside the period" in page.inner_text("[data-summary]")
        assert len(positions(page)) < len(before)
        assert_twin(page)
        page.keyboard.press("Home")
        assert period(page) == ("", "")
        assert page.inner_text("[data-summary]") == whole
        assert positions(page) == before, "what comes back stands where it stood"


def test_the_bars_count_what_the_table_lists(site: Site) -> None:
    with site.visit("inv") as page:
        opened(page)
        dated = page.evaluate(
            "(() => { const t = window.crosslane.cy.edges().length;"
            " return t - JSON.parse(document.querySelector('#explorer-data').textContent).edges"
            ".filter(e => !e.first && !e.last).length; })()"
        )
        heights = [float(bar.get_attribute("height") or 0) for bar in page.locator("[data-histogram] rect").all()]
        assert dated <= sum(heights)
        told = page.inner_text("[data-spread]")
        assert f"with {max(heights):.0f}." in told
        undated = re.search(r"Without a date: (\d+)", told)
        assert (int(undated[1]) if undated else 0) + dated == page.evaluate("window.crosslane.cy.edges().length")


def test_the_ends_cannot_pass_each_other(site: Site) -> None:
    with site.visit("inv") as page:
        opened(page)
        page.fill("[data-filter=from]", "2025-06")
        page.fill("[data-filter=to]", "2025-09")
        page.locator("[data-filter=to]").dispatch_event("change")
        page.focus("[data-slide=from]")
        for _ in range(6):
            page.keyboard.press("ArrowRight")
        assert period(page) == ("2025-12", "2025-12")


def test_a_step_moves_the_period_by_a_month_and_stops_at_the_end(site: Site) -> None:
    with site.visit("inv") as page:
        opened(page)
        page.click("[data-do=later]")
        first, last = period(page)
        page.click("[data-do=later]")
        assert period(page) != (first, last)
        page.click("[data-do=earlier]")
        assert period(page) == (first, last)
        page.click("[data-do=earlier]")
        assert period(page) == (first, last), "there is nothing before the first month"


def test_play_moves_on_by_itself_until_it_is_stopped(site: Site) -> None:
    with site.visit("inv") as page:
        opened(page)
        page.focus("[data-do=play]")
        page.keyboard.press("Enter")
        expect(page.locator("[data-do=play]")).to_have_text("Pause")
        assert page.get_attribute("[data-summary]", "aria-live") == "off"
        begun = period(page)
        assert all(begun)
        expect(page.locator("[data-filter=from]")).not_to_have_value(begun[0])
        assert period(page) > begun
        assert_twin(page)
        page.keyboard.press("Enter")
        expect(page.locator("[data-do=play]")).to_have_text("Play")
        assert page.get_attribute("[data-summary]", "aria-live") == "polite"
        stopped = period(page)
        page.wait_for_timeout(2000)
        assert period(page) == stopped


def test_play_is_not_offered_where_less_motion_is_asked_for_and_the_steps_are(site: Site) -> None:
    with site.visit("inv", reduced_motion="reduce") as page:
        opened(page)
        assert not page.is_visible("[data-do=play]")
        assert "asks for less motion" in page.inner_text("[data-still]")
        page.click("[data-do=later]")
        assert all(period(page))


@pytest.mark.parametrize("way", ["period", "kind"])
def test_what_was_brought_while_it_was_filtered_out_has_a_place_later(site: Site, way: str) -> None:
    control = "[data-filter=from]" if way == "period" else "[data-filter=kind][value=Event]"
    with site.visit("inv") as page:
        opened(page)
        if way == "period":
            page.fill(control, "2026-06")
        else:
            page.uncheck(control)
        page.locator(control).dispatch_event("change")
        page.locator("tr[data-id]", has_text="PARKER").locator("button").first.click()
        page.click("[data-do=expand]")
        expect(page.locator("[data-told]")).to_contain_text("new things")
        if way == "period":
            page.fill(control, "")
        else:
            page.check(control)
        page.locator(control).dispatch_event("change")
        spots = list(positions(page).values())
        assert len(spots) == len(set(spots)), "no two stand on each other"
