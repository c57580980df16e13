"""ID tags: made, used, blocked."""

import pytest
from playwright.sync_api import expect

from .conftest import Visit
from .yard import Yard

pytestmark = pytest.mark.browser


def test_a_tag_charges_until_it_is_blocked(visit: Visit, yard: Yard) -> None:
    station, _ = yard.new("TAGS-1")
    assert yard.run(station.authorize("E2E-CARD")) == "Invalid"
    visitor = visit("owner")
    page = visitor.page
    visitor.open("/tags/")
    page.get_by_role("link", name="Add ID tag").click()
    page.get_by_label("UID").fill("E2E-CARD")
    page.get_by_label("Label").fill("Van 7")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("E2E-CARD")
    assert yard.run(station.authorize("e2e-card")) == "Accepted"
    page.get_by_role("button", name="Block").click()
    expect(page.get_by_role("button", name="Unblock")).to_be_visible()
    assert yard.run(station.authorize("E2E-CARD")) == "Blocked"
    page.reload()
    decisions = page.get_by_role("region", name="Decisions").locator("tbody tr")
    expect(decisions.nth(0)).to_contain_text("Blocked")
    expect(decisions.nth(1)).to_contain_text("Accepted")
    page.get_by_role("button", name="Unblock").click()
    expect(page.get_by_role("button", name="Block", exact=True)).to_be_visible()
    assert yard.run(station.authorize("E2E-CARD")) == "Accepted"


def test_the_same_uid_in_other_case_is_refused(visit: Visit) -> None:
    visitor = visit("owner")
    visitor.open("/tags/new/")
    visitor.page.get_by_label("UID").fill("tag-001")
    visitor.page.get_by_role("button", name="Save").click()
    expect(visitor.page.get_by_text("this UID exists already")).to_be_visible()
    assert visitor.refusals == [422]
