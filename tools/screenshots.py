"""`make screenshots`: every page of the browser, light and dark, from the demo's world of synthetic people.

Takes the browser and the pages that the tests have, so that what is shown is what is tested.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from api.accounts.users import Users
from api.bootstrap import open_workspace
from api.cli import main
from tests.browser.conftest import ARGUMENTS, CHROMIUM, PASSWORD, PEOPLE, Site, serving
from tests.browser.test_pages import PAGES, asked, settled

OUT = Path("docs/screens")
SIZE = {"width": 1280, "height": 900}
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
    """All pages are in docs/screens; returns how many pictures were taken."""
    OUT.mkdir(parents=True, exist_ok=True)
    taken = 0
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        workspace = Path(folder) / "demo"
        _make(workspace)
        with serving(workspace) as url:
            site = Site(url, workspace, browser)
            for mode in ("light", "dark"):
                for user in ("inv", "rev", "loa", "aud"):
                    with site.visit(user, mode=mode, viewport=SIZE) as page:
                        for path in [path for who, path in PAGES if who == user]:
                            _take(page, path, OUT / f"{_name(user, path)}-{mode}.png")
                            taken += 1
                        if user == "inv":
                            asked(page, "near-offenders")
                            page.screenshot(path=OUT / f"pattern-answer-{mode}.png")
                            taken += 1
    return taken


def _take(page: Page, path: str, out: Path) -> None:
    page.goto(path)
    settled(page)
    page.wait_for_timeout(400)  # the font is there and the canvas drawn
    page.screenshot(path=out)


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
