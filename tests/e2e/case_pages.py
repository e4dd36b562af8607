"""A case's people on every page that shows a person, in a real browser, and the files that leave those pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from api.accounts.users import Users
from api.bootstrap import open_workspace
from tests.browser.conftest import ARGUMENTS, PASSWORD, PEOPLE, Site, chromium_here, serving
from tests.browser.test_journeys import uploaded

OF_A_DRIVER = ("", "/identity", "/risk")
NOTE = '<img src=x onerror=document.title="owned">'


@dataclass(frozen=True)
class Watched:
    """A page on which nothing of the case may run.

    Args:
        texts: what must be seen as it was recorded.
        title: what a script that runs would make of the page's title.
    """

    page: Page
    texts: list[str]
    title: str

    def open(self, address: str) -> None:
        """The page at an address."""
        self.page.goto(address)
        self.page.wait_for_load_state("load")
        self.assert_nothing_ran()

    def assert_nothing_ran(self) -> None:
        """Markup of a record has become no element, and no script has spoken."""
        self.page.wait_for_timeout(100)  # an image that fails to load says so a moment later
        assert self.title not in self.page.title()
        assert (
            self.page.locator("img[src=x], svg[onload], script:not([src]):not([type='application/json'])").count() == 0
        )

    def seen(self, texts: list[str] | None = None) -> None:
        """The texts can be read."""
        told = self.page.inner_text("main")
        for text in self.texts if texts is None else texts:
            assert text in told, f"{text} is not to be read on {self.page.url}"


def files_from_pages(folder: Path, drivers: Path, texts: list[str], title: str) -> list[str]:
    """Every CSV that an investigator takes from the pages of a workspace, once all of them have been looked at.

    Args:
        folder: of the workspace; one person a role is added to it.
        drivers: file of the case.
    """
    with _site(folder) as site, site.visit("inv") as page:
        watched = Watched(page, texts, title)
        addresses = _search(watched)
        _look(watched, addresses)
        return [*_explore(watched, addresses), *_keep(watched, addresses), *_match(watched, drivers)]


@contextmanager
def _site(folder: Path) -> Iterator[Site]:
    with open_workspace(folder).transaction() as connection:
        for name, role in PEOPLE.items():
            Users(connection).add(name, role, "test", PASSWORD)
    with sync_playwright() as playwright, serving(folder) as url:
        browser = playwright.chromium.launch(executable_path=chromium_here(), args=list(ARGUMENTS))
        yield Site(url, folder, browser)
        browser.close()


def _search(watched: Watched) -> list[str]:
    """Addresses of all drivers, found by their records and, where it is the name, by the markup itself."""
    page, found = watched.page, dict[str, None]()
    for text in ("x1", "x2", "x3", "x4", *watched.texts):
        watched.open("/search")
        page.fill("#text", text)
        page.click("main form button.primary")
        page.wait_for_selector("#hits a")
        watched.assert_nothing_ran()
        if text in watched.texts:
            watched.seen([text])
        found |= dict.fromkeys(str(link.get_attribute("href")) for link in page.locator("#hits a").all())
    return list(found)


def _look(watched: Watched, addresses: list[str]) -> None:
    """Every page of every driver; each text stands on each kind of page."""
    for part in OF_A_DRIVER:
        told = ""
        for address in addresses:
            watched.open(address + part)
            told += watched.page.inner_text("main")
        for text in watched.texts:
            assert text in told, f"{text} is not to be read on {part or 'the page of a driver'}"


def _explore(watched: Watched, addresses: list[str]) -> list[str]:
    """The picture around each driver, one thing expanded, each row's details opened; what it exports."""
    page, told, files = watched.page, "", []
    for address in addresses:
        watched.open(f"{address}/explore")
        page.wait_for_selector("[data-ready]")
        homes = page.locator('[data-explorer] tbody tr[data-id^="Address:"] button')
        if homes.count():
            homes.first.click()
            page.locator("[data-do=expand]").click()
            page.wait_for_timeout(500)
        for row in page.locator("[data-explorer] tbody tr button").all():
            row.click()
            watched.assert_nothing_ran()
        told += page.inner_text("main")
        files += [_download(page, f"button[value={form}]") for form in ("csv", "i2")]
    for text in watched.texts:
        assert text in told, f"{text} is not to be read in the explorer"
    return files


def _keep(watched: Watched, addresses: list[str]) -> list[str]:
    """A case of all of them, its report, and its file."""
    page = watched.page
    for number, address in enumerate(addresses):
        watched.open(address)
        page.click("summary:has-text('Pin to a case')")
        page.fill("#pin-note-driver", NOTE)
        if number:
            page.click("button[formaction='/cases/1/pins']")
        else:
            page.fill("#pin-title-driver", NOTE)
            page.click("text=Open the case and pin")
        page.wait_for_url("**/cases/1*")
        watched.assert_nothing_ran()
    watched.seen()
    watched.open("/cases/1/report")
    watched.seen([*watched.texts, NOTE])
    watched.open("/cases/1")
    return [_download(page, "a:has-text('Export')")]


def _match(watched: Watched, drivers: Path) -> list[str]:
    """The case's own file as a list to be matched."""
    uploaded(watched.page, drivers)
    watched.assert_nothing_ran()
    watched.seen()
    return [_download(watched.page, "a:has-text('Export')")]


def _download(page: Page, button: str) -> str:
    with page.expect_download() as download:
        page.click(button)
    return Path(download.value.path()).read_text("utf-8-sig")
