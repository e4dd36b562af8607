"""What people of the demo have done before its pages are shown: a case, a view, a watch that told, a decision, a load.

Everything is done through the pages as a person would, so that no picture shows what nobody could come to.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.conftest import Site
from tests.browser.test_journeys import DRIVER, resolve_all

OTHER = "D-74YJUZX7GN"
PAIR = ("CBP/SZ000012-1", "USINS/TX00000513")
"""Two records of the driver, which a person may take for two people's."""

EVENTS = """\
source,event_id,incident_id,record_id,event_type,code,event_date,severity,description,status,received_on
CBP,E-TOUR-1,I-TOUR-1,SZ000012-1,CUSTOMS_VIOLATION,,2026-06-20,6,Goods not declared at the booth,charge,2026-06-28
CBP,E-TOUR-2,I-TOUR-2,SZ000012-1,CUSTOMS_VIOLATION,,2026-02-31,6,A day that there is not,charge,2026-06-28
CBP,,I-TOUR-3,SZ000012-1,CUSTOMS_VIOLATION,,2026-06-21,6,An event without a number,charge,2026-06-28
"""
NAMES = """\
Name,DOB
JASON THOMAS PARKER,1981-02-10
RAFAEL XOLOCOTZI CRUZ,1959-08-19
PARKER JASON,
Nemo Ulyssos,1901-01-01
"""


def prepared(site: Site, folder: Path) -> dict[str, tuple[str, str]]:
    """All is done; the pages that came of it: what a picture is called, to who looks and the address."""
    events = folder / "events.csv"
    events.write_text(EVENTS, "utf-8")
    with site.visit("inv") as page:
        shown = _casework(page)
    with site.visit("loa", purpose="loading") as page:
        shown["load-rejects"] = ("loa", _loaded(page, events))
    shown["letter"] = ("rev", f"{_decided(site)}/letter")
    return shown


def _casework(page: Page) -> dict[str, tuple[str, str]]:
    watch = {"reason": "Named by an informant", "expires_on": "2999-01-01"}
    _post(page, "/watches", kind="driver", ref=DRIVER, **watch)
    case = _post(page, "/cases", title="Trailers of the false wall", kind="driver", ref=DRIVER, note="Where it began")
    things = _things(page)
    truck = things["thing-vehicle"][1].removeprefix("/things/")
    _post(page, "/watches", kind="thing", ref=truck, **watch)
    for kind, ref, note in (
        ("driver", OTHER, "Drove the same truck in the same weeks"),
        ("thing", truck, "The truck of both"),
        ("connection", f"{DRIVER} {OTHER}", "What the two share"),
    ):
        _post(page, f"{case}/pins", kind=kind, ref=ref, note=note)
    ends = {"a": f"Identity:{DRIVER}", "b": f"Identity:{OTHER}"}
    _post(page, f"{case}/ties", says="Seen together at the yard", source="Photograph of 3 May 2026", **ends)
    _post(page, f"{case}/notes", text="The carrier was asked for its dispatch sheets.")
    view = _saved_view(page)
    _post(page, f"{case}/pins", kind="view", ref=view.removeprefix("/views/"), note="What is around the truck; see E3")
    return {
        "case": ("inv", case),
        "case-report": ("inv", f"{case}/report"),
        "view": ("inv", view),
        **things,
    }


def _things(page: Page) -> dict[str, tuple[str, str]]:
    """A page of each kind of thing that stands around the driver."""
    page.goto(f"/drivers/{DRIVER}/explore")
    page.wait_for_selector("[data-ready]")
    nodes = json.loads(page.inner_text("#explorer-data"))["nodes"]
    return {f"thing-{one['kind'].lower()}": ("inv", one["href"]) for one in nodes if one["kind"] != "Identity"}


def _saved_view(page: Page) -> str:
    page.click("summary:has-text('Save view')")
    page.fill("#view-name", "Around the truck of March")
    page.click("form[data-save] button")
    page.wait_for_url("**/views/*")
    return re.sub(r"^https?://[^/]+", "", page.url)


def _loaded(page: Page, events: Path) -> str:
    """Where the load of the events is told, once it is done."""
    page.goto("/loads")
    page.set_input_files("#file", str(events))
    page.select_option("#source", "events")
    page.click("main form button:has-text('Load')")
    page.wait_for_selector("text=rows read =", timeout=120_000)
    return re.sub(r"^https?://[^/]+", "", page.url)


def _decided(site: Site) -> str:
    """The address of a review that two people decided."""
    with site.visit("rev", purpose="review") as page:
        page.goto("/reviews?trigger=licence_withdrawn")
        page.click("main tbody tr >> nth=0 >> a")
        page.wait_for_url(re.compile(r"/reviews/\d+$"))
        address = re.sub(r"^https?://[^/]+", "", page.url)
        page.click("text=Take this review")
        page.wait_for_load_state("load")
        resolve_all(page)
        page.check("#decision input[value=suspend]")
        page.locator("#decision input[name=code]").first.check()
        page.fill("#words", "The licence was withdrawn and the driver still crosses")
        page.click("text=Record recommendation")
        page.wait_for_load_state("load")
    with site.visit("sup", purpose="review") as page:
        page.goto(address)
        page.fill("#sign", "Read the file; the record is theirs")
        page.click("#decision >> button:has-text('Sign')")
        page.wait_for_load_state("load")
    return address


def _post(page: Page, path: str, **fields: str) -> str:
    """Where the page that takes the fields leads."""
    csrf = page.locator("input[name=csrf]").first.get_attribute("value") or ""
    answer = page.request.post(path, form={"csrf": csrf, **fields}, max_redirects=0)
    if answer.status != 303:
        raise RuntimeError(f"{path} answered {answer.status}")
    return answer.headers["location"]


def searched(page: Page) -> None:
    """The page of what a search found."""
    page.goto("/search")
    page.fill("#find", "parker jason")
    page.press("#find", "Enter")
    page.wait_for_selector("#hits a")


def matched(page: Page, folder: Path) -> None:
    """The page of a list that was matched."""
    names = folder / "names.csv"
    names.write_text(NAMES, "utf-8")
    page.goto("/match-list")
    page.set_input_files("#list", str(names))
    page.click("main form button.primary")
    page.wait_for_url("**token=*")


def checked(page: Page, folder: Path) -> None:
    """The page that says what a load of the file would do."""
    page.goto("/loads")
    page.set_input_files("#file", str(folder / "events.csv"))
    page.select_option("#source", "events")
    page.click("main form button:has-text('Check')")
    page.wait_for_load_state("load")


def foreseen(page: Page) -> None:
    """The page that says what a split would change."""
    page.goto(f"/drivers/{DRIVER}/identity")
    page.select_option("#split_a", PAIR[0])
    page.select_option("#split_b", PAIR[1])
    page.fill("#split_reason", "Another man of that name")
    page.click("text=See what would follow")
    page.wait_for_load_state("load")
