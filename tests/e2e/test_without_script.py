"""With JavaScript switched off the pages still tell and do what matters."""

import pytest
from playwright.sync_api import expect

from .conftest import Visit
from .routes import filled
from .stack import Stack, eventually
from .yard import Yard

pytestmark = pytest.mark.browser


def test_somebody_signs_in_and_reads(visit: Visit, stack: Stack, scene: dict[str, str]) -> None:
    visitor = visit(script=False)
    page = visitor.page
    owner = stack.demo["users"][0]
    visitor.open("/")
    page.get_by_label("Email").fill(owner["email"])
    page.get_by_label("Password", exact=True).fill(owner["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("region", name="What needs you")).to_be_visible()
    page.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="Live").click()
    page.get_by_label("Station").fill("SPARE-16")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("a.tile")).to_contain_text("Charging")
    visitor.open(filled("/transactions/<str:public_id>/", scene))
    page.get_by_text("Readings as a table").click()
    expect(page.locator(".chart-table tbody tr")).not_to_have_count(0)
    visitor.open(filled("/stations/<str:public_id>/messages/", scene))
    page.locator("details.exchange summary").first.click()
    expect(page.locator("details.exchange pre").first).to_be_visible()


def test_a_charge_is_started_and_stopped(visit: Visit, yard: Yard) -> None:
    station, public_id = yard.new("PLAIN-1")
    yard.run(station.plug(1))
    visitor = visit("owner", script=False)
    page = visitor.page
    visitor.open(f"/stations/{public_id}/")
    page.get_by_role("link", name="Remote start").click()
    page.get_by_label("ID tag").fill("TAG-001")
    page.get_by_role("button", name="Start charging").click()
    eventually(lambda: visitor.open(f"/stations/{public_id}/") and page.get_by_text("Nothing to do.").count())
    expect(page.locator(".answer")).to_contain_text("Charging")
    page.get_by_role("region", name="Latest transactions").locator("a.row-link").first.click()
    page.get_by_role("button", name="Stop charging").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop charging").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Stop charging")
    eventually(lambda: page.reload() and page.locator("#command-now").get_by_text("Accepted").count())


def test_a_menu_opens_and_a_phone_finds_its_way(visit: Visit) -> None:
    visitor = visit("owner", script=False, width=360)
    visitor.open("/")
    visitor.page.get_by_role("button", name="Menu").click()
    visitor.page.get_by_role("navigation", name="Main, menu").get_by_role("link", name="ID tags").click()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("ID tags")
