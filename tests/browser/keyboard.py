"""Somebody who has a keyboard and nothing else. Every stop on the way must be seen and not be covered."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import ElementHandle, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.conftest import PASSWORD

MOST = 400
"""Tab presses after which nobody goes on looking."""
TRIES = 3

# What the eye can tell of the stop: whether it is marked, and whether any of it lies open within the window.
_STOP = """(goal) => {
  const at = document.activeElement;
  if (!at || at === document.body || at === document.documentElement) return null;
  const style = getComputedStyle(at), box = at.getBoundingClientRect();
  const marked = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const open = (x, y) => {
    if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) return false;
    const top = document.elementFromPoint(x, y);
    return !!top && (top === at || at.contains(top) || top.contains(at));
  };
  const spots = [0.1, 0.3, 0.5, 0.7, 0.9];
  const seen = spots.some((x) => spots.some((y) => open(box.left + box.width * x, box.top + box.height * y)));
  return {tag: at.outerHTML.slice(0, 160), marked, seen, reached: at === goal};
}"""


@dataclass(frozen=True)
class Stop:
    """Where the focus is.

    Args:
        reached: whether it is what was looked for.
    """

    tag: str
    marked: bool
    seen: bool
    reached: bool = False


@dataclass
class Keyboard:
    """Presses keys on a page, and holds every stop against SC 2.4.7 (focus visible) and 2.4.11 (not obscured).

    Args:
        presses: of Tab, since the last page.
    """

    page: Page
    presses: int = 0

    def sign_in(self, user: str, purpose: str) -> None:
        """Signs in by keys alone."""
        self.page.goto("/sign-in")
        self.write("User name", user)
        self.write("Password", PASSWORD)
        self.choose("What do you need people's records for?", purpose)
        self.follow("button", "Sign in", re.compile(r"/$"))

    def press(self, *keys: str) -> None:
        """Presses keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Types a text where the focus is."""
        self.page.keyboard.type(text)

    def here(self, goal: ElementHandle | None = None) -> Stop | None:
        """Where the focus is; None where it is nowhere."""
        found: dict[str, Any] | None = self.page.evaluate(_STOP, goal)
        return Stop(**found) if found else None

    def tab(self, key: str = "Tab", goal: ElementHandle | None = None) -> Stop | None:
        """One stop on; it must be seen."""
        self.press(key)
        self.presses += 1
        stop = self.here(goal)
        assert stop is None or stop.marked, f"the focus cannot be seen on {stop}"
        assert stop is None or stop.seen, f"the focus is covered on {stop}"
        return stop

    def reach(self, role: str, name: str | re.Pattern[str] = "", *, nth: int = 0, back: bool = False) -> int:
        """Goes on with Tab until the focus is on what has that role and name; returns how many presses it took."""
        wanted = self.page.get_by_role(role, name=name, exact=isinstance(name, str)).nth(nth)  # type: ignore[arg-type]
        wanted.wait_for(state="attached")
        return self.go(wanted.element_handle(), back=back)

    def go(self, goal: ElementHandle | None, *, back: bool = False) -> int:
        """Goes on with Tab until the focus is on that; returns how many presses it took."""
        assert goal is not None
        stop = self.here(goal)
        for count in range(MOST):
            if stop and stop.reached:
                return count
            stop = self.tab("Shift+Tab" if back else "Tab", goal)
        raise AssertionError(f"no way by Tab to {goal} on {self.page.url}")

    def do(self, role: str, name: str | re.Pattern[str], *, nth: int = 0, key: str = "Enter") -> None:
        """Reaches something and presses a key on it."""
        self.reach(role, name, nth=nth)
        self.press(key)

    def follow(self, role: str, name: str | re.Pattern[str], to: str | re.Pattern[str] = "", *, nth: int = 0) -> None:
        """Reaches a link or button that leads to another page, and goes there.

        Args:
            to: what the address is then; any where it is empty.
        """
        self.reach(role, name, nth=nth)
        with self.page.expect_navigation(url=to or None):
            self.press("Enter")
        self.presses = 0

    def write(self, name: str | re.Pattern[str], text: str, *, role: str = "textbox", nth: int = 0) -> None:
        """Writes into the field of that name, in place of what is in it."""
        if name == "Password":  # has no role, so that readers do not say it aloud
            self.go(self.page.get_by_label("Password", exact=True).element_handle())
        else:
            self.reach(role, name, nth=nth)
        self.press("Control+a")
        self.type(text)

    def choose(self, name: str, value: str) -> None:
        """Chooses the option of that value in a list, with the arrows."""
        self.reach("combobox", name)
        self.press("Home")
        for _ in range(200):
            if self.page.evaluate("document.activeElement.value") == value:
                return
            self.press("ArrowDown")
        raise AssertionError(f"{name} has no {value}")

    def file(self, name: str, path: Path) -> None:
        """Gives a file: Space opens the system's own window, which is not ours to test."""
        for _ in range(TRIES):  # a page that has just come may still move the focus to its own place
            self.go(self.page.get_by_label(name).element_handle())
            with suppress(PlaywrightTimeout), self.page.expect_file_chooser(timeout=5_000) as chooser:
                self.press("Space")
                chooser.value.set_files(str(path))
                return
        raise AssertionError(f"no window for a file by {name} on {self.page.url}")

    def download(self, role: str, name: str | re.Pattern[str]) -> Path:
        """The file that a link or button gives."""
        self.reach(role, name)
        with self.page.expect_download() as download:
            self.press("Enter")
        return Path(download.value.path())

    def skip(self, name: str = "Skip to the content") -> None:
        """From the top of a page over its bar."""
        self.page.wait_for_load_state("load")
        self.reach("link", name)
        self.press("Enter")

    def until(self, told: Callable[[], bool]) -> None:
        """Waits for what scripts do."""
        for _ in range(100):
            if told():
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"did not happen on {self.page.url}")

    def round_trip(self) -> list[str]:
        """All stops of the page from its top to its end, which must come: a trap would hold us (SC 2.1.2)."""
        stops: list[str] = []
        for _ in range(MOST):
            stop = self.tab()
            if stop is None or (len(stops) > 1 and stop.tag == stops[0] and 'class="skip"' in stop.tag):
                return stops
            stops.append(stop.tag)
        raise AssertionError(f"no end of stops on {self.page.url}: {stops[-3:]}")
