"""A driver switches the second step on, signs in with it on a driver page, and gets in without his phone."""

import uuid
from urllib.parse import urlsplit

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import expect

from . import portal
from .conftest import Visit
from .stack import Stack, eventually
from .visitor import Visitor

pytestmark = pytest.mark.browser
PASSWORD = "a long enough password"


def test_two_steps_from_switching_on_to_a_recovery_code(
    visit: Visit, stack: Stack, scene: dict[str, str]
) -> None:
    email = f"two-{uuid.uuid4().hex[:8]}@example.com"
    visitor: Visitor = visit(**portal.PHONE)
    page = visitor.page
    _sign_up(visitor, stack, email, scene["code"])
    visitor.open("/my/two-factor/")
    portal.look(page)
    page.get_by_role("link", name="Switch it on").tap()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").tap()
    expect(page.get_by_alt_text("QR code for the app")).to_be_visible()
    portal.look(page)
    page.get_by_label("Code").fill(_code(page.locator(".secret").inner_text()))
    page.get_by_role("button", name="Switch it on").tap()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    portal.look(page)
    spare = page.locator(".secret").first.inner_text()
    visitor.open("/my/")
    page.get_by_role("button", name="Sign out").tap()
    expect(page.get_by_role("heading", name="Charge your car")).to_be_visible()
    _sign_in(visitor, email)
    expect(page.get_by_role("heading", name="One more code")).to_be_visible()
    assert visitor.path == "/my/login/code"
    portal.look(page)
    page.get_by_label("Code").fill(spare)
    page.get_by_role("button", name="Sign in").tap()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    visitor.open("/accounts/2fa/")
    expect(page.get_by_text("It is on: a code is asked for when you sign in.")).to_be_visible()
    assert visitor.path == "/my/two-factor/"
    visitor.open("/my/addresses/")
    expect(page.get_by_role("heading", name=email)).to_be_visible()
    portal.look(page)


def _sign_up(visitor: Visitor, stack: Stack, email: str, code: str) -> None:
    """At a charger; and the address is confirmed."""
    page = visitor.page
    visitor.open(f"/my/signup/?next=/c/{code}")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password once more").fill(PASSWORD)
    page.get_by_role("button", name="Open the account").tap()
    expect(page.get_by_text("Your wallet has")).to_be_visible()
    arrived = eventually(lambda: stack.post.to(email))[0]
    visitor.open(urlsplit(arrived.link).path)
    page.get_by_role("button", name="Yes, it is mine").tap()
    expect(page.get_by_text("Thank you: your e-mail address is confirmed.")).to_be_visible()


def _sign_in(visitor: Visitor, email: str) -> None:
    visitor.open("/my/login/")
    visitor.page.get_by_label("E-mail").fill(email)
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.page.get_by_role("button", name="Sign in", exact=True).tap()


def _code(secret: str) -> str:
    """What an app shows now."""
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))
