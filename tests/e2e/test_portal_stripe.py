"""Paying on Stripe's own page with a phone. Its pages are ours (`tests.stripe`), its payments localstripe's."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from cpms.ops import serve
from cpms.ops.services.process import free_port
from tests.stripe.foreign import CHALLENGED, DECLINED, GOOD
from tests.stripe.front import Front
from tests.stripe.served import served

from . import portal
from .conftest import Visit
from .stack import HOST, Stack
from .visitor import Visitor
from .yard import Yard

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("cashier", "scene")]
MOST_TAPS = 4
PASSWORD = "a long enough password"
# A busy machine works out the price of everything else first.
PATIENCE_MS = 240_000


@pytest.fixture(scope="module")
def front(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with served(tmp_path_factory.mktemp("localstripe"), stack.stripe_port) as front:
        yield front


@pytest.fixture(scope="module")
def web(stack: Stack, front: Front) -> Iterator[str]:
    """A second web process of the same product, whose new payments are Stripe's."""
    port = free_port()
    address = f"http://{HOST}:{port}"
    process = stack.serve(
        "web-stripe", serve.web_command(HOST, port), PAYMENT_PROVIDER="stripe", PUBLIC_URL=address
    )
    stack.answers(port)
    yield address
    stack.end(process)


@pytest.fixture
def phone(visit: Visit, web: str, front: Front) -> Visitor:
    return visit(**portal.PHONE, origin=web, beyond=front.url)  # type: ignore[no-any-return]


def enter(page: Page, number: str) -> None:
    """A card on Stripe's page."""
    page.get_by_label("Card number").fill(number)
    page.get_by_role("button", name="Pay or keep").tap()


def scan(phone: Visitor, stack: Stack, public_id: str) -> Page:
    """The sticker, an address for the receipt, and on to Stripe's page."""
    page = phone.page
    phone.open(portal.sticker_of(stack, public_id))
    page.get_by_label("E-mail for the receipt").tap()
    page.keyboard.insert_text("ada@example.com")
    page.get_by_role("button", name="Pay by card and charge").tap()
    page.get_by_role("link", name="Go on to payment").tap()
    expect(page.get_by_role("heading", name="Checkout, for tests")).to_be_visible()
    return page


def payment_at(stack: Stack, station: str) -> dict[str, Any]:
    return next(one for one in stack.api("GET", "payments")["results"] if one["station"] == station)


def test_a_guest_pays_by_card_charges_and_pays_what_the_receipt_says(
    phone: Visitor, stack: Stack, yard: Yard, front: Front
) -> None:
    station, public_id = yard.new("STRIPE")
    portal.priced(stack, public_id)
    yard.run(station.plug(1))
    taps = portal.taps_of(phone)
    page = scan(phone, stack, public_id)
    page.get_by_label("Card number").fill(GOOD)
    page.get_by_role("button", name="Pay or keep").tap()
    expect(page.get_by_text("Cost so far")).to_be_visible()
    assert 1 < len(taps) <= MOST_TAPS, taps
    portal.look(page)
    portal.stop(page, yard, station)
    # 1.25 and 50 Wh at 0.49.
    expect(page.get_by_text("50.00 USD were held; 1.27 USD were taken")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("tfoot").get_by_text("1.27 USD")).to_be_visible()
    payment = payment_at(stack, public_id)
    (there,) = front.behind.payments_of(payment["id"])
    charge = there["charges"]["data"][0]
    assert payment["captured_minor"] == charge["amount"] - charge["amount_refunded"] == 127


def test_a_declined_card_is_told_in_words_nothing_is_held_and_another_is_taken(
    phone: Visitor, stack: Stack, yard: Yard, front: Front
) -> None:
    _, public_id = yard.new("STRIPE-NO")
    page = scan(phone, stack, public_id)
    enter(page, DECLINED)
    expect(page.get_by_role("alert")).to_contain_text("declined")
    page.get_by_role("link", name="Back").tap()
    expect(page.get_by_text("Your bank declined the card. Nothing was charged.")).to_be_visible()
    portal.look(page)
    payment = payment_at(stack, public_id)
    assert (payment["state"], payment["authorised_minor"]) == ("needs_action", 0)
    page.get_by_role("link", name="Go on to payment").tap()
    enter(page, GOOD)
    expect(page.get_by_text("Plug in now.")).to_be_visible()
    states = [each["status"] for each in front.behind.payments_of(payment["id"])]
    assert sorted(states) == ["requires_capture", "requires_payment_method"]


def test_a_bank_that_asks_is_answered_and_charging_begins_or_not(
    phone: Visitor, stack: Stack, yard: Yard
) -> None:
    _, public_id = yard.new("STRIPE-3DS")
    page = scan(phone, stack, public_id)
    enter(page, CHALLENGED)
    page.get_by_role("button", name="It is not me").tap()
    expect(page.get_by_role("alert")).to_contain_text("Not confirmed.")
    enter(page, CHALLENGED)
    page.get_by_role("button", name="It is me", exact=True).tap()
    expect(page.get_by_text("Plug in now.")).to_be_visible()
    assert payment_at(stack, public_id)["state"] == "authorised"


def test_the_back_button_and_a_second_scan_hold_nothing_more(
    phone: Visitor, stack: Stack, yard: Yard, front: Front
) -> None:
    _, public_id = yard.new("STRIPE-BACK")
    page = scan(phone, stack, public_id)
    enter(page, GOOD)
    expect(page.get_by_text("Plug in now.")).to_be_visible()
    visit = page.url
    page.go_back()
    page.goto(visit)
    expect(page.get_by_text("Plug in now.")).to_be_visible()
    payment = payment_at(stack, public_id)
    states = [each["status"] for each in front.behind.payments_of(payment["id"])]
    assert states == ["requires_capture"]


def test_a_guest_without_scripts_pays_and_is_told_to_plug_in(
    visit: Visit, web: str, stack: Stack, yard: Yard, front: Front
) -> None:
    _, public_id = yard.new("STRIPE-PLAIN")
    phone = visit(**portal.PHONE, origin=web, beyond=front.url, script=False)
    page = phone.page
    phone.open(portal.sticker_of(stack, public_id))
    page.get_by_label("E-mail for the receipt").fill("ada@example.com")
    page.get_by_role("button", name="Pay by card and charge").tap()
    page.get_by_role("link", name="Go on to payment").tap()
    enter(page, GOOD)
    expect(page.get_by_text("Plug in now.")).to_be_visible()


def test_a_driver_keeps_a_card_and_fills_his_wallet_with_one_tap(
    phone: Visitor, stack: Stack, yard: Yard
) -> None:
    _, public_id = yard.new("STRIPE-KEEP")
    portal.priced(stack, public_id)
    page = phone.page
    phone.open(portal.sticker_of(stack, public_id))
    page.get_by_role("link", name="Open one").tap()
    page.get_by_label("E-mail").fill(f"mia-{public_id[-6:].lower()}@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password once more").fill(PASSWORD)
    page.get_by_role("button", name="Open the account").tap()
    page.get_by_role("link", name="Top up your wallet").tap()
    page.get_by_role("button", name="Keep a card for the next time").tap()
    expect(page.get_by_text("Nothing is taken now")).to_be_visible()
    portal.look(page)
    page.get_by_role("link", name="Enter the card").tap()
    enter(page, GOOD)
    expect(page.get_by_text("Visa •••• 4242 is kept for the next time.")).to_be_visible()
    portal.look(page)
    page.get_by_label("Amount").fill("20")
    page.get_by_label("Card (optional)").select_option(label="Visa •••• 4242")
    page.get_by_role("button", name="Top up").tap()
    expect(page.get_by_text("20.00 USD are in your wallet.")).to_be_visible()
    portal.look(page)
