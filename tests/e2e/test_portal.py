"""A guest with a phone: from the sticker to the receipt, at a charger that is really there."""

import re
import time

import pytest
from playwright.sync_api import expect

from . import portal
from .conftest import Visit
from .papers import told
from .stack import Stack
from .yard import Yard

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("cashier")]
# EU 2023/1804 art. 5 and the promise of the product: from the scan to charging.
MOST_TAPS, MOST_S = 4, 10.0


@pytest.mark.parametrize("width", [360, 390])
def test_a_guest_charges_four_taps_and_ten_seconds_after_the_scan_and_pays_what_all_papers_say(
    visit: Visit, stack: Stack, yard: Yard, scene: dict[str, str], width: int
) -> None:
    """The car is plugged in before. Every finger on the page counts, that in the field too."""
    station, public_id = yard.new(f"SCAN-{width}")
    portal.priced(stack, public_id)
    yard.run(station.plug(1))
    visitor = visit(**portal.PHONE | {"width": width})
    page, taps, sticker = visitor.page, portal.taps_of(visitor), portal.sticker_of(stack, public_id)
    email, scanned_at = f"ada-{width}@example.com", time.monotonic()
    visitor.open(sticker)
    page.get_by_label("E-mail for the receipt").tap()
    page.keyboard.insert_text(email)
    page.get_by_role("button", name="Pay by card and charge").tap()
    page.get_by_role("link", name="Go on to payment").tap()
    page.get_by_role("button", name=re.compile("^Hold ")).tap()
    expect(page.get_by_text("Cost so far")).to_be_visible()
    assert time.monotonic() - scanned_at <= MOST_S
    assert 1 < len(taps) <= MOST_TAPS, taps
    portal.stop(page, yard, station)
    portal.settled(stack, page, email)
    payment = next(one for one in stack.api("GET", "payments")["results"] if one["station"] == public_id)
    papers = told(stack, visitor, payment["transaction"], email)
    # 1.25 and 50 Wh at 0.49.
    assert {*vars(papers).values(), payment["captured_minor"]} == {127}, (papers, payment)


def test_every_step_of_a_guest_is_accessible_and_fits_every_screen(
    visit: Visit, stack: Stack, yard: Yard, scene: dict[str, str]
) -> None:
    station, public_id = yard.new("GUEST")
    visitor = visit(width=portal.WIDTH)
    page = visitor.page
    visitor.open(portal.sticker_of(stack, public_id))
    expect(page.get_by_text("per kWh").first).to_be_visible()
    portal.look(page)
    page.get_by_label("E-mail for the receipt").fill("ada@example.com")
    for role, name in (("button", "Pay by card and charge"), ("link", "Go on to payment")):
        page.get_by_role(role, name=name).click()  # type: ignore[arg-type]
        portal.look(page)
    page.get_by_role("button", name=re.compile("^Hold ")).click()
    expect(page.get_by_text("Plug in now.")).to_be_visible()
    portal.look(page)
    yard.run(station.plug(1))
    expect(page.get_by_text("Cost so far")).to_be_visible()
    portal.look(page)
    portal.stop(page, yard, station)
    expect(page.get_by_text("were taken")).to_be_visible(timeout=portal.PATIENCE_S * 1000)
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible()
    portal.look(page)


def test_a_sticker_that_nobody_printed_is_told_so(visit: Visit, stack: Stack) -> None:
    visitor = visit(width=320)
    visitor.open("/drive/")
    portal.look(visitor.page)
    visitor.page.get_by_label("Code on the sticker").fill("nothing")
    visitor.page.get_by_role("button", name="Find the charger").click()
    expect(visitor.page.get_by_text("No charger has this code")).to_be_visible()
