"""`make screenshots`: every page of the browser, light and dark, from the demo's world of synthetic people.

Takes the browser and the pages that the tests have, so that what is shown is what is tested.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, FloatRect, Page, sync_playwright

from api.accounts.users import Users
from api.bootstrap import open_workspace
from api.cli import main
from tests.browser.conftest import ARGUMENTS, CHROMIUM, PASSWORD, PEOPLE, Site, serving
from tests.browser.test_pages import PAGES, asked, settled
from tools import tour

OUT = Path("docs/screens")
SIZE = {"width": 1280, "height": 900}
TALLEST = 2600
"""Pixels of a page that are shown: the rows below are as those above."""
MODES = ("light", "dark")
NAMES = {
    "/": "work",
    "/drivers/D-SIKWOKVK2N": "driver",
    "/why": "why",
    "/connect": "connect",
    "/coverage/D-74YJUZX7GN": "driver-coverage",
    "/ports/2304": "port",
    "/patterns/near-offenders": "pattern",
    "/reviews/17": "review",
    "/reviews/17/replay": "replay",
    "/loads/1": "load",
}
"""What a page is called where its address does not say so."""


def shoot() -> int:
    """All pages are in docs/screens, and none that is no page any more; returns how many pictures were taken."""
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        workspace = Path(folder) / "demo"
        _make(workspace)
        with serving(workspace) as url:
            site = Site(url, workspace, browser)
            pages = {_name(user, path): (user, path) for user, path in PAGES}
            pages |= tour.prepared(site, Path(folder))
            for mode in MODES:
                _signing_in(site, mode)
                for user in sorted({user for user, _ in pages.values()}):
                    with site.visit(user, mode=mode, viewport=SIZE) as page:
                        for name, (_, path) in ((name, one) for name, one in pages.items() if one[0] == user):
                            page.goto(path)
                            _take(page, f"{name}-{mode}")
                _answers(site, Path(folder), mode)
    return len(list(OUT.glob("*.png")))


def _answers(site: Site, folder: Path, mode: str) -> None:
    """Pages that answer what somebody sent, which no address leads to."""
    with site.visit("inv", mode=mode, viewport=SIZE) as page:
        tour.searched(page)
        _take(page, f"search-found-{mode}")
        tour.matched(page, folder)
        _take(page, f"match-list-found-{mode}")
        asked(page, "near-offenders")
        _take(page, f"pattern-answer-{mode}")
    with site.visit("rev", purpose="review", mode=mode, viewport=SIZE) as page:
        tour.foreseen(page)
        _take(page, f"split-foreseen-{mode}")
    with site.visit("loa", purpose="loading", mode=mode, viewport=SIZE) as page:
        tour.checked(page, folder)
        _take(page, f"load-check-{mode}")


def _signing_in(site: Site, mode: str) -> None:
    context = site.browser.new_context(base_url=site.url, color_scheme=mode, viewport=SIZE)
    page = context.new_page()
    page.goto("/sign-in")
    _take(page, f"sign-in-{mode}")
    context.close()


def _take(page: Page, name: str) -> None:
    settled(page)
    page.wait_for_timeout(400)  # the font is there and the canvas drawn
    tall = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    shown: FloatRect = {"x": 0, "y": 0, "width": SIZE["width"], "height": tall}
    page.screenshot(path=OUT / f"{name}.png", full_page=True, clip=shown)


def _name(user: str, path: str) -> str:
    plain = path.split("?", maxsplit=1)[0]
    name = NAMES.get(plain) or plain.strip("/").split("/")[-1]
    return f"{name}-{user}" if plain == "/" else name


def _make(folder: Path) -> None:
    if main(["demo", "--workspace", str(folder)]) != 0:
        sys.exit("the demo could not be made")
    with open_workspace(folder).transaction() as connection:
        for name, role in PEOPLE.items():
            Users(connection).add(name, role, "screenshots", PASSWORD)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's Chromium."""
    found = next((path for path in CHROMIUM if Path(path).exists()), None)
    if found is None:
        sys.exit("no Chromium on this machine (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield opened
        opened.close()


if __name__ == "__main__":
    print(f"{shoot()} pictures in {OUT}")
