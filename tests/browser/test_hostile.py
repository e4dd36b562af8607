"""Names that try to be markup, formulas or another text, on every page and in every export: shown as they are."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Site

CASE = Path("fixtures/cases/ui-markup-and-formulas-in-names/drivers.csv")
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 6
HOSTILE = f"""source,record_id,country,given_name,surname,birth_date,address,city,region
XX,1,US,"<img src=x onerror=""document.title='owned'"">",Aguilera,1971-01-01,1 Same St,Dayton,OH
XX,2,US,"=HYPERLINK(""http://example.invalid"",""Ed"")",Aguilera,1972-02-02,1 Same St,Dayton,OH
XX,3,US,\u202eyrraH,Aguilera,1973-03-03,1 Same St,Dayton,OH
XX,4,US,𠜎𠜱 😀,Aguilera,1974-04-04,1 Same St,Dayton,OH
XX,5,US,</script><svg onload=document.title='owned'>,Aguilera,1975-05-05,1 Same St,Dayton,OH
XX,6,US,{LONG},Aguilera,1976-06-06,1 Same St,Dayton,OH
XX,7,US,@SUM(1),Aguilera,1977-07-07,1 Same St,Dayton,OH
XX,8,US,محمد,Aguilera,1978-08-08,1 Same St,Dayton,OH
"""
SHOWN = ("<img src=x onerror=", "=HYPERLINK(", "</script><svg onload=", "@SUM(1)", "محمد", "😀", LONG[:60])


@pytest.fixture
def hostile(made_site: Callable[[str, dict[str, str]], Site]) -> Site:
    return made_site("hostile", {"drivers": HOSTILE})


def found(page: Page) -> list[str]:
    """Addresses of the drivers that a search for their surname finds."""
    page.goto("/search")
    page.fill("#text", "aguilera")
    page.click("main form button.primary")
    page.wait_for_selector("#hits a")
    return [str(link.get_attribute("href")) for link in page.locator("#hits a").all()]


def assert_harmless(page: Page) -> None:
    assert "owned" not in page.title()
    assert page.locator("img[src=x]").count() == 0
    assert page.locator("svg[onload]").count() == 0


def test_names_are_shown_as_recorded_and_run_nowhere(hostile: Site) -> None:
    with hostile.visit("inv") as page:
        addresses = found(page)
        told = page.inner_text("main")
        for text in SHOWN:
            assert text.lower() in told.lower(), text
        assert "U+202E" in told, "a mark that turns the text is shown as its code"
        assert_harmless(page)
        assert len(addresses) == 8
        for address in addresses:
            for part in ("", "/identity", "/risk", "/explore"):
                page.goto(address + part)
                if part == "/explore":
                    page.wait_for_selector("[data-ready]")
                    page.locator("[data-explorer] tbody tr button").last.click()
                    page.locator("[data-do=expand]").click()
                    page.wait_for_timeout(300)
                assert_harmless(page)
                wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                assert wide <= 0, address + part


def test_no_cell_of_an_export_is_a_formula(hostile: Site, tmp_path: Path) -> None:
    with hostile.visit("inv") as page:
        ids = [address.rsplit("/", 1)[1] for address in found(page)]
        page.goto("/connect?people=" + "+".join(ids))
        assert_harmless(page)
        page.click("summary:has-text('Pin to a case')")
        page.fill("#pin-title-connection", '=cmd|"/c calc"!A1')
        page.click("text=Open the case and pin")
        page.wait_for_url("**/cases/1")
        assert_harmless(page)
        with page.expect_download() as download:
            page.click("a:has-text('Export')")
        texts = [Path(download.value.path()).read_text("utf-8")]
        page.goto(f"/drivers/{ids[0]}/explore")
        page.wait_for_selector("[data-ready]")
        page.locator('[data-explorer] tbody tr[data-id^="Address:"] button').first.click()
        page.locator("[data-do=expand]").click()
        page.locator("[data-told]", has_text="new things").wait_for()
        for form in ("csv", "i2", "graphml", "gexf"):
            with page.expect_download() as download:
                page.click(f"button[value={form}]")
            texts.append(Path(download.value.path()).read_text("utf-8-sig"))
    for text in texts[:3]:
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert len(cells) > 9
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]
    for text in texts[3:]:
        assert "<img" not in text
        assert "&lt;img" in text


def test_the_case_that_broke_others(made_site: Callable[[str, dict[str, str]], Site]) -> None:
    site = made_site("case", {"drivers": CASE.read_text("utf-8")})
    with site.visit("inv") as page:
        page.goto("/search")
        page.fill("#text", "US/x1")
        for record in ("x1", "x2", "x3", "x4"):
            page.fill("#text", record)
            page.click("main form button.primary")
            page.wait_for_selector("#hits a")
            page.click("#hits a >> nth=0")
            page.wait_for_url("**/drivers/**")
            assert_harmless(page)
            if record == "x1":
                assert '<img src=x onerror=document.title="owned">' in page.inner_text("main")
            page.goto("/search")
