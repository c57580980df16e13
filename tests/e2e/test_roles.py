"""What a viewer is not offered, and is refused."""

import re

import pytest
from playwright.sync_api import expect

from .conftest import Visit
from .routes import filled, pages
from .stack import Stack
from .visitor import Visitor

pytestmark = pytest.mark.browser

# What anybody may do: choose among one's own organisations, and look after one's own account.
# Their own, or open to whoever has the link.
OWN = ("/organisation/", "/accounts/", "/c/", "/v/", "/drive/", "/my/")
# What a viewer may ask for as well: signed values are judged again, which changes nothing but when it was done.
ASKED = ("/transactions/<str:public_id>/signed/verify/",)
COUNTED = ("chargingstation", "command", "idtag", "site", "unknownstation")


def posted(visitor: Visitor, path: str) -> int:
    """The status of a form sent to this address, with a valid token."""
    token = next(c["value"] for c in visitor.context.cookies() if c["name"] == "csrftoken")
    headers = {"X-CSRFToken": token, "Referer": visitor.origin}
    return visitor.context.request.post(path, form={}, headers=headers, max_redirects=0).status


def counts(stack: Stack) -> list[int]:
    """How many rows there are of everything an operator makes."""
    return [stack.rows(f"SELECT count(*) FROM chargers_{name}")[0][0] for name in COUNTED]


def test_a_viewer_sees_states_but_no_actions(visit: Visit, scene: dict[str, str]) -> None:
    visitor = visit("viewer")
    page = visitor.page
    visitor.open(filled("/stations/<str:public_id>/", scene))
    expect(page.locator(".answer")).to_be_visible()
    visitor.open("/stations/")
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    for path in ("/stations/", *(filled(t, scene) for t in pages() if t.endswith("<str:public_id>/"))):
        visitor.open(path)
        main = page.get_by_role("main")
        actions = re.compile(
            "Remote start|More|Add|Edit|Block|Stop|Save|Adopt|Remove|New password|Log heartbeats"
        )
        expect(main.get_by_role("button", name=actions)).to_have_count(0)
        expect(main.get_by_role("link", name=actions)).to_have_count(0)


def test_every_form_refuses_a_viewer(visit: Visit, stack: Stack, scene: dict[str, str]) -> None:
    visitor = visit("viewer")
    visitor.open("/")
    before = counts(stack)
    refused = 0
    for template in pages():
        if template.startswith(OWN) or template in ASKED:
            continue
        path = filled(template, scene)
        status = posted(visitor, path)
        # A page without a form takes a POST for a GET: what it shows, the viewer may see.
        shown = visitor.context.request.get(path, max_redirects=0).status
        assert status in {403, 404, 405} or status == shown == 200, (path, status, shown)
        refused += status == 403
    assert counts(stack) == before
    assert refused >= 15


def test_a_page_out_of_reach_says_why(visit: Visit) -> None:
    visitor = visit("viewer")
    assert visitor.open("/stations/new/") == 403
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Your role does not allow this")
    assert visitor.refusals == [403]


def test_another_organisation_gets_not_found(visit: Visit, scene: dict[str, str]) -> None:
    visitor = visit("harbour-owner")
    for template in (
        "/stations/<str:public_id>/",
        "/transactions/<str:public_id>/",
        "/tags/<str:public_id>/",
    ):
        assert visitor.open(filled(template, scene)) == 404
