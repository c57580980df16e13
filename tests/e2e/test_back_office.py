"""The back office: its skin is not ours, but it runs on our policy, from our origin, and for staff alone."""

import pytest
from playwright.sync_api import expect

from .conftest import Visit
from .routes import back_office

pytestmark = pytest.mark.browser


def test_every_list_of_the_back_office_opens_without_a_complaint(visit: Visit) -> None:
    visitor = visit("owner")
    lists = back_office()
    assert "/admin/chargers/chargingstation/" in lists
    for path in ("/admin/", *lists):
        assert visitor.open(path) == 200, path
    visitor.open("/admin/chargers/chargingstation/?q=SPARE-16")
    visitor.page.get_by_role("link", name="SPARE-16").first.click()
    expect(visitor.page.get_by_text("SPARE-16").first).to_be_visible()


@pytest.mark.parametrize("who", ["viewer", "harbour-owner", ""])
def test_who_is_not_staff_stays_outside(visit: Visit, who: str) -> None:
    visitor = visit(who)
    visitor.open("/admin/chargers/chargingstation/")
    assert visitor.path == "/admin/login/"
