"""Pages that move without a reload, also when their socket is gone."""

import pytest
from playwright.sync_api import WebSocketRoute, expect

from .conftest import Visit
from .yard import Yard

pytestmark = pytest.mark.browser

# The page tolerates three seconds without its socket, then fetches itself every ten.
POLLED_MS = 30_000


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_a_tile_turns_to_charging_without_a_reload(visit: Visit, yard: Yard, version: str) -> None:
    name = f"LIVE-{version}"
    station, _ = yard.new(name, version)
    visitor = visit("owner")
    visitor.open(f"/live/?q={name}")
    tile = visitor.page.locator("a.tile", has_text=name)
    expect(tile).to_contain_text("Available")
    yard.charge(station, readings=2)
    expect(tile).to_contain_text("Charging")
    expect(tile).to_contain_text("11.0 kW")
    expect(tile).to_contain_text("1.00 kWh")
    yard.run(station.stop(1))
    yard.run(station.unplug(1))
    expect(tile).to_contain_text("Available")
    assert visitor.loads == 1


def test_the_overview_counts_along(visit: Visit, yard: Yard) -> None:
    station, _ = yard.new("LIVE-2")
    visitor = visit("owner")
    visitor.open("/")
    needs = visitor.page.get_by_role("region", name="What needs you")
    expect(needs.get_by_text("LIVE-2")).to_have_count(0)
    yard.run(station.fault(1, "GroundFailure"))
    expect(needs.get_by_text("LIVE-2")).to_be_visible()
    yard.run(station.recover(1))
    expect(needs.get_by_text("LIVE-2")).to_have_count(0)
    assert visitor.loads == 1


def test_without_its_socket_a_page_says_so_and_asks_again_by_itself(visit: Visit, yard: Yard) -> None:
    station, _ = yard.new("LIVE-3")
    visitor = visit("owner")
    sockets = Sockets()
    visitor.page.route_web_socket("**/ws/live/", sockets.routed)
    visitor.open("/live/?q=LIVE-3")
    banner = visitor.page.get_by_text("Live updates are interrupted")
    tile = visitor.page.locator("a.tile", has_text="LIVE-3")
    expect(tile).to_contain_text("Available")
    expect(banner).to_be_hidden()
    sockets.cut()
    expect(banner).to_be_visible()
    yard.run(station.plug(1))
    expect(tile).to_contain_text("Preparing", timeout=POLLED_MS)
    sockets.are_up = True
    expect(banner).to_be_hidden(timeout=POLLED_MS)
    yard.run(station.unplug(1))
    expect(tile).to_contain_text("Available")
    assert visitor.loads == 1


class Sockets:
    """The way of the live sockets, which can be cut."""

    def __init__(self) -> None:
        self.are_up = True
        self.open: list[WebSocketRoute] = []

    def routed(self, socket: WebSocketRoute) -> None:
        """Let it through, or drop it at once."""
        if self.are_up:
            socket.connect_to_server()
            self.open.append(socket)
        else:
            socket.close(code=1001)

    def cut(self) -> None:
        """Drop them all, and every new one."""
        self.are_up = False
        for socket in self.open:
            socket.close(code=1001)
