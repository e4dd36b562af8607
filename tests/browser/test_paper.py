"""A report in a real browser: it shows the explorer's picture, prints as its PDF looks, and can be had as a file."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pypdf
from playwright.sync_api import Page

from tests.browser.conftest import Site
from tests.browser.test_pages import DRIVER, settled, violations


def test_a_report_shows_what_the_explorer_shows_prints_whole_and_can_be_had_as_a_file(own_site: Site) -> None:
    with own_site.visit("inv") as page:
        report, told = filed(page)
        page.goto(report)
        assert told in page.inner_text(".evidence:has(svg.sketch)")
        assert page.get_attribute("svg.sketch", "aria-label") == told
        things = int(told.split(" ")[0].replace(",", ""))
        assert page.locator("table.shown tbody tr").count() == things
        assert page.locator("svg.sketch :is(.g-driver, .g-event, .g-thing, .g-hub)").count() == things
        assert violations(page) == []
        printed = pages_of(page.pdf(format="Letter", prefer_css_page_size=True))
        with page.expect_download() as coming:
            page.click("a:has-text('Get as PDF')")
        assert re.fullmatch(r"crosslane-case-\d+\.pdf", coming.value.suggested_filename)
        made = pages_of(Path(coming.value.path()).read_bytes())
    for sheets in (printed, made):
        assert len(sheets) > 1
        for place, sheet in enumerate(sheets, 1):
            assert f"Page {place} of {len(sheets)}" in sheet
            assert re.search(r"Case \d+ · inv · Investigation · \d+ \w+ \d{4} \d\d:\d\d UTC", sheet)
        whole = " ".join(sheets)
        for text in ("[E1] Driver", "[E2] View around", told, "Strength Certain", "confirmed", "Ask about [E1]"):
            assert text in whole, text
    assert "Get as PDF" not in " ".join(printed)
    assert "Sign out" not in " ".join(printed)


def test_a_report_is_sound_in_the_dark_and_in_a_narrow_window(own_site: Site) -> None:
    with own_site.visit("inv") as page:
        report, _ = filed(page)
    with own_site.visit("inv", mode="dark", viewport={"width": 320, "height": 640}) as page:
        page.goto(report)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.querySelector('.g-by')).fill") == "rgb(26, 32, 41)"
        assert not page.locator(".top").is_visible()


def filed(page: Page) -> tuple[str, str]:
    """The report of a new case about a driver and a saved view: its address, and what the explorer said of the view."""
    page.goto(f"/drivers/{DRIVER}/explore")
    settled(page)
    page.click("summary:has-text('Save view')")
    page.fill("#view-name", "around one driver")
    page.click("form[data-save] button")
    page.wait_for_url("**/views/*")
    settled(page)
    told, view = page.inner_text("[data-summary]").strip(), page.url.rpartition("/")[2]
    page.goto(f"/drivers/{DRIVER}")
    csrf = str(page.get_attribute("meta[name=csrf]", "content"))
    given = {"csrf": csrf, "title": "Trucks that drivers share", "kind": "driver", "ref": DRIVER, "note": "See E2."}
    opened = page.request.post("/cases", form=given, max_redirects=0)
    case = opened.headers["location"]
    page.request.post(f"{case}/pins", form={"csrf": csrf, "kind": "view", "ref": view, "note": ""}, max_redirects=0)
    page.request.post(f"{case}/notes", form={"csrf": csrf, "text": "Ask about [E1]."}, max_redirects=0)
    return f"{case}/report", told


def pages_of(content: bytes) -> list[str]:
    """What each page of a PDF says."""
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return [re.sub(r"\s+", " ", page.extract_text().replace("\u200b", "")) for page in pages]
