"""The documentation of the API, on the same strict content policy as every page."""

import pytest
from playwright.sync_api import Page, expect

from cpms.api.schema import TAGS

from .accessibility import faults
from .conftest import Visit
from .visitor import Visitor

pytestmark = pytest.mark.browser
DOCS = "/api/v1/docs"


def opened(visitor: Visitor, group: str) -> Page:
    """The page with the operations of a group unfolded."""
    visitor.page.locator(f"#operations-tag-{group}").get_by_role("button", name="Expand operation").click()
    expect(visitor.page.locator(f"[id^=operations-{group}-]").first).to_be_visible()
    return visitor.page


def test_the_documentation_shows_every_group_and_is_accessible(visit: Visit) -> None:
    visitor = visit()
    assert visitor.open(DOCS) == 200
    expect(visitor.page.get_by_role("heading", name="CPMS API")).to_be_visible()
    for group in TAGS:
        expect(visitor.page.locator(f"#operations-tag-{group}")).to_be_visible()
    opened(visitor, "stations")
    assert not (found := faults(visitor.page)), found


def test_somebody_signed_in_tries_a_call_out(visit: Visit) -> None:
    visitor = visit("owner")
    visitor.open(DOCS)
    operation = opened(visitor, "stations").locator("#operations-stations-stations_list")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table tbody .response-col_status")).to_contain_text("200")
    expect(operation.locator(".live-responses-table")).to_contain_text("SPARE-16")
