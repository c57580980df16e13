"""A guest with a phone: from the sticker to the receipt, at a charger that is really there."""

import re

import pytest
from playwright.sync_api import Page, expect

from .accessibility import faults
from .conftest import Visit
from .stack import Stack, eventually
from .yard import Yard

pytestmark = pytest.mark.browser
# EU 2023/1804 art. 5 and the promise of the product: from the scan to the plug in at most so many taps.
MOST_TAPS = 4


# What the worker does every two seconds. A whole worker would also go on with the campaigns of the other tests.
MONEY = """
from billing.tasks import follow_sessions, sweep_payments, sweep_sessions
follow_sessions(), sweep_sessions(), sweep_payments()
"""


def driver_page(stack: Stack, public_id: str) -> str:
    """The address on the sticker of its first EVSE, here."""
    link: str = stack.api("GET", f"stations/{public_id}")["evses"][0]["driver_page"]
    return "/" + link.split("/", 3)[3]


def look(page: Page) -> None:
    """Accessible, light and dark, and nothing sticks out."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert faults(page) == []


@pytest.mark.parametrize("width", [320, 1440])
def test_a_guest_charges_within_four_taps_and_gets_a_receipt_that_explains_itself(
    visit: Visit, stack: Stack, yard: Yard, scene: dict[str, str], width: int
) -> None:
    station, public_id = yard.new(f"GUEST-{width}")
    visitor = visit(width=width)
    page, taps = visitor.page, 0
    visitor.open(driver_page(stack, public_id))
    expect(page.get_by_text("per kWh").first).to_be_visible()
    look(page)
    page.get_by_label("E-mail for the receipt").fill("ada@example.com")
    for name in ("Pay by card and charge", "Go on to payment", re.compile("^Hold ")):
        role = "link" if name == "Go on to payment" else "button"
        page.get_by_role(role, name=name).click()  # type: ignore[arg-type]
        taps += 1
        look(page)
    expect(page.get_by_text("Plug in now.")).to_be_visible()
    yard.run(station.plug(1))
    expect(page.get_by_text("Cost so far")).to_be_visible()
    assert taps <= MOST_TAPS
    look(page)
    # As much as a meter may show a moment after the start without being doubted.
    station.draw(50, 1)
    yard.run(station.sample(1))
    page.get_by_role("button", name="Stop charging").click()
    expect(page.get_by_text("Charging has ended.")).to_be_visible()
    taken = page.get_by_text("were taken")
    eventually(lambda: (stack.manage("shell", "-c", MONEY), taken.count())[1], 60)
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible()
    look(page)


def test_a_sticker_that_nobody_printed_is_told_so(visit: Visit, stack: Stack) -> None:
    visitor = visit(width=320)
    visitor.open("/drive/")
    look(visitor.page)
    visitor.page.get_by_label("Code on the sticker").fill("nothing")
    visitor.page.get_by_role("button", name="Find the charger").click()
    expect(visitor.page.get_by_text("No charger has this code")).to_be_visible()
