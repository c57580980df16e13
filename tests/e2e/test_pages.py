"""Every page a person can open: readable by everybody, on any screen, from our own origin only."""

import pytest

from .accessibility import PHONE, faults, overflow, violations
from .conftest import Visit
from .routes import filled, pages
from .scene import newest
from .stack import Stack
from .visitor import Visitor

pytestmark = pytest.mark.browser

# The other answers of the same address: filters, tabs, pages, states.
VARIANTS = (
    *(
        "/live/?state=charging",
        "/live/?q=nothing-like-this",
        "/stations/?link=online",
        "/stations/?search=nothing",
    ),
    *("/transactions/?open=true", "/transactions/?page=2&sort=-energy", "/stations/unknown/?state=blocked"),
    *("/money/accounts/?search=nothing", "/money/accounts/?closed=true"),
    *("/money/invoices/?search=nothing", "/money/invoices/?state=draft"),
    *("/money/payments/?state=failed", "/money/payments/?purpose=top_up"),
    *("/money/prices/?state=all", "/money/prices/?search=nothing"),
    *("/money/tariffs/?search=nothing", "/money/tariffs/which/?station=SPARE-16&evse_no=1"),
    *("/tags/?status=blocked", "/tags/?search=nothing", "/sites/new/", "/nothing/is/here/"),
    *(
        "/tags/asked/?state=all",
        "/my/places/?q=nothing",
        "/my/places/?near=51.3,12.4",
        "/my/sessions/?page=2",
    ),
)
ELSEWHERE = {301, 302, 405}


def shown(visitor: Visitor, path: str) -> bool:
    """Open it; False when the address only takes forms or leads somewhere else."""
    answer = visitor.context.request.get(path, max_redirects=0)
    assert answer.status < 500, path
    return answer.status not in ELSEWHERE and bool(visitor.open(path))


def test_the_walk_knows_the_pages() -> None:
    expected = {"/", "/live/", "/stations/<str:public_id>/", "/accounts/login/"}
    assert expected <= set(pages())


@pytest.mark.parametrize("template", pages())
def test_a_page_is_accessible_and_fits_every_screen(
    visit: Visit, scene: dict[str, str], template: str
) -> None:
    path = filled(template, scene)
    for who in ("owner", ""):
        visitor = visit(who)
        if shown(visitor, path):
            assert not (found := faults(visitor.page)), found
            return


@pytest.mark.parametrize("path", VARIANTS)
def test_a_page_is_accessible_in_its_other_states(visit: Visit, scene: dict[str, str], path: str) -> None:
    visitor = visit("owner")
    assert shown(visitor, path)
    assert not (found := faults(visitor.page)), found


@pytest.mark.parametrize("identity", ["SPARE-16", "SPARE-201"])
def test_the_form_of_every_command_is_accessible(
    visit: Visit, stack: Stack, scene: dict[str, str], identity: str
) -> None:
    menu = f"/stations/{newest(stack, f'stations?search={identity}')}/commands/new/"
    visitor = visit("owner", width=PHONE)
    visitor.open(menu)
    actions = [link.get_attribute("href") for link in visitor.page.locator("a.choice").all()]
    assert len(actions) >= 8
    for action in actions:
        assert visitor.open(str(action)) == 200
        found = [*violations(visitor.page), overflow(visitor.page)]
        assert not any(found), (action, found)
