"""Several drivers in the explorer's focus: found by what is typed, joined by paths and by what they share."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, expect

from api.around import around, people_around
from api.bootstrap import open_workspace
from api.connect import Between, connect
from api.drivers import drivers_of
from api.joined import Joining, Way, joined
from graph.store import Reach
from tests.browser.conftest import Site
from tests.browser.test_journeys import DRIVER, assert_twin, audited, positions
from tests.browser.test_pages import faults_of


def opened(page: Page) -> None:
    page.goto(f"/drivers/{DRIVER}/explore")
    page.wait_for_selector("[data-ready]")


def partner(site: Site) -> tuple[str, str]:
    """Id and name of another driver of the same truck."""
    workspace = open_workspace(site.folder)
    near = around(workspace, DRIVER, Reach(hops=2))
    others = [one for one in people_around(workspace, near) if one != DRIVER]
    other = next(one for one in others if connect(workspace, Between([DRIVER, one]))["shared"])
    with workspace.reading() as connection:
        return other, drivers_of(connection, [other])[0].name


def add(page: Page, name: str, identity: str) -> None:
    page.click("[data-add] summary")
    page.fill("#add-text", name)
    page.keyboard.press("Enter")
    with page.expect_response("**/explore/add"):
        page.locator("[data-hits] li", has_text=name).first.locator("button").click()
    expect(page.locator(f"[data-foci] [data-focus='Identity:{identity}']")).to_have_count(1)


def choose(page: Page, way: str) -> None:
    with page.expect_response("**/explore/join"):
        page.check(f"[name=way][value={way}]")
    expect(page.locator("[data-joined]")).to_be_visible()


def test_a_driver_is_put_beside_and_what_they_share_is_what_connect_says(site: Site) -> None:
    other, name = partner(site)
    workspace = open_workspace(site.folder)
    wanted = connect(workspace, Between([DRIVER, other]))["shared"]
    with site.visit("inv") as page:
        opened(page)
        assert page.is_disabled("[name=way][value=route]")
        before = positions(page)
        add(page, name, other)
        assert {one: spot for one, spot in positions(page).items() if one in before} == before, "nothing moved"
        assert_twin(page)
        whole = page.inner_text("[data-summary]")
        choose(page, "shared")
        rows = page.locator("[data-rows] li").all_inner_texts()
        assert len(rows) == min(10, len(wanted))
        for row, thing in zip(rows, wanted, strict=False):
            assert f"{thing['of_them']} of 2" in row
            assert (thing["label"] or thing["detail"]) in row
        assert page.evaluate("window.crosslane.cy.nodes().length") == 2 + len(rows)
        assert_twin(page)
        page.check("[name=way][value=links]")
        expect(page.locator("[data-summary]")).to_have_text(whole)
    shown = {who for _, who, _ in audited(workspace, "explorer focus")}
    assert other in shown, "who was put beside is in the audit"
    assert {DRIVER, other} <= {who for _, who, _ in audited(workspace, "explorer join")}


def test_paths_are_read_out_and_drawn_alone(site: Site) -> None:
    other, name = partner(site)
    found = joined(open_workspace(site.folder), Joining(Way.ROUTE, (DRIVER, other)))
    with site.visit("inv") as page:
        opened(page)
        add(page, name, other)
        choose(page, "route")
        page.click("[data-add] summary")
        page.fill("#add-text", "oscar")
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-hits] li")
        assert faults_of(page) == []
        rows = page.locator("[data-rows] li")
        assert rows.count() == len(found["rows"])
        assert name in rows.first.inner_text()
        assert page.evaluate("window.crosslane.cy.nodes().length") == len({one for row in found["rows"] for one in row})
        rows.first.locator("button").click()
        assert page.evaluate("window.crosslane.cy.edges('.along').length") >= len(found["rows"][0]) - 1
        second = f"tr[data-id='{found['rows'][0][1]}']"
        assert page.get_attribute(second, "aria-selected") == "true"


def test_out_of_focus_leads_back_to_all_links_and_a_step_back_takes_the_driver_away(site: Site) -> None:
    other, name = partner(site)
    with site.visit("inv") as page:
        opened(page)
        count = page.evaluate("window.crosslane.cy.nodes().length")
        add(page, name, other)
        choose(page, "shared")
        page.click("[data-foci] button")
        expect(page.locator("[name=way][value=links]")).to_be_checked()
        expect(page.locator("[data-joined]")).to_be_hidden()
        page.click("[data-do=undo]")
        page.click("[data-do=undo]")
        expect(page.locator("[data-summary]")).to_contain_text(f"{count} things")


def test_a_view_keeps_who_was_in_focus_and_what_was_out_of_sight_can_be_shown(own_site: Site) -> None:
    other, name = partner(own_site)
    with own_site.visit("inv") as page:
        opened(page)
        add(page, name, other)
        choose(page, "shared")
        shown = set(positions(page))
        page.click("summary:has-text('Save view')")
        page.fill("#view-name", "two drivers")
        page.click("form[data-save] button")
        page.wait_for_selector("[data-ready]")
        assert set(positions(page)) == shown
        assert page.locator("[data-foci] li").count() == 2
        page.click("[data-do=unhide]")
        assert len(positions(page)) > len(shown)
        assert page.is_hidden("[data-do=unhide]")


def test_a_hub_is_left_out_until_it_is_let_in(site: Site) -> None:
    workspace = open_workspace(site.folder)
    with workspace.reading() as connection:
        ids = [row[0] for row in connection.execute("SELECT identity_id FROM score ORDER BY identity_id")]
    with_hub = connect(workspace, Between(ids[:500], 500))["hubs"]
    assert with_hub, "the demo has a hub that two drivers share"
    first, second = with_hub[0]["who"][:2]
    with workspace.reading() as connection:
        name = drivers_of(connection, [second])[0].name
    with site.visit("inv") as page:
        page.goto(f"/drivers/{first}/explore")
        page.wait_for_selector("[data-ready]")
        add(page, name, second)
        choose(page, "shared")
        before = page.locator("[data-rows] li").count()
        with page.expect_response("**/explore/join"):
            page.locator("[data-left-out] button").first.click()
        expect(page.locator("[data-rows] li")).to_have_count(before + 1)


def test_rows_are_sought_by_what_they_hold_and_the_picture_follows(site: Site) -> None:
    with site.visit("inv") as page:
        opened(page)
        page.fill("[data-seek]", "TRUCK 3825")
        rows = page.locator("[data-explorer] tbody tr:visible")
        assert rows.count() >= 1
        assert all(re.search("truck", text, re.I) and "3825" in text for text in rows.all_inner_texts())
        seen = page.evaluate("window.crosslane.cy.nodes().filter(n => !n.hasClass('aside')).map(n => n.id())")
        assert sorted(seen) == sorted(row.get_attribute("data-id") for row in rows.all())
        assert f"{rows.count()} of " in page.inner_text("[data-sought]")
        page.fill("[data-seek]", "")
        assert_twin(page)


def test_what_an_analyst_drew_is_in_the_picture_with_a_pencil(own_site: Site) -> None:
    other, name = partner(own_site)
    with own_site.visit("inv") as page:
        csrf = page.get_attribute("meta[name=csrf]", "content") or ""
        made = page.request.post(
            "/cases", form={"csrf": csrf, "title": "Two", "kind": "driver", "ref": DRIVER}, max_redirects=0
        )
        case = made.headers["location"]
        ends = {"a": f"Identity:{DRIVER}", "b": f"Identity:{other}"}
        says = {"says": "rode together <b>twice</b>", "source": "a photograph"}
        assert page.request.post(f"{case}/ties", form={"csrf": csrf, **ends, **says}).ok
        opened(page)
        if not page.evaluate(f"window.crosslane.cy.getElementById('Identity:{other}').nonempty()"):
            add(page, name, other)
        drawn = page.evaluate(
            "window.crosslane.cy.edges('.drawn').map(e => [e.source().id(), e.target().id(), e.style('label')])"
        )
        assert [sorted(one[:2]) + one[2:] for one in drawn] == [[*sorted(ends.values()), "✎"]]
        row = page.locator(f"tr[data-id='Identity:{other}']")
        assert says["says"] in row.inner_text()
        csv = page.request.post(
            "/explore/export",
            form={"csrf": csrf, "format": "csv", "state": json.dumps(state_of(page))},
        )
        assert "DRAWN" in csv.text()


def state_of(page: Page) -> dict[str, object]:
    things = page.evaluate("window.crosslane.cy.nodes().map(n => n.id())")
    filters = {"kinds": ["Identity"], "least": 0, "possible": True, "from": "", "to": ""}
    return {
        "focus": f"Identity:{DRIVER}",
        "things": things,
        "positions": {},
        "hidden": [],
        "pinned": [],
        "filters": filters,
    }
