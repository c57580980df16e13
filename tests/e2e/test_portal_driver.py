"""A driver's first day: an account, a passkey, money in the wallet, and one tap at the charger."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from . import portal
from .conftest import Visit
from .papers import minor, told
from .post import Arrived
from .stack import Stack, eventually
from .visitor import Visitor
from .yard import Yard

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("cashier")]
PASSWORD = "a long enough password"
# A phone that holds passkeys and knows its owner by the finger (Web Authentication, 11.2).
KEY_RING = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def test_a_driver_signs_up_adds_a_passkey_tops_up_and_charges_with_one_tap(
    visit: Visit, stack: Stack, yard: Yard, scene: dict[str, str]
) -> None:
    station, public_id = yard.new("FIRST-DAY")
    portal.priced(stack, public_id)
    visitor, email = _phone(visit, stack), f"mia-{public_id[-6:].lower()}@example.com"
    page, sticker = visitor.page, portal.sticker_of(stack, public_id)
    visitor.open(sticker)
    _sign_up(page, email)
    _confirm(visitor, stack, email)
    _add_passkey(visitor)
    _sign_in_by_passkey(visitor, sticker)
    _top_up(page)
    page.get_by_role("link", name="Back to the charger").tap()
    yard.run(station.plug(1))
    taps = portal.taps_of(visitor)
    visitor.open(sticker)
    page.get_by_role("button", name="Start charging").tap()
    expect(page.get_by_text("Cost so far")).to_be_visible()
    assert len(taps) == 1
    portal.stop(page, yard, station)
    portal.settled(stack, page, email)
    expect(page.get_by_text("It is taken from your wallet.")).to_be_visible()
    session = visitor.path.rpartition("/")[2]
    assert set(vars(told(stack, visitor, session, email)).values()) == {127}
    portal.look(page)
    visitor.open("/my/")
    expect(page.get_by_text("18.73 USD")).to_be_visible()


def _phone(visit: Visit, stack: Stack) -> Visitor:
    """With a finger and a key ring. A passkey belongs to a name, and an address of numbers is none."""
    visitor: Visitor = visit(**portal.PHONE, origin=stack.web.replace("127.0.0.1", "localhost"))
    keys = visitor.context.new_cdp_session(visitor.page)
    keys.send("WebAuthn.enable")
    keys.send("WebAuthn.addVirtualAuthenticator", {"options": KEY_RING})
    return visitor


def _sign_up(page: Page, email: str) -> None:
    """From the page of a charger to an account, and back to the charger."""
    page.get_by_role("link", name="Open one").tap()
    portal.look(page)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password once more").fill(PASSWORD)
    page.get_by_role("button", name="Open the account").tap()
    expect(page.get_by_text("Your wallet has 0.00 USD")).to_be_visible()
    portal.look(page)


def _confirm(visitor: Visitor, stack: Stack, email: str) -> None:
    """A passkey needs an address that is one's own: the link of the first mail."""
    page = visitor.page
    visitor.open("/my/passkeys/")
    expect(page.get_by_text(f"First confirm that {email} is your address")).to_be_visible()
    portal.look(page)
    arrived: Arrived = eventually(lambda: stack.post.to(email))[0]
    visitor.open(urlsplit(arrived.link).path)
    portal.look(page)
    page.get_by_role("button", name="Yes, it is mine").tap()
    expect(page.get_by_text("Thank you: your e-mail address is confirmed.")).to_be_visible()


def _add_passkey(visitor: Visitor) -> None:
    """From one's account; the password once more, then the finger. It gets a name of its own."""
    page = visitor.page
    page.get_by_role("link", name="Passkeys").tap()
    page.get_by_role("link", name="Add a passkey").tap()
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    portal.look(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").tap()
    expect(page.get_by_role("heading", name="Add a passkey")).to_be_visible()
    portal.look(page)
    page.get_by_label("Name").fill("Mia's phone")
    page.get_by_role("button", name="Add the passkey").tap()
    expect(page.get_by_role("heading", name="Mia's phone")).to_be_visible()
    portal.look(page)


def _sign_in_by_passkey(visitor: Visitor, sticker: str) -> None:
    """Out, and in again at the charger without a password."""
    page = visitor.page
    visitor.open("/my/")
    page.get_by_role("button", name="Sign out").tap()
    expect(page.get_by_role("heading", name="Charge your car")).to_be_visible()
    visitor.open(sticker)
    page.get_by_role("link", name="I have an account").tap()
    page.get_by_role("button", name="Sign in with a passkey").tap()
    expect(page.get_by_text("Charge with your account")).to_be_visible()
    assert visitor.path == sticker


def _top_up(page: Page) -> None:
    """Twenty, by a card."""
    page.get_by_role("link", name="Top up your wallet").tap()
    page.get_by_label("Amount").fill("20")
    page.get_by_role("button", name="Top up").tap()
    page.get_by_role("link", name="Go on to payment").tap()
    page.get_by_role("button", name="Pay 20.00 USD").tap()
    balance = page.get_by_text("In the wallet now").locator("xpath=../strong")
    expect(balance).to_have_text("20.00 USD")
    assert minor(balance.inner_text()) == 2000
    portal.look(page)
