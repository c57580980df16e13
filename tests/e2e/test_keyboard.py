"""Everything can be reached and left by keyboard, and the theme stays as chosen."""

import pytest
from playwright.sync_api import Page, expect

from .accessibility import faults
from .conftest import Visit
from .routes import filled
from .visitor import Visitor

pytestmark = pytest.mark.browser

# A ring, a border or a shadow that is not there without the focus.
RING = """() => {
  const element = document.activeElement;
  const look = () => {
    const { outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor } = getComputedStyle(element);
    return [outlineStyle === "none" ? "" : outlineWidth, boxShadow, borderColor, backgroundColor].join();
  };
  const focused = look();
  element.blur();
  const plain = look();
  element.focus({ focusVisible: true });
  return focused !== plain;
}"""
FOCUSED = """() => {
  const { activeElement: e } = document;
  return e === document.body ? "" : (e.ariaLabel || e.innerText || e.name || e.id).trim();
}"""


def tab(page: Page, times: int = 1) -> str:
    """Press Tab; what has the focus then."""
    for _ in range(times):
        page.keyboard.press("Tab")
    return str(page.evaluate(FOCUSED))


def focused(page: Page) -> str:
    return str(page.evaluate(FOCUSED))


def transaction_page(visit: Visit, scene: dict[str, str]) -> Visitor:
    visitor = visit("owner")
    visitor.open(filled("/transactions/<str:public_id>/", scene))
    return visitor


def test_the_first_stop_skips_to_the_content(visit: Visit) -> None:
    visitor = visit("owner")
    page = visitor.page
    visitor.open("/stations/")
    assert tab(page) == "Skip to content"
    expect(page.get_by_role("link", name="Skip to content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    assert page.evaluate("document.querySelector('#main').contains(document.activeElement)") or tab(page)
    assert page.evaluate("document.querySelector('#main').contains(document.activeElement)")


def test_the_focus_runs_in_reading_order_and_is_seen(visit: Visit) -> None:
    visitor = visit("owner")
    page = visitor.page
    visitor.open("/stations/")
    names = []
    for _ in range(14):
        names.append(tab(page))
        assert page.evaluate(RING), names
    areas = page.get_by_role("navigation", name="Main", exact=True).get_by_role("link").all_inner_texts()
    assert len(areas) == 12
    assert names[2:14] == [area.strip() for area in areas]


def test_a_dialog_keeps_the_focus_and_gives_it_back(visit: Visit, scene: dict[str, str]) -> None:
    visitor = transaction_page(visit, scene)
    page = visitor.page
    opener = page.get_by_role("button", name="Stop charging")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Stop this transaction?")
    expect(dialog).to_be_visible()
    assert focused(page) == "Keep charging"
    for _ in range(5):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body") or page.evaluate(
            "document.querySelector('dialog[open]').contains(document.activeElement)"
        )
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_an_open_dialog_and_open_menus_are_accessible(visit: Visit, scene: dict[str, str]) -> None:
    visitor = transaction_page(visit, scene)
    visitor.page.get_by_role("button", name="Stop charging").click()
    assert not (found := faults(visitor.page)), found
    visitor.open(filled("/stations/<str:public_id>/", scene))
    visitor.page.locator("summary", has_text="More").click()
    assert not (found := faults(visitor.page)), found
    visitor.open("/")
    visitor.page.get_by_role("button", name="Your account and theme").click()
    assert not (found := faults(visitor.page)), found


def test_a_menu_closes_with_escape(visit: Visit, scene: dict[str, str]) -> None:
    visitor = visit("owner")
    page = visitor.page
    visitor.open(filled("/stations/<str:public_id>/", scene))
    page.locator("summary", has_text="More").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="All commands")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="All commands")).to_be_hidden()


def test_a_chosen_theme_holds_on_the_next_page(visit: Visit) -> None:
    visitor = visit("owner", color_scheme="light")
    page = visitor.page
    visitor.open("/")
    page.get_by_role("button", name="Your account and theme").click()
    page.get_by_role("button", name="Dark").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    visitor.open("/stations/")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
