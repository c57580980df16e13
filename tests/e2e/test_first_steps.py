"""The first day: an organisation without anything, and somebody without an organisation."""

import pytest
from playwright.sync_api import expect

from .accessibility import faults
from .conftest import Visit
from .stack import Stack
from .yard import Yard

pytestmark = pytest.mark.browser

PASSWORD = "a password for the first day"
FOUND = f"""
from cpms.accounts.models import User
from cpms.accounts.roles import Role
from cpms.accounts.services.organisations import member_add, organisation_create
from cpms.core.actors import SYSTEM
user = User.objects.create_user("founder@example.com", {PASSWORD!r})
member_add(organisation_create("Fresh Power", SYSTEM), user, Role.OWNER, SYSTEM)
User.objects.create_user("stray@example.com", {PASSWORD!r})
"""
EMPTY = {
    "/live/": "No stations yet",
    "/stations/": "No stations yet",
    "/transactions/": "No transaction yet",
    "/tags/": "No ID tags yet",
}


@pytest.fixture(scope="module")
def newcomers(stack: Stack) -> None:
    """The owner of an empty organisation, and somebody who belongs to none."""
    stack.manage("shell", "-c", FOUND)
    for who in ("founder", "stray"):
        stack.demo["users"].append({"role": "", "email": f"{who}@example.com", "password": PASSWORD})


def test_empty_pages_teach_the_next_step(visit: Visit, stack: Stack, newcomers: None) -> None:
    visitor = visit("founder")
    page = visitor.page
    for path, words in EMPTY.items():
        visitor.open(path)
        expect(page.get_by_text(words).first).to_be_visible()
        assert not (found := faults(page)), (path, found)
    visitor.open("/stations/")
    expect(page.get_by_text(stack.ocpp, exact=True)).to_be_visible()


def test_the_first_station_appears_where_there_was_none(visit: Visit, yard: Yard, newcomers: None) -> None:
    visitor = visit("founder")
    page = visitor.page
    visitor.open("/live/")
    page.get_by_role("link", name="Add station").click()
    page.get_by_label("Identity").fill("FIRST-1")
    page.get_by_label("Password").fill("the first of passwords")
    page.get_by_role("button", name="Add station").click()
    expect(page.get_by_text("the first of passwords", exact=True)).to_be_visible()
    yard.connect("FIRST-1", "the first of passwords")
    visitor.open("/live/")
    expect(page.locator("a.tile", has_text="FIRST-1")).to_contain_text("Available")


def test_somebody_without_an_organisation_reads_how_to_get_into_one(
    visit: Visit, stack: Stack, newcomers: None
) -> None:
    visitor = visit("stray")
    assert visitor.open("/stations/") == 403
    expect(visitor.page.get_by_text("stray@example.com")).to_be_visible()
    assert not (found := faults(visitor.page)), found
