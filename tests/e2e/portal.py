"""What tests of the driver pages share: a phone and its taps, the sticker, a price, the worker's part."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from chargers.simulator import SimulatedStation

from .accessibility import faults
from .stack import Stack, eventually
from .visitor import Visitor
from .yard import Yard

WIDTH, HEIGHT = 360, 780
# A finger, and a page that may be wider than the glass.
PHONE: dict[str, Any] = {"width": WIDTH, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
# What a finger that lands on the page does, whatever page it is; scripts' own clicks are none.
LISTEN = (
    "addEventListener('click', (event) => { if (event.isTrusted && event.detail) window.tapped(); }, true)"
)
# What the worker does for money. A whole one would also go on with the campaigns of the other tests, and with the
# demonstration's sessions of ninety days.
CASHIER = """
import time
from billing.tasks import follow_sessions, sweep_payments
from cpms.drivers.tasks import send_receipts
while True:
    follow_sessions(), sweep_payments(), send_receipts()
    print("what had waited is done", flush=True)
    time.sleep(1)
"""
# How long a busy machine may take for a price, a capture and the papers.
PATIENCE_S = 60.0
PRICE = [{"type": "FLAT", "price": 1.25, "step_size": 1}, {"type": "ENERGY", "price": 0.49, "step_size": 1}]


def sticker_of(stack: Stack, station: str) -> str:
    """The address on the sticker of its first EVSE, here."""
    link: str = stack.api("GET", f"stations/{station}")["evses"][0]["driver_page"]
    return "/" + link.split("/", 3)[3]


def priced(stack: Stack, station: str) -> None:
    """From now on a session here costs 1.25 USD and 0.49 USD for a kWh."""
    document = {"currency": "USD", "tax_included": "N/A", "elements": [{"price_components": PRICE}]}
    tariff = stack.api("POST", "tariffs", {"name": f"Test {station}", "document": document})
    stack.api("POST", f"tariff-versions/{tariff['draft']}/publish", {})
    place = {"tariff": tariff["id"], "scope": "station", "station": station}
    stack.api("POST", "tariff-assignments", place)


def taps_of(visitor: Visitor) -> list[str]:
    """Where fingers landed from now on, on every page."""
    taps: list[str] = []
    visitor.context.expose_function("tapped", lambda: taps.append(visitor.path))
    visitor.context.add_init_script(LISTEN)
    return taps


def look(page: Page) -> None:
    """Accessible, light and dark, and nothing sticks out; the glass is what it was before."""
    size = page.viewport_size
    found = faults(page)
    assert not found, found
    if size:
        page.set_viewport_size(size)


def pay(page: Page, card: str = "", before_hold: Callable[[], None] = lambda: None) -> None:
    """From the charger's page over the test bank's form to the visit, with some card."""
    page.get_by_label("E-mail for the receipt").fill("ada@example.com")
    page.get_by_role("button", name="Pay by card and charge").click()
    page.get_by_role("link", name="Go on to payment").click()
    if card:
        page.get_by_label(card).check()
    before_hold()
    page.get_by_role("button", name=re.compile("^Hold ")).click()


def stop(page: Page, yard: Yard, station: SimulatedStation) -> None:
    """Charge as much as a meter may show a moment after the start without being doubted, and stop."""
    station.draw(50, 1)
    yard.run(station.sample(1))
    page.get_by_role("button", name="Stop charging").click()
    expect(page.get_by_text("Charging has ended.").or_(page.get_by_text("Receipt")).first).to_be_visible()


def settled(stack: Stack, page: Page, email: str) -> None:
    """The price is there, with its papers: on the page and in the mail."""
    expect(page.get_by_role("link", name="PDF")).to_be_visible(timeout=PATIENCE_S * 1000)
    eventually(
        lambda: any("receipt" in arrived.mail["Subject"] for arrived in stack.post.to(email)), PATIENCE_S
    )
