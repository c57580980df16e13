"""From the station's page to the end of a transaction, with the answers and effects of commands seen on the way."""

import pytest
from playwright.sync_api import Locator, Page, expect

from chargers.simulator import SimulatedStation

from .conftest import Visit
from .visitor import Visitor
from .yard import Yard

pytestmark = pytest.mark.browser

INK = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.reduce((count, value, at) => count + (at % 4 === 3 && value > 0), 0);
}"""

# Draws figures of six digits and returns the labels that reach over the left edge of the canvas.
CLIPPED = """async () => {
  const module = performance.getEntriesByType("resource").find((entry) => /charts[^/]*\\.mjs/.test(entry.name));
  const { startCharts } = await import(module.name);
  const data = { times: [1, 2, 3], series: [{ label: "x", values: [0, 90000, 150000] }], unit: "W" };
  const figures = Object.assign(document.createElement("script"), { id: "big", type: "application/json" });
  figures.textContent = JSON.stringify(data);
  const figure = document.createElement("figure");
  figure.dataset.chart = "big";
  figure.className = "chart";
  figure.append(Object.assign(document.createElement("div"), { className: "chart-plot" }));
  document.querySelector("main").append(figures, figure);
  const drawn = [];
  const write = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, x, ...rest) {
    drawn.push({ text, fits: this.textAlign !== "right" || x >= this.measureText(text).width });
    return write.call(this, text, x, ...rest);
  };
  startCharts();
  await new Promise((done) => setTimeout(done, 200));
  CanvasRenderingContext2D.prototype.fillText = write;
  return { clipped: drawn.filter((one) => !one.fits).map((one) => one.text), drawn: drawn.map((one) => one.text) };
}"""


def steps(page: Page) -> Locator:
    """The way of the command that is shown: queued, sent, answered, happened."""
    return page.locator("#command-now li")


def expect_done(page: Page) -> None:
    """Accepted, and then really seen."""
    expect(steps(page).nth(2)).to_contain_text("Accepted")
    expect(steps(page).nth(3)).to_contain_text("Seen")


def start_by_generated_form(visitor: Visitor) -> None:
    """All commands, the one of the station's own version, its fields."""
    page = visitor.page
    page.locator("summary", has_text="More").click()
    page.get_by_role("link", name="All commands").click()
    page.get_by_role("link", name="Start charging").click()
    page.get_by_label("ID tag").fill("TAG-001")
    page.get_by_label("Connector").select_option("1")
    page.get_by_role("button", name="Send").click()


def start_by_button(visitor: Visitor) -> None:
    """The primary action of the page, the same in every version."""
    page = visitor.page
    page.get_by_role("link", name="Remote start").click()
    page.get_by_label("ID tag").fill("TAG-001")
    page.get_by_label("Connector").select_option("1")
    page.get_by_role("button", name="Start charging").click()


@pytest.mark.parametrize(("version", "start"), [("1.6", start_by_generated_form), ("2.0.1", start_by_button)])
def test_a_charge_from_remote_start_to_remote_stop(
    visit: Visit, yard: Yard, version: str, start: object
) -> None:
    station, public_id = yard.new(f"DRIVE-{version}", version)
    yard.run(station.plug(1))
    visitor = visit("owner")
    visitor.open(f"/stations/{public_id}/")
    start(visitor)  # type: ignore[operator]
    expect_done(visitor.page)
    assert station.session(1).uid == "TAG-001"
    look_at_transaction(visitor, yard, station, public_id)
    stop(visitor, station)


def look_at_transaction(visitor: Visitor, yard: Yard, station: SimulatedStation, public_id: str) -> None:
    """It runs on the station's page; its own page draws what the meter says."""
    page = visitor.page
    for _ in range(4):
        station.draw(1000, 1)
        yard.run(station.sample(1))
    visitor.open(f"/stations/{public_id}/")
    page.get_by_role("region", name="Latest transactions").locator("a.row-link").first.click()
    expect(page.locator("#transaction-now")).to_contain_text("4.00 kWh")
    for chart in ("Power", "Energy", "State of charge"):
        canvas = page.locator("figure", has_text=chart).locator("canvas")
        expect(canvas).to_be_visible()
        assert canvas.evaluate(INK) > 500, chart
    labels = page.evaluate(CLIPPED)
    assert "150,000" in labels["drawn"]
    assert labels["clipped"] == [], "seen failing with an axis 44 px wide"
    page.get_by_text("Readings as a table").click()
    expect(page.locator(".chart-table tbody tr")).not_to_have_count(0)
    expect(page.locator(".chart-table")).to_contain_text("11.0 kW")


def stop(visitor: Visitor, station: SimulatedStation) -> None:
    """Asked twice by the page, stopped once by the station."""
    page = visitor.page
    transaction = visitor.path
    page.get_by_role("button", name="Stop charging").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Stop charging").click()
    expect_done(page)
    with pytest.raises(LookupError):
        station.session(1)
    visitor.open(transaction)
    expect(page.locator("#transaction-now")).to_contain_text("Ended")
    expect(page.get_by_role("button", name="Stop charging")).to_have_count(0)


def test_a_refused_start_is_told_as_refused(visit: Visit, yard: Yard) -> None:
    station, public_id = yard.new("DRIVE-NO")
    station.answers["RemoteStartTransaction"] = {"status": "Rejected"}
    visitor = visit("operator")
    visitor.open(f"/stations/{public_id}/")
    start_by_button(visitor)
    expect(steps(visitor.page).nth(2)).to_contain_text("Rejected")


def test_a_dangerous_command_waits_for_the_typed_identity(visit: Visit, yard: Yard) -> None:
    station, public_id = yard.new("DRIVE-RESET")
    visitor = visit("owner")
    page = visitor.page
    visitor.open(f"/stations/{public_id}/commands/new/Reset/")
    page.get_by_label("Type", exact=True).select_option("Soft")
    send = page.get_by_role("button", name="Send")
    expect(send).to_be_disabled()
    page.get_by_label("to confirm").fill("DRIVE-RESE")
    expect(send).to_be_disabled()
    page.get_by_label("to confirm").fill("DRIVE-RESET")
    send.click()
    expect_done(page)
    assert [received.action for received in station.received if received.action == "Reset"] == ["Reset"]


def test_a_dangerous_command_without_the_identity_is_not_sent(visit: Visit, yard: Yard) -> None:
    station, public_id = yard.new("DRIVE-SAFE")
    visitor = visit("owner", script=False)
    visitor.open(f"/stations/{public_id}/commands/new/Reset/")
    visitor.page.get_by_label("Type", exact=True).select_option("Hard")
    visitor.page.get_by_role("button", name="Send").click()
    expect(visitor.page.get_by_text("Type DRIVE-SAFE to confirm.")).to_be_visible()
    assert visitor.refusals == [422]
    assert not [received for received in station.received if received.action == "Reset"]
