"""Getting in and out."""

import pytest
from playwright.sync_api import expect

from .conftest import Visit
from .stack import Stack

pytestmark = pytest.mark.browser


def test_a_wrong_password_is_refused_and_the_right_one_opens_the_overview(visit: Visit, stack: Stack) -> None:
    visitor = visit()
    page = visitor.page
    owner = stack.demo["users"][0]
    visitor.open("/stations/")
    assert visitor.path == "/accounts/login/"
    page.get_by_label("Email").fill(owner["email"])
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("not correct")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(owner["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Stations")
    page.get_by_role("button", name="Your account and theme").click()
    page.get_by_role("button", name="Sign out").click()
    visitor.open("/")
    assert visitor.path == "/accounts/login/"
