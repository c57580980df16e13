"""Stations come in: registered by hand, or adopted from those that call in vain. Their messages can be read."""

import re

import pytest
from playwright.sync_api import expect

from chargers.simulator import HandshakeRefused

from .accessibility import faults
from .conftest import Visit
from .stack import Stack
from .yard import Yard

pytestmark = pytest.mark.browser


def test_an_unknown_station_is_adopted_with_one_click_and_then_gets_in(visit: Visit, yard: Yard) -> None:
    with pytest.raises(HandshakeRefused):
        yard.connect("STRANGER-1", "the key it has always had")
    visitor = visit("owner")
    visitor.open("/stations/unknown/")
    row = visitor.page.get_by_role("row", name=re.compile("STRANGER-1"))
    row.get_by_role("button", name="Adopt").click()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("STRANGER-1")
    loads = visitor.loads
    yard.connect("STRANGER-1", "the key it has always had")
    expect(visitor.page.locator(".answer")).to_contain_text("Available")
    assert visitor.loads == loads
    visitor.open("/stations/unknown/")
    expect(visitor.page.get_by_text("STRANGER-1")).to_have_count(0)


def test_a_blocked_caller_leaves_the_inbox_and_stays_out(visit: Visit, yard: Yard) -> None:
    with pytest.raises(HandshakeRefused):
        yard.connect("STRANGER-2", "whatever it may be")
    visitor = visit("owner")
    visitor.open("/stations/unknown/")
    visitor.page.get_by_role("row", name=re.compile("STRANGER-2")).get_by_role("button", name="Block").click()
    expect(visitor.page.get_by_role("row", name=re.compile("STRANGER-2"))).to_have_count(0)
    visitor.page.get_by_role("link", name="Blocked", exact=True).click()
    expect(visitor.page.get_by_role("row", name=re.compile("STRANGER-2"))).to_be_visible()
    with pytest.raises(HandshakeRefused):
        yard.connect("STRANGER-2", "whatever it may be")


def test_a_new_station_shows_its_address_and_its_password_once(
    visit: Visit, yard: Yard, stack: Stack
) -> None:
    visitor = visit("owner", permissions=["clipboard-read", "clipboard-write"])
    page = visitor.page
    visitor.open("/stations/")
    page.get_by_role("link", name="Add station").click()
    page.get_by_label("Identity").fill("FRESH-1")
    page.get_by_label("Name").fill("Fresh one")
    page.get_by_role("button", name="Add station").click()
    expect(page.get_by_text(f"{stack.ocpp}/FRESH-1", exact=True)).to_be_visible()
    page.get_by_role("button", name="Copy the password").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    password = page.evaluate("navigator.clipboard.readText()")
    assert len(password) >= 16
    expect(page.get_by_text("Waiting for its first call")).to_be_visible()
    assert not (found := faults(page)), found
    loads = visitor.loads
    yard.connect("FRESH-1", password)
    expect(page.get_by_text("FRESH-1 is here")).to_be_visible()
    assert visitor.loads == loads
    page.get_by_role("link", name="Go to the station").click()
    for tab in ("", "settings/", "messages/", "commands/"):
        visitor.open(f"/stations/{public_id(visitor.path)}/{tab}")
        assert password not in page.content()


def public_id(path: str) -> str:
    """The id in the address of a station's page."""
    return path.split("/")[2]


def test_an_identity_that_is_taken_is_refused_beside_its_field(visit: Visit) -> None:
    visitor = visit("owner")
    visitor.open("/stations/new/")
    visitor.page.get_by_label("Identity").fill("SPARE-16")
    visitor.page.get_by_role("button", name="Add station").click()
    field = visitor.page.get_by_label("Identity")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("already|taken|exists"))
    assert visitor.refusals == [422]


def test_messages_arrive_by_themselves_paired_and_can_be_filtered(visit: Visit, yard: Yard) -> None:
    station, station_id = yard.new("TALK-1")
    visitor = visit("owner")
    page = visitor.page
    visitor.open(f"/stations/{station_id}/messages/")
    rows = page.locator("details.exchange")
    expect(rows.first).to_contain_text("StatusNotification")
    yard.run(station.authorize("TAG-001"))
    expect(rows.first).to_contain_text("Authorize")
    assert visitor.loads == 1
    rows.first.locator("summary").click()
    request, reply = rows.first.locator("pre").all()
    expect(request).to_contain_text('"idTag": "TAG-001"')
    expect(reply).to_contain_text('"status": "Accepted"')
    page.get_by_label("Action").select_option("BootNotification")
    expect(rows).to_have_count(1)
    assert "action=BootNotification" in page.url
    page.get_by_role("link", name="Clear").click()
    page.get_by_role("searchbox", name="Search").fill("TAG-001")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("Authorize")
