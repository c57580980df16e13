"""The driver pages as an app of the phone: what Chromium asks for, and what is shown without a network."""

import pytest
from playwright.sync_api import expect

from . import portal
from .conftest import Visit

pytestmark = pytest.mark.browser
# Chromium installs nothing from a window that forgets everything when it is closed, and those of tests do.
FORGETFUL = "in-incognito"


def test_a_phone_may_install_the_driver_pages_and_says_when_there_is_no_network(visit: Visit) -> None:
    visitor = visit(**portal.PHONE)
    visitor.open("/drive/")
    chromium = visitor.context.new_cdp_session(visitor.page)
    manifest = chromium.send("Page.getAppManifest")
    assert manifest["url"].endswith("/drive/app.webmanifest")
    assert not manifest["errors"]
    found = chromium.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [error["errorId"] for error in found if error["errorId"] != FORGETFUL] == []
    visitor.page.evaluate("navigator.serviceWorker.ready")
    visitor.context.set_offline(True)
    visitor.page.goto("/my/")
    expect(visitor.page.get_by_role("heading", name="No connection")).to_be_visible()
    visitor.context.set_offline(False)
    # The browser itself complains of the network that was missing.
    visitor.problems.clear()
    portal.look(visitor.page)
