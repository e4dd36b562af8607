"""`python -m benchmarks.browser [--workspace FOLDER]`: how fast the pages are in a real browser.

Measures the layout of 300 and 500 things, opening and expanding a thing that 20,000 people share, and, over a large
workspace where one is given, search while somebody types.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from urllib.parse import quote_plus

from playwright.sync_api import Browser, Page, expect, sync_playwright

from api.accounts.users import Users
from api.bootstrap import create_workspace, open_workspace
from api.casework.views import Views
from api.load import LoadRequest, load
from api.roles import Role
from linkage.ledger import Workspace
from tests.browser.conftest import ARGUMENTS, CHROMIUM, PASSWORD, serving, sign_in

TRUCKS = 500
CROWD = 20_000
ROUNDS = 5
COMMON = ("jose", "jose garcia", "garcia", "hern m", "maria l", "198", "19", "tx")


def measure(large: Path | None) -> None:
    """Prints one line a figure."""
    print(f"{os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        workspace = _made(Path(folder))
        with serving(workspace.path) as url:
            page = _page(browser, url)
            for things in (300, TRUCKS):
                _layout(page, workspace, things)
            _crowd(page, workspace)
        if large is not None:
            _let_in(open_workspace(large))
            with serving(large) as url:
                _search(_page(browser, url), open_workspace(large))


def _layout(page: Page, workspace: Workspace, things: int) -> None:
    driver = workspace.resolve_id("US/hub0")
    names = [f"Identity:{driver}", *(f"Vehicle:{_vin(n)}" for n in range(things - 1))]
    state = {"focus": names[0], "things": names, "positions": {}, "hidden": [], "pinned": []}
    kinds = ["Identity", "Vehicle"]
    with workspace.transaction() as connection:
        view = Views(connection).save("layout", "bench", None, json.dumps(state | {"filters": {"kinds": kinds}}))
    took, whole = [], []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        page.goto(f"/views/{view}")
        page.wait_for_selector("[data-ready]")
        whole.append(time.perf_counter() - started)
        took.append(int(page.locator("[data-explorer]").get_attribute("data-laid-out") or 0) / 1000)
        drawn = page.evaluate("window.crosslane.cy.nodes().length")
    print(f"layout of {drawn} things: median {statistics.median(took):.2f} s, longest {max(took):.2f} s")
    print(f"  with the page itself: median {statistics.median(whole):.2f} s")


def _crowd(page: Page, workspace: Workspace) -> None:
    """A home that 20,000 people give: opened from one of them, and its people searched by name."""
    driver = workspace.resolve_id("US/hub1")
    page.goto(f"/drivers/{driver}/explore")
    page.wait_for_selector("[data-ready]")
    page.locator('[data-explorer] tbody tr[data-id^="Address:"] button').first.click()
    rows = page.locator("[data-explorer] tbody tr")
    took = []
    for number in range(ROUNDS):
        page.locator("#narrow-text").evaluate("box => box.closest('details').open = true")
        page.fill("#narrow-text", _word(number + 100))
        before, started = rows.count(), time.perf_counter()
        page.click("form[data-expand] button")
        expect(rows).not_to_have_count(before)
        took.append(time.perf_counter() - started)
    told = page.inner_text("[data-told]")
    print(f"a name among {CROWD:,} people on one home: median {statistics.median(took):.2f} s ({told})")


def _search(page: Page, workspace: Workspace) -> None:
    """Names of the workspace, their beginnings and short texts that very many hold, typed into the search page."""
    with workspace.reading() as connection:
        people = connection.execute("SELECT count(*) FROM score").get
        rows = connection.execute("SELECT name FROM search_record WHERE name <> '' ORDER BY doc % 7919 LIMIT 40")
        names = [str(row[0]) for row in rows]
    page.goto("/search")
    for what, texts in (
        ("whole names", names),
        ("names as far as their fourth letter", [name[:4] for name in names]),
        ("common texts", list(COMMON)),
    ):
        took = sorted(_typed(page, text) for text in texts)
        p95, longest = took[int(len(took) * 0.95)], took[-1]
        told = f"median {statistics.median(took):.0f} ms, p95 {p95:.0f} ms, longest {longest:.0f} ms"
        print(f"search among {people:,} people, {what}: {told} ({len(took)} texts)")


def _typed(page: Page, text: str) -> float:
    """Milliseconds from the request that typing sends to the last byte of its answer."""
    page.fill("#text", "")
    sent = f"text={quote_plus(text)}&"
    with page.expect_response(lambda answer: sent in (answer.request.post_data or "")) as answer:
        page.fill("#text", text)
    answer.value.finished()
    timing = answer.value.request.timing
    assert timing["responseEnd"] > 0, "the browser did not say when the answer ended"
    return float(timing["responseEnd"] - timing["requestStart"])


def _made(folder: Path) -> Workspace:
    """One driver with 500 trucks, and 20,000 people at one address."""
    workspace = create_workspace(folder / "workspace")
    head = (
        "source,record_id,country,given_name,surname,birth_date,licence_number,licence_jurisdiction,address,city,region"
    )
    home = "Lot 9 4400 Freight Yard Rd,Laredo,TX"
    rows = [f"US,hub{n},US,{_word(n)},{_word(n * 7919 + 13)},{_day(n)},{n * 7919:08},TX,{home}" for n in range(CROWD)]
    _load(workspace, folder, "drivers", "\n".join([head, *rows]))
    driving = [f"US,hub0,{_vin(n)},2026-01-{1 + n % 28:02}" for n in range(TRUCKS)]
    _load(workspace, folder, "driving", "\n".join(["source,record_id,vin,date", *driving]))
    _let_in(workspace)
    return workspace


def _load(workspace: Workspace, folder: Path, source: str, text: str) -> None:
    path = folder / f"{source}.csv"
    path.write_text(text + "\n", "utf-8")
    load(workspace, LoadRequest((path,), source, date(2026, 6, 30)))


def _day(number: int) -> str:
    return f"19{50 + number % 50}-{1 + number % 12:02}-{1 + number % 28:02}"


def _word(number: int) -> str:
    """One of 13,824 names that nobody has."""
    parts = [
        "ba",
        "ce",
        "di",
        "fo",
        "gu",
        "ha",
        "je",
        "ki",
        "lo",
        "mu",
        "na",
        "pe",
        "qui",
        "ro",
        "su",
        "ta",
        "ve",
        "wi",
        "xo",
        "yu",
        "za",
        "chi",
        "dro",
        "sla",
    ]
    return "".join(parts[number // 24**place % 24] for place in range(3)).capitalize()


def _vin(number: int) -> str:
    """A VIN whose check digit fits (49 CFR 565.15)."""
    body = f"1FUJA6CK0{10_000_000 + number}"  # the tenth place is the model year, which is never 0
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    values = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True))
    total = sum(w * (int(c) if c.isdigit() else values[c]) for w, c in zip(weights, body, strict=True)) % 11
    return body[:8] + ("X" if total == 10 else str(total)) + body[9:]


def _let_in(workspace: Workspace) -> None:
    with workspace.transaction() as connection:
        users = Users(connection)
        if users.find("bench") is None:
            users.add("bench", Role.INVESTIGATOR, "bench", PASSWORD)


def _page(browser: Browser, url: str) -> Page:
    page = browser.new_context(base_url=url).new_page()
    page.set_default_timeout(120_000)
    sign_in(page, "bench", "investigation")
    return page


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's Chromium."""
    found = next(path for path in CHROMIUM if Path(path).exists())
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield opened
        opened.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--workspace", type=Path)
    measure(parser.parse_args().workspace)
