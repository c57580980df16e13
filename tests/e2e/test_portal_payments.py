"""What a guest reads when the money does not go its usual way; the provider's part is scripted."""

import pytest
from playwright.sync_api import Page, expect

from . import portal
from .conftest import Visit
from .stack import Stack
from .yard import Yard

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("cashier")]
LATE = """
from billing.providers import provider
from billing.providers.fake.acts import mishaps
from billing.providers.fake.cards import Mishap
mishaps(provider("fake").bank, "authorise", Mishap.LATE)
"""
LAPSED = """
from billing.providers import provider
with provider("fake").bank.store.open() as books:
    books.keep(books.payment({ref!r}) | {{"expires": 0}})
"""
SLOW_MS = portal.PATIENCE_S * 1000


def _scanned(visit: Visit, stack: Stack, public_id: str) -> Page:
    visitor = visit(**portal.PHONE)
    visitor.open(portal.sticker_of(stack, public_id))
    return visitor.page


def test_a_declined_card_is_told_and_another_one_whose_bank_asks_first_is_taken(
    visit: Visit, stack: Stack, yard: Yard, scene: dict[str, str]
) -> None:
    _, public_id = yard.new("DECLINED")
    page = _scanned(visit, stack, public_id)
    portal.pay(page, "0002")
    expect(page.get_by_text("Your bank declined the card.")).to_be_visible()
    expect(page.get_by_text("Nothing was charged. Try another card.")).to_be_visible()
    portal.look(page)
    page.get_by_role("link", name="Try again").tap()
    portal.pay(page, "3155")
    expect(page.get_by_text("The bank of this card wants to be sure that it is you.")).to_be_visible()
    portal.look(page)
    page.get_by_role("button", name="Yes, it is me").tap()
    expect(page.get_by_text("Plug in now.")).to_be_visible()


def test_who_is_not_confirmed_by_his_bank_is_told_that_nothing_was_charged(
    visit: Visit, stack: Stack, yard: Yard, scene: dict[str, str]
) -> None:
    _, public_id = yard.new("NOT-ME")
    page = _scanned(visit, stack, public_id)
    portal.pay(page, "3155")
    page.get_by_role("button", name="Refuse").tap()
    expect(page.get_by_text("Payment not accepted")).to_be_visible()
    expect(page.get_by_text("Nothing was charged. Try another card.")).to_be_visible()


def test_a_provider_that_answers_late_is_waited_for(
    visit: Visit, stack: Stack, yard: Yard, scene: dict[str, str]
) -> None:
    _, public_id = yard.new("LATE")
    page = _scanned(visit, stack, public_id)
    stack.manage("shell", "-c", LATE)
    page.get_by_label("E-mail for the receipt").fill("ada@example.com")
    page.get_by_role("button", name="Pay by card and charge").tap()
    expect(page.get_by_text("Asking your bank")).to_be_visible()
    expect(page.get_by_text("Nothing is charged yet.")).to_be_visible()
    portal.look(page)
    expect(page.get_by_role("link", name="Go on to payment")).to_be_visible(timeout=SLOW_MS)


def test_a_charger_that_does_not_start_frees_the_money_and_says_so(
    visit: Visit, stack: Stack, yard: Yard, scene: dict[str, str]
) -> None:
    """Somebody with a card is quicker."""
    station, public_id = yard.new("TAKEN")
    page = _scanned(visit, stack, public_id)
    portal.pay(page, before_hold=lambda: yard.charge(station))
    expect(page.get_by_text("Charging did not start")).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text("Your money is free again: nothing was charged.")).to_be_visible(timeout=SLOW_MS)
    portal.look(page)


def test_a_hold_that_lapses_before_the_price_is_taken_leaves_a_sum_to_pay(
    visit: Visit, stack: Stack, yard: Yard, scene: dict[str, str]
) -> None:
    station, public_id = yard.new("LAPSED")
    portal.priced(stack, public_id)
    page = _scanned(visit, stack, public_id)
    portal.pay(page)
    yard.run(station.plug(1))
    expect(page.get_by_text("Cost so far")).to_be_visible()
    payment = next(one for one in stack.api("GET", "payments")["results"] if one["station"] == public_id)
    stack.manage("shell", "-c", LAPSED.format(ref=payment["provider_ref"]))
    portal.stop(page, yard, station)
    still_open = "The hold on your card ended before the price was taken, so 1.27 USD are still open."
    expect(page.get_by_text(still_open)).to_be_visible(timeout=SLOW_MS)
    portal.look(page)
