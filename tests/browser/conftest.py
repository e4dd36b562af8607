"""A server of its own over the demo's world, and Debian's Chromium in front of it.

Without Chromium the tests are skipped by name; where CROSSLANE_REQUIRE_BROWSER is set they fail.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request, sync_playwright

from api.accounts.users import Users
from api.bootstrap import open_workspace
from api.cli import main
from api.roles import Role
from tests.once import copy_of_demo

CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PASSWORD = "quokka lanterns hum softly"
PEOPLE = {
    "inv": Role.INVESTIGATOR,
    "inv2": Role.INVESTIGATOR,
    "rev": Role.REVIEWER,
    "sup": Role.SUPERVISOR,
    "aud": Role.AUDITOR,
    "loa": Role.LOADER,
    "vie": Role.VIEWER,
}


@dataclass
class Seen:
    """What a visit must not do: ask anybody else, complain, or break a policy."""

    elsewhere: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Site:
    """A served workspace and a browser."""

    url: str
    folder: Path
    browser: Browser

    @contextmanager
    def visit(
        self, user: str, *, purpose: str = "investigation", mode: str = "light", **more: object
    ) -> Iterator[Page]:
        """A page of a signed-in person; leaving it checks what `opened` does."""
        with self.opened(mode=mode, **more) as page:
            sign_in(page, user, purpose)
            yield page

    @contextmanager
    def opened(self, *, mode: str = "light", **more: object) -> Iterator[Page]:
        """A page of nobody; leaving it checks that nothing was asked of anybody else and that nothing broke."""
        context: BrowserContext = self.browser.new_context(
            base_url=self.url, color_scheme=mode, viewport=more.pop("viewport", {"width": 1280, "height": 900}), **more
        )
        page, seen = context.new_page(), Seen()
        page.set_default_timeout(30_000)
        page.on("request", lambda request: _noted(request, seen, self.url))
        page.on("console", lambda message: _heard(message, seen))
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        page.on("dialog", lambda dialog: _asked(dialog, seen))
        yield page
        context.close()
        assert not seen.elsewhere, f"asked of others: {seen.elsewhere}"
        assert not seen.complaints, f"the browser complained: {seen.complaints}"


def sign_in(page: Page, user: str, purpose: str) -> None:
    page.goto("/sign-in")
    page.fill("#user", user)
    page.fill("#password", PASSWORD)
    page.select_option("#purpose", purpose)
    page.click("button.primary")
    page.wait_for_url(re.compile(r"/$"))


def _noted(request: Request, seen: Seen, url: str) -> None:
    if not request.url.startswith((url, "blob:", "data:")):
        seen.elsewhere.append(request.url)


def _heard(message: ConsoleMessage, seen: Seen) -> None:
    if message.type == "error":
        seen.complaints.append(message.text)


def _asked(dialog: Dialog, seen: Seen) -> None:
    seen.complaints.append(f"a dialog: {dialog.message}")
    dialog.dismiss()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium is on this machine."""
    return chromium_here()


def chromium_here() -> str:
    """Where Chromium is on this machine; the test that asks is skipped where there is none, or fails."""
    found = next((path for path in CHROMIUM if Path(path).exists()), None)
    if found is None:
        reason = "no Chromium on this machine (Debian: apt-get install chromium)"
        if os.environ.get("CROSSLANE_REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One a file: while it is open its event loop runs, and other tests of the worker want their own."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Path:
    """The demo's workspace with one person of each role; tests take copies."""
    folder = copy_of_demo(tmp_path_factory)
    workspace = open_workspace(folder)
    with workspace.transaction() as connection:
        for name, role in PEOPLE.items():
            Users(connection).add(name, role, "test", PASSWORD)
    return folder


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of a server over the workspace, for as long as it is needed."""
    command = [str(Path(sys.executable).parent / "crosslane"), "serve", "-w", str(folder), "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                yield found[0]
                break
        else:
            pytest.fail("the server did not start")
    finally:
        process.terminate()
        process.communicate(timeout=30)


@pytest.fixture(scope="module")
def site(demo: Path, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo as it is, for tests that only look."""
    folder = tmp_path_factory.mktemp("site") / "workspace"
    shutil.copytree(demo, folder)
    with serving(folder) as url:
        yield Site(url, folder, browser)


@pytest.fixture
def own_site(demo: Path, browser: Browser, tmp_path: Path) -> Iterator[Site]:
    """A copy that a test may change."""
    shutil.copytree(demo, tmp_path / "workspace")
    with serving(tmp_path / "workspace") as url:
        yield Site(url, tmp_path / "workspace", browser)


@pytest.fixture
def made_site(browser: Browser, tmp_path: Path) -> Iterator[Callable[[str, dict[str, str]], Site]]:
    """Makes a site from sources: name of the source to the text of its file."""
    opened = []

    def make(name: str, files: dict[str, str]) -> Site:
        folder = tmp_path / name
        assert main(["init", "-w", str(folder)]) == 0
        for source, text in files.items():
            path = tmp_path / f"{source}.csv"
            path.write_text(text, "utf-8")
            assert main(["load", str(path), "--source", source, "--today", "2026-06-30", "-w", str(folder)]) == 0
        with open_workspace(folder).transaction() as connection:
            for person, role in PEOPLE.items():
                Users(connection).add(person, role, "test", PASSWORD)
        server = serving(folder)
        opened.append(server)
        return Site(server.__enter__(), folder, browser)

    yield make
    for server in opened:
        server.__exit__(None, None, None)
